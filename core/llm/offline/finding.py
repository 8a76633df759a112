"""Finds what the passages say to the things asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.llm.embeddings import Embedder
from core.llm.offline.acts import demanded
from core.llm.offline.notes import Note
from core.llm.offline.passages import Passage
from core.llm.offline.query import Ask
from core.llm.offline.scoring import Evidence, Scored
from core.llm.offline.searching import article_strength, in_language
from core.llm.offline.select import Limits, Selection, select
from core.llm.offline.shapes import SHAPES
from core.llm.offline.strength import ENOUGH, similarities

_BESIDE = 0.4  # strength of an article that has the words and not the matter


@dataclass(frozen=True, slots=True)
class Found:
    """For each ask its ranked pieces and the strength of the best; the selection for the strong ones."""

    evidence: Evidence
    selection: Selection
    rankings: list[list[Scored]]
    strengths: list[float]

    @property
    def best(self) -> float:
        return max(self.strengths, default=0.0)

    @property
    def strong(self) -> bool:
        return self.best >= ENOUGH


def find(
    passages: Sequence[Passage],
    asks: Sequence[Ask],
    note: Note,
    *,
    language: str,
    embedder: Embedder | None,
) -> Found:
    """Score the passages for each ask and select from those that answer."""
    evidence = Evidence(passages, language=language)
    by_ask: dict[str, dict[str, float]] = {}
    rankings: list[list[Scored]] = []
    strengths: list[float] = []
    for ask in asks:
        ranked = evidence.score(ask)
        by_ask[ask.text] = similarity = similarities(embedder, ask, ranked, language=language)
        if similarity:
            ranked = evidence.score(ask, similarity=similarity)
        rankings.append(ranked)
        value = article_strength(evidence, ask, ranked, similarity)
        strengths.append(value if _speaks_of(evidence, ask, ranked, language) else min(value, _BESIDE))
    answered = [ask for ask, value in zip(asks, strengths, strict=True) if value >= ENOUGH]
    prose = 1 if note.shorter else 5 if note.longer else 3
    limits = Limits(prose=prose, whole_lists=not note.shorter)
    selection = select(evidence, answered or asks[:1], limits=limits, similarity=by_ask)
    return Found(evidence, selection, rankings, strengths)


def _speaks_of(evidence: Evidence, ask: Ask, ranked: Sequence[Scored], language: str) -> bool:
    """Whether the best article speaks of what the question demands."""
    wanted = evidence.same_words(tuple(sorted(demanded(ask.text, language))))
    if not wanted or not ranked:
        return True
    title = ranked[0].passage.title
    said = [evidence.passage_terms(each) for each in evidence.passages if each.title == title]
    return set(wanted) <= frozenset().union(*said)


def shows_how(found: Found, asks: Sequence[Ask]) -> bool:
    """Whether an answer to nothing but "how?" tells what to do."""
    strong = [ask for ask, value in zip(asks, found.strengths, strict=True) if value >= ENOUGH]
    if any(ask.kind != "how" for ask in strong):
        return True
    return any(
        piece.kind in ("step", "code") or SHAPES["how"].search(piece.text)
        for _, piece in found.selection.pieces()
    )


def usable_in(passages: Sequence[Passage], language: str, *, any_language: bool) -> tuple[list[Passage], str]:
    """The passages to answer from, and the language the reply is then in."""
    own = in_language(passages, language)
    if own or not any_language or not passages:
        return own, language
    other = passages[0].language
    return [passage for passage in passages if passage.language == other], other
