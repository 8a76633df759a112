"""The numbers a linear model reads of a text: what it means, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from core.classifiers.kind import Features, Services
from core.classifiers.lexical import DIMENSIONS, lexical_rows
from core.llm import Embedder

_LEXICAL_WEIGHT = 0.4  # beside a unit vector of meaning; of 0.3, 0.4, 0.5 and 0.7 the best on all sets tried
_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Featurizer:
    """Turns texts into rows of numbers. Rows of different names are never compared.

    A row is the embedder's vector, followed by :func:`~core.classifiers.lexical.lexical_rows` at a lower
    weight.
    """

    embedder: Embedder

    @property
    def name(self) -> str:
        """Stored beside every row and in every version that reads such rows. Names what a row is made of."""
        return f"{self.embedder.name}+words{DIMENSIONS}"

    @property
    def dimensions(self) -> int:
        """Length of a row."""
        return self.embedder.dimensions + DIMENSIONS

    def features(self, texts: Sequence[str]) -> Features:
        """One row for each text, shape ``(len(texts), dimensions)``, float32.

        Of a long text only the first 8,000 characters are read (of those MiniLM itself reads about 1,000),
        so that a text of any length is quick.

        Raises:
            ProviderError: the embedding service failed.
        """
        read = [text[:_CHARACTERS] for text in texts]
        return np.hstack([self.embedder.embed(read), _LEXICAL_WEIGHT * lexical_rows(read)]).astype(
            np.float32, copy=False
        )


def featurizer(services: Services) -> Featurizer:
    """The featurizer of this process: on the embedder the settings name."""
    return Featurizer(services.embedder())


def stamp_of(text: str) -> str:
    """Tells whether stored numbers are still those of a text: 32 hexadecimal digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
