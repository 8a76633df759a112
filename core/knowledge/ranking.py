"""How good a passage is for a query, from its words and its vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.knowledge.analysis import query_terms
from core.knowledge.lexical import FIELD_WEIGHTS, Statistics

_SATURATION = 1.2  # k1 of BM25
_LENGTH_SHARE = (0.5, 0.5, 0.75)  # b of BM25, by field: title, headings, body
_FULL_QUERY_TERMS = 5  # as many words that occur only once say all there is to ask

# Measured on long technical pages and on short bank articles alike: any weight from 1.25 to 2
# ranks about as well, and the curve is fitted to whether the best passage answers the question.
_LEXICAL_WEIGHT = 1.5  # of a full lexical match, in cosines
_COSINE_WITHOUT_WORDS, _COSINE_SLOPE = 0.0, 1.0  # the cosine to expect of a passage without a vector
_STEEPNESS, _EVEN = 5.2, 1.28

_Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fields:
    """The index terms of a candidate, and the language they were stemmed in."""

    language: str
    title: list[str]
    headings: list[str]
    body: list[str]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one part of a query asks for in one language."""

    terms: frozenset[str]
    idf: dict[str, float]
    total: float
    best: float


class LexicalScorer:
    """Scores candidates against one part of a query.

    The measure is BM25F as a share of what the query could score at best: 1 where every word of it
    is frequent, 0 where none occurs. Unlike the plain sum this can be compared between queries.
    Of a long text no passage matches every word, so that the best is capped: nobody asks for more
    than about five rare words can say.
    """

    def __init__(self, part: str, languages: Sequence[str], statistics: Statistics) -> None:
        self._statistics = statistics
        self._terms = {language: query_terms(part, language) for language in languages}
        self._prepared: dict[str, _Wanted] = {}
        self._norms = [
            (weight, 1 - share, share / max(mean, 1.0))
            for weight, share, mean in zip(FIELD_WEIGHTS, _LENGTH_SHARE, statistics.mean_terms, strict=True)
        ]

    @property
    def all_terms(self) -> set[str]:
        """The terms of the part in every language."""
        return {term for terms_ in self._terms.values() for term in terms_}

    def score(self, fields: Fields) -> tuple[float, float]:
        """BM25F share and covered share of the query's IDF, both 0..1."""
        wanted = self._wanted(fields.language)
        if not wanted.total:
            return 0.0, 0.0
        frequency: dict[str, float] = {}
        for words, (weight, constant, factor) in zip(
            (fields.title, fields.headings, fields.body), self._norms, strict=True
        ):
            found = wanted.terms.intersection(words)
            if found:
                norm = weight / (constant + factor * len(words))
                for term in found:
                    frequency[term] = frequency.get(term, 0.0) + norm * words.count(term)
        matched = covered = 0.0
        for term in sorted(frequency):  # sums of floats depend on their order; sets have none
            value, idf = frequency[term], wanted.idf[term]
            matched += idf * value / (_SATURATION + value)
            covered += idf
        return min(1.0, matched / wanted.best), covered / wanted.total

    def _wanted(self, language: str) -> _Wanted:
        wanted = self._prepared.get(language)
        if wanted is None:
            idf = {term: self._statistics.idf(term) for term in self._terms.get(language, ())}
            total = sum(idf.values())
            best = min(total, _FULL_QUERY_TERMS * self._statistics.idf_of_rarest)
            wanted = self._prepared[language] = _Wanted(frozenset(idf), idf, total, best)
        return wanted


def evidence(lexical: _Scores, semantic: NDArray[np.float32] | None) -> _Scores:
    """Both sides in one figure for each passage, over all parts of the query.

    A passage may answer one part of a long request or speak to all of it, so the order comes from
    the best part and the mean together. The level comes from the best part alone: a greeting in
    front of a question does not make its answer worse.

    Args:
        lexical: BM25F shares, shape ``(passages, parts)``, at least one passage.
        semantic: Cosines of the same shape, NaN where a passage has no vector yet, or None.
    """
    expected = _COSINE_WITHOUT_WORDS + _COSINE_SLOPE * lexical
    cosines = expected if semantic is None else np.where(np.isnan(semantic), expected, semantic)
    joined = cosines + _LEXICAL_WEIGHT * lexical
    ordered = (joined.max(axis=1) + joined.mean(axis=1)) / 2
    return np.asarray(ordered + joined.max() - ordered.max())


def strength(evidences: _Scores) -> _Scores:
    """Evidence as 0..1: about the chance that the passage answers, were it the best one found."""
    return np.asarray(1 / (1 + np.exp(-_STEEPNESS * (evidences - _EVEN))))
