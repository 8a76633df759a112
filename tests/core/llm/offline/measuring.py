"""Precision and recall of the intent rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.llm.offline.tools.intents import intent_of
from core.llm.offline.tools.speech import own_words
from tests.core.llm.offline.messages import Labelled


@dataclass(frozen=True)
class Figures:
    """Of effects and of look-ups: how many were seen rightly, seen at all, and to be seen."""

    right: int
    seen: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.seen if self.seen else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


def measure(messages: Sequence[Labelled]) -> tuple[Figures, Figures, list[str]]:
    """Figures of effects, figures of look-ups, and what went wrong."""
    effects, topics = [0, 0, 0], [0, 0, 0]
    wrong: list[str] = []
    for each in messages:
        intent = intent_of(own_words(each.text), each.language)
        found = frozenset(intent.topics)
        effects[0] += bool(each.effect) and intent.effect == each.effect
        effects[1] += bool(intent.effect)
        effects[2] += bool(each.effect)
        topics[0] += bool(each.topics) and bool(found & each.topics)
        topics[1] += bool(found)
        topics[2] += bool(each.topics)
        if intent.effect != each.effect or (bool(found) != bool(each.topics)):
            wrong.append(f"{each.language}: {each.text} -> {intent.effect or '-'} {sorted(found)}")
    return Figures(*effects), Figures(*topics), wrong
