"""How strong the evidence is that a piece answers an ask."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.errors import RatchetError
from core.llm.embeddings import Embedder
from core.llm.offline.query import Ask
from core.llm.offline.scoring import Scored, Topic

ENOUGH = 0.5
"""Strength from which a draft is written; below it there is nothing to answer with."""

_COMPARED = 3
_COMPARED_BY_WORDS = 2  # the rest are the first sentences of the passages the search liked best
_COMPARED_WORDS = 24
_WORDS_THAT_TELL = 8
# Fitted on messages of one half of the sample company and on questions to other companies; of
# Topic.score, share, named, covered, the covered share of the ask, the number of words, and a constant.
_WITH_MEANING = (0.85, 2.3, 0.0, 2.7, 1.7, 2.75, -6.15)
_MEANING = 2.5
_BEHIND = 3.0  # an article that fits better than the one with the best sentence
_BY_WORDS = (1.05, 1.3, 1.6, 4.0, 0.4, 0.7, -3.25)
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


def strength(ask: Ask, best: Scored | None, similarity: dict[str, float], topic: Topic | None) -> float:
    """How likely the best piece is of an article that answers, 0..1.

    A logistic model of how well the article fits the message and the piece fits the ask.

    Args:
        similarity: as of :func:`similarities`; empty where words decide.
        topic: of the best piece's article.
    """
    if best is None or topic is None or (best.covered <= 0 and not similarity):
        return 0.0
    covered = min(1.0, best.covered) * len(ask.terms) / (len(ask.terms) + 0.4)  # one word proves little
    words = min(topic.words, _WORDS_THAT_TELL) / _WORDS_THAT_TELL
    facts = (topic.score, topic.share, topic.named, topic.covered, covered, words)
    if similarity:
        weights, evidence = _WITH_MEANING, _MEANING * max(similarity.values())
    else:
        weights, evidence = _BY_WORDS, 0.0
    evidence -= _BEHIND * topic.behind
    evidence += sum(weight * fact for weight, fact in zip(weights, (*facts, 1.0), strict=True))
    return 1 / (1 + math.exp(-evidence))


def _clear(ask: Ask, ranked: Sequence[Scored]) -> bool:
    if len(ask.terms) < _CLEAR_TERMS or ranked[0].covered < 0.99:
        return False
    rival = next((item.score for item in ranked if item.piece.text != ranked[0].piece.text), 0.0)
    return ranked[0].score - rival >= _CLEAR_MARGIN
