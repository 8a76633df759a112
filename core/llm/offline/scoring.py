"""Scores every quotable piece of the passages against one thing asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz.distance import OSA

from core.llm.offline.markdown import Piece
from core.llm.offline.passages import Passage
from core.llm.offline.query import Ask
from core.llm.offline.shapes import SHAPES
from core.llm.offline.words import terms

HEADING_WEIGHT = 0.6
NEAR_WEIGHT = 0.3
ORDER_BONUS = 0.15
SHAPE_BONUS = 0.12
STEP_BONUS = 0.3
STEP_MALUS = 0.15
SPECIAL_CASE_MALUS = 0.25
FIT_WEIGHT = 0.9
"""For how well the article fits the whole message."""
INTRODUCTION_BONUS = 0.12
"""For what stands under the title: it answers a report of a problem better than a detail does."""
ABOUT_WEIGHT = 0.3
ABOUT_WEIGHT_LEANING = 0.8
"""For the words around a question; a question that says little lives by them."""
DANGLING_MALUS = 0.15
"""For a list item or a row that no sentence introduces."""
TITLE_BONUS = 0.2
_COMPOUNDING = frozenset({"de", "nl", "sv", "da", "no", "fi"})
_COMPOUND_PART = 6
_TYPO_PART = 5
_FIRST = 5
PASSAGE_WEIGHT = 0.25

# A heading with one of these is for the few who are in that case, and they say so.
_SPECIAL_CASES = frozenset(
    {"classic", "legaci", "deprec", "beta", "obsolet", "veraltet", "klassisch", "obsoleto"}
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A piece with how well it answers: ``score`` for ranking, ``covered`` 0..1 of what was asked."""

    passage: Passage
    index: int
    piece: Piece
    terms: frozenset[str]
    score: float
    covered: float


@dataclass(frozen=True, slots=True)
class Topic:
    """How well an article fits a message, all 0..1.

    Attributes:
        score: of its best passage in the search.
        share: of the first passages found, those that are its own.
        named: of the words of its title, those in the message.
        covered: of the words of the message (weighted), those in its passages.
        words: how many words the message has that carry meaning.
        behind: by how much another article fits better.
    """

    score: float
    share: float
    named: float
    covered: float
    words: int
    behind: float = 0.0

    @property
    def fit(self) -> float:
        """All in one figure 0..1, for comparing articles."""
        return (self.score + 2 * self.share + 3 * self.covered) / 6


