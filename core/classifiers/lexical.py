"""How a text is written: its words and pieces of words, hashed into a few hundred numbers.

Vectors of meaning blur spelling, product names and numbers; a linear model that sees these as well is
better at every size of label set. The numbers are made of one text alone, so they can be kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.classifiers.kind import Features

DIMENSIONS = 256
_PIECES = (3, 5)  # characters, within words
_WORDS = (1, 2)
_WORD = r"\b\w+\b"  # one letter or digit is a word too


def lexical_rows(texts: Sequence[str]) -> Features:
    """One unit row for each text, shape ``(len(texts), 256)``; zeros for an empty text.

    Feature hashing with signs (Weinberger et al. 2009, arXiv 0902.2206): in expectation the product of two
    rows is the cosine of their counts.
    """
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    pieces, words = _vectorizers()
    return unit_rows(unit_rows(_dense(pieces, texts)) + unit_rows(_dense(words, texts)))


def unit_rows(rows: Features) -> Features:
    """Rows of length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def _dense(vectorizer: Any, texts: Sequence[str]) -> Features:
    return np.asarray(vectorizer.transform(texts).toarray(), dtype=np.float32)


@lru_cache(maxsize=1)
def _vectorizers() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    shared = {"n_features": DIMENSIONS, "norm": None, "alternate_sign": True, "dtype": np.float32}
    return (
        HashingVectorizer(analyzer="char_wb", ngram_range=_PIECES, **shared),
        HashingVectorizer(analyzer="word", ngram_range=_WORDS, token_pattern=_WORD, **shared),
    )
