"""How strong the evidence is that a piece answers an ask."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.errors import RatchetError
from core.llm.embeddings import Embedder
from core.llm.offline.query import Ask
from core.llm.offline.scoring import Scored

ENOUGH = 0.5
"""Strength from which a draft is written; below it there is nothing to answer with."""

_COMPARED = 3
_COMPARED_BY_WORDS = 2  # the rest are the first sentences of the passages the search liked best
_COMPARED_WORDS = 24
_UNRELATED, _CLEARLY_RELATED = 0.2, 0.62  # cosine between a question and an answering sentence, MiniLM
_SAME_WITHOUT_WORDS = 0.32  # so alike that other words are used for the same: 0.57 is enough
_CLEAR_TERMS = 4
_CLEAR_MARGIN = 0.12


def similarities(
    embedder: Embedder | None, ask: Ask, ranked: Sequence[Scored], *, language: str
) -> dict[str, float]:
    """Cosine similarity of the ask to the best-ranked pieces, by piece text.

    Nothing is embedded where the words alone decide (every asked word is there and one piece leads),
    nor in a language the embedder does not know.
    """
    if embedder is None or not ranked or _clear(ask, ranked):
        return {}
    if language != "en" and "MiniLM" in embedder.name:
        return {}  # trained on English: any two German sentences look alike to it
    leads = sorted(
        (item for item in ranked if item.piece.kind == "prose"),
        key=lambda item: (-item.passage.score, item.index),
    )
    compared: dict[str, str] = {}
    for item in [*ranked[:_COMPARED_BY_WORDS], *leads, *ranked]:
        if len(compared) >= _COMPARED:
            break
        label = item.passage.section.rpartition(">")[2].strip() or item.passage.title
        text = " ".join(item.piece.text.split()[:_COMPARED_WORDS])
        compared.setdefault(item.piece.text, f"{label}. {text}")
    try:
        vectors = embedder.embed([" ".join(ask.text.split()[:_COMPARED_WORDS]), *compared.values()])
    except RatchetError:
        return {}  # the words have to do
    return dict(zip(compared, (vectors[1:] @ vectors[0]).tolist(), strict=True))


def strength(ask: Ask, best: Scored | None, similarity: dict[str, float]) -> float:
    """0..1 for the best piece: covered words and similarity in meaning, or words alone."""
    if best is None:
        return 0.0
    covered = min(1.0, best.covered) * len(ask.terms) / (len(ask.terms) + 0.4)  # one word proves little
    if best.piece.text in similarity:
        cosine = similarity[best.piece.text]
        meaning = min(1.0, max(0.0, (cosine - _UNRELATED) / (_CLEARLY_RELATED - _UNRELATED)))
        alone = min(0.85, max(0.0, 2 * (cosine - _SAME_WITHOUT_WORDS)))
        return max(0.5 * covered + 0.5 * meaning, alone)
    return covered


def confidence(value: float) -> float:
    """Strength as a confidence 0..1: rises with it, a half just above the point of abstaining."""
    return 1 / (1 + math.exp(-9 * (value - 0.55)))


def _clear(ask: Ask, ranked: Sequence[Scored]) -> bool:
    if len(ask.terms) < _CLEAR_TERMS or ranked[0].covered < 0.99:
        return False
    rival = next((item.score for item in ranked if item.piece.text != ranked[0].piece.text), 0.0)
    return ranked[0].score - rival >= _CLEAR_MARGIN