class Evidence:
    """The public passages of one draft with the statistics needed to weigh words.

    Args:
        passages: best first.
        language: of the passages, for stems.
    """

    def __init__(self, passages: Sequence[Passage], *, language: str) -> None:
        self.passages = list(passages)
        self.language = language
        self._terms = {
            passage.id: tuple(frozenset(terms(piece.text, language)) for piece in passage.pieces())
            for passage in passages
        }
        self._headings = {passage.id: passage.heading_terms(language) for passage in passages}
        self._titles = {passage.id: frozenset(terms(passage.title, language)) for passage in passages}
        self._sections = {passage.id: self._section_terms(passage) for passage in passages}
        self._special = {passage.id: self._headings[passage.id] & _SPECIAL_CASES for passage in passages}
        counts: Counter[str] = Counter()
        total = 0
        for passage in passages:
            for piece_terms in self._terms[passage.id]:
                counts.update(piece_terms)
                total += 1
            counts.update(self._headings[passage.id])
            total += 1
        self._counts = counts
        self._known: dict[str, str] = {}
        self._total = max(1, total)
        self._best_score = max((passage.score for passage in passages), default=0.0) or 1.0

    def _section_terms(self, passage: Passage) -> tuple[frozenset[str], ...]:
        """For each piece the words of the passage's heading and of the last heading above it inside."""
        found: list[frozenset[str]] = []
        inside: frozenset[str] = frozenset()
        for index, piece in enumerate(passage.pieces()):
            if piece.kind == "heading":
                inside = self._terms[passage.id][index]
            found.append(self._headings[passage.id] | inside)
        return tuple(found)

    def same_words(self, ask_terms: Sequence[str]) -> tuple[str, ...]:
        """The asked words as these passages write them.

        In languages that write compounds as one word, ``Erstattung`` also finds ``Rückerstattung``.
        """
        return tuple(dict.fromkeys(self._written(term) for term in ask_terms))

    def _written(self, term: str) -> str:
        if self._counts[term] or len(term) < _TYPO_PART or any(char.isdigit() for char in term):
            return term
        if term not in self._known:
            self._known[term] = self._compound(term) if self.language in _COMPOUNDING else self._typo(term)
        return self._known[term]

    def _typo(self, term: str) -> str:
        """The word that a misspelt one must mean: one letter more, less or other, or two swapped."""
        alike = [
            other
            for other in self._counts
            if abs(len(other) - len(term)) <= 1
            and other[0] == term[0]
            and OSA.distance(term, other, score_cutoff=1) <= 1
        ]
        return max(alike, key=lambda other: (self._counts[other], other), default=term)

    def _compound(self, term: str) -> str:
        if len(term) < _COMPOUND_PART:
            return self._typo(term)
        alike = [
            other
            for other in self._counts
            if len(other) >= _COMPOUND_PART
            and (
                other.endswith(term)
                or term.endswith(other)
                or other.startswith(term)
                or term.startswith(other)
            )
        ]
        return max(alike, key=lambda other: (len(other), other), default=self._typo(term))

    def weight(self, term: str) -> float:
        """Rare words weigh more (inverse document frequency over the pieces retrieved).

        Only by half: the words the passages were found by are frequent here just because of that.
        """
        count = min(self._counts[term], self._total)
        return 1 + 0.5 * math.log(1 + (self._total - count + 0.5) / (count + 0.5))

    def section_terms(self, passage: Passage, index: int) -> frozenset[str]:
        """The words of the headings above a piece."""
        return self._sections[passage.id][index]

    def passage_terms(self, passage: Passage) -> frozenset[str]:
        return self._headings[passage.id].union(*self._terms[passage.id])

    def piece_terms(self, passage: Passage, index: int) -> frozenset[str]:
        return self._terms[passage.id][index]

    def coverage(self, ask_terms: Sequence[str], present: frozenset[str]) -> float:
        """The weighted share 0..1 of the asked words that are present."""
        total = sum(self.weight(term) for term in ask_terms)
        return sum(self.weight(term) for term in ask_terms if term in present) / total if total else 0.0

    def topic(self, ask: Ask, title: str) -> Topic:
        """What speaks for the article ``title`` as the one that the whole message is about."""
        topic = self._topic(ask, title)
        best = max(self._topic(ask, other).fit for other in {passage.title for passage in self.passages})
        return replace(topic, behind=max(0.0, best - topic.fit))

    def _topic(self, ask: Ask, title: str) -> Topic:
        words = self.same_words((*ask.terms, *ask.about))
        own = [passage for passage in self.passages if passage.title == title]
        first = self.passages[:_FIRST]
        titled = self._titles[own[0].id] if own else frozenset[str]()
        present = frozenset[str]().union(*(self.passage_terms(passage) for passage in own))
        return Topic(
            score=max((passage.score for passage in own), default=0.0),
            share=sum(passage.title == title for passage in first) / max(1, len(first)),
            named=len(titled & set(words)) / max(1, len(titled)),
            covered=self.coverage(words, present),
            words=len(words),
        )

    def score(self, ask: Ask, *, similarity: Mapping[str, float] | None = None) -> list[Scored]:
        """Every quotable piece scored for ``ask``, best first.

        Args:
            similarity: cosine similarity of the ask to piece texts, where it was computed.
        """
        asked = self.same_words(ask.terms)
        weights = {term: self.weight(term) for term in asked}
        total = sum(weights.values()) or 1.0
        pairs = set(pairwise(asked))
        about = frozenset(self.same_words(ask.about))
        fits = {passage.title: self._topic(ask, passage.title).fit for passage in self.passages}
        scored = [
            self._score_piece(
                ask,
                passage,
                index,
                piece,
                weights,
                total,
                pairs,
                about,
                fits[passage.title],
                similarity or {},
            )
            for passage in self.passages
            for index, piece in enumerate(passage.pieces())
            if piece.kind not in ("heading", "navigation")
        ]
        return sorted(
            scored, key=lambda item: (-item.score, -item.passage.score, item.passage.id, item.index)
        )

    def _score_piece(
        self,
        ask: Ask,
        passage: Passage,
        index: int,
        piece: Piece,
        weights: Mapping[str, float],
        total: float,
        pairs: set[tuple[str, str]],
        about: frozenset[str],
        fit: float,
        similarity: Mapping[str, float],
    ) -> Scored:
        own = self._terms[passage.id][index]
        heading = self._sections[passage.id][index]
        near = self._near(passage, index, piece)
        direct = sum(weight for term, weight in weights.items() if term in own) / total
        above = sum(weight for term, weight in weights.items() if term in heading and term not in own) / total
        beside = (
            sum(
                weight
                for term, weight in weights.items()
                if term in near and term not in own and term not in heading
            )
            / total
        )
        score = direct + HEADING_WEIGHT * above + NEAR_WEIGHT * beside
        if score and pairs:
            sequence = terms(piece.text, self.language)
            score += ORDER_BONUS * len(pairs & set(pairwise(sequence))) / len(pairs)
        shape = SHAPES.get(ask.kind)
        if score and piece.kind == "step":
            # Steps answer "how" as well as their heading fits the question; they answer little else.
            score += STEP_BONUS * (direct + above) if ask.kind in ("how", "problem", "where") else -STEP_MALUS
        elif score and shape is not None and shape.search(piece.text):
            score += SHAPE_BONUS
        if self._special[passage.id] - set(ask.terms):
            score -= SPECIAL_CASE_MALUS
        title = self._titles[passage.id]
        score += TITLE_BONUS * len(title & (weights.keys() | about)) / len(title) if title else 0.0
        if about:
            share = self.coverage(tuple(about), own | heading)
            score += (ABOUT_WEIGHT_LEANING if ask.leans else ABOUT_WEIGHT) * share
        score += PASSAGE_WEIGHT * passage.score / self._best_score
        score += FIT_WEIGHT * fit
        if piece.kind == "prose" and not passage.section and (ask.leans or ask.kind == "problem"):
            score += INTRODUCTION_BONUS
        score += _length_penalty(piece)
        if piece.kind in ("bullet", "row") and lead_in(passage.pieces(), index) is None:
            score -= DANGLING_MALUS
        if piece.text in similarity:
            score += 0.5 * similarity[piece.text]
        return Scored(passage, index, piece, own, score, direct + above + beside)

    def _near(self, passage: Passage, index: int, piece: Piece) -> frozenset[str]:
        """Words of the neighbours in the same paragraph, and of the line that introduces a list."""
        pieces, found = passage.pieces(), frozenset[str]()
        for other in (index - 1, index + 1):
            if 0 <= other < len(pieces) and pieces[other].block == piece.block:
                found |= self._terms[passage.id][other]
        lead = lead_in(pieces, index)
        return found | self._terms[passage.id][lead] if lead is not None else found


def lead_in(pieces: Sequence[Piece], index: int) -> int | None:
    """Index of the sentence that introduces the list, table or code ``pieces[index]`` belongs to."""
    piece = pieces[index]
    if piece.kind not in ("step", "bullet", "code", "row"):
        return None
    first = index
    while first and (pieces[first - 1].block == piece.block or pieces[first - 1].kind == "navigation"):
        first -= 1
    before = first - 1
    if (
        before >= 0
        and pieces[before].kind == "prose"
        and (pieces[before].text.endswith(":") or piece.kind in ("bullet", "step", "row"))
    ):
        return before
    return None


def _length_penalty(piece: Piece) -> float:
    if piece.kind not in ("prose", "bullet"):
        return 0.0
    count = len(piece.text.split())
    if piece.kind == "prose" and count < 4:
        return -0.15
    return -0.1 if count > 60 else 0.0
