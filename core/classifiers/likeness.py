"""Texts that say nearly the same, whatever the order of their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils

LIKENESS = 0.90
_SHORT = 320
"""Characters up to which all texts are compared with all; of longer ones that would take minutes."""
_CANDIDATES_FROM = 0.6
_ROWS_A_STEP = 500


def nearest_contradictions(
    texts: Sequence[str], answers: Sequence[str], *, likeness: float = LIKENESS
) -> list[tuple[int, int, float]]:
    """Places of texts that say nearly the same and were answered differently, the most alike first.

    Each text appears beside the one most like it among those answered differently. Short texts are compared
    with each other word by word (rapidfuzz), long ones once they share most of their runs of letters. Takes
    a second for 5,000 short texts and some seconds for as many long ones.

    Args:
        likeness: least likeness, above 0, at most 1.

    Returns:
        ``(one, other, likeness)`` with ``one < other``.
    """
    plain = [" ".join(sorted(utils.default_process(text).split())) for text in texts]
    answer = np.unique(list(answers), return_inverse=True)[1]
    lengths = np.array([len(text) for text in plain], dtype=np.intp)
    # a text can only be so much like one that is so much longer: both parts see the pairs at their border
    least = _SHORT * likeness / (2 - likeness)
    short = np.flatnonzero((lengths > 0) & (lengths <= _SHORT))
    long = np.flatnonzero(lengths > least)
    best: dict[int, tuple[float, int]] = {}
    for part, pairs in ((short, _all_pairs), (long, _likely_pairs)):
        if len(part) < 2:
            continue
        for one, other, alike in pairs([plain[place] for place in part], answer[part], likeness):
            ends = int(part[one]), int(part[other])
            for place, partner in (ends, ends[::-1]):
                best[place] = max(best.get(place, (0.0, -1)), (alike, partner))
    found = {(min(one, other), max(one, other)): alike for one, (alike, other) in best.items()}
    listed = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [(one, other, alike) for (one, other), alike in listed]


def _all_pairs(
    texts: list[str], answers: NDArray[np.intp], likeness: float
) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(texts), _ROWS_A_STEP):
        alike = process.cdist(
            texts[start : start + _ROWS_A_STEP],
            texts[start:],
            scorer=fuzz.ratio,
            score_cutoff=100 * likeness,
            dtype=np.float32,
        )
        rows, columns = np.nonzero(alike)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if column > row and answers[start + row] != answers[start + column]:
                yield start + row, start + column, round(float(alike[row, column]) / 100, 6)


def _likely_pairs(
    texts: list[str], answers: NDArray[np.intp], likeness: float
) -> Iterator[tuple[int, int, float]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), dtype=np.float32).fit_transform(texts)
    for start in range(0, len(texts), _ROWS_A_STEP):
        near = (vectors[start : start + _ROWS_A_STEP] @ vectors.T).tocoo()
        rows = near.row + start
        wanted = (near.data >= _CANDIDATES_FROM) & (near.col > rows) & (answers[rows] != answers[near.col])
        for one, other in zip(rows[wanted].tolist(), near.col[wanted].tolist(), strict=True):
            alike = fuzz.ratio(texts[one], texts[other], score_cutoff=100 * likeness) / 100
            if alike:
                yield one, other, round(alike, 6)
