"""What the sample specialists said when they labelled past conversations by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from core.sample.story import Story

LABELLERS = ("lucia", "tomasz")
LABEL_DAYS = 75
"""Only conversations that began within that many days were drawn from."""
_COUNTS = {"customer_intent": 95, "resolved": 75, "polite": 50}
_WAITING = {"polite": 35}  # a queue that somebody can go on with
TWICE = 0.4
"""Share that both label, without seeing each other's answer."""
_DISAGREE = {"customer_intent": 0.22, "resolved": 0.28, "polite": 0.12}
_WRONG = 0.05
_MISTAKEN_FOR = {
    "refund": "billing", "billing": "refund", "payment": "billing", "invoice": "billing", "usage": "billing",
    "plan": "account", "cancellation": "refund", "trial": "plan", "domain": "ssl", "ssl": "domain",
    "deploy": "api", "api": "deploy", "security": "account", "storage": "backup", "backup": "storage",
    "sign-in": "account", "account": "sign-in", "region": "migration", "incident": "sign-in",
    "migration": "domain", "complaint": "other", "other": "complaint",
}  # fmt: skip
_LESS = {"yes": "partly", "partly": "yes", "no": "partly"}


@dataclass(frozen=True, slots=True)
class Label:
    """One human answer. ``reply`` is the place of the reply it is about; None: the conversation."""

    criterion: str
    external_id: str
    reply: int | None
    answer: str
    labeller: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Labelling:
    """What was drawn at random and labelled. ``waiting``: drawn for a criterion, and not labelled yet.

    ``frame_size``: conversations the draws were from.
    """

    labels: list[Label]
    waiting: dict[str, list[Story]]
    frame_size: int


def label(rng: Random, stories: Sequence[Story], *, reference: datetime) -> Labelling:
    """About 300 labels on past conversations of the last weeks, some given by both specialists."""
    past = [story for story in stories if story.resolved and story.reply_places]
    recent = [s for s in past if s.record.created_at > reference - timedelta(days=LABEL_DAYS)]
    labels: list[Label] = []
    waiting: dict[str, list[Story]] = {}
    for criterion, count in _COUNTS.items():
        drawn = rng.sample(recent, k=min(count + _WAITING.get(criterion, 0), len(recent)))
        for story in drawn[:count]:
            labels.extend(_answers(rng, criterion, story, reference))
        if drawn[count:]:
            waiting[criterion] = drawn[count:]
    return Labelling(labels, waiting, len(recent))


def _answers(rng: Random, criterion: str, story: Story, reference: datetime) -> list[Label]:
    truth = {"customer_intent": story.intent, "resolved": story.resolved, "polite": _polite(story)}[criterion]
    place = story.reply_places[0] if criterion == "polite" else None
    first = rng.choice(LABELLERS)
    given = [(first, _other(criterion, truth) if rng.random() < _WRONG else truth)]
    if rng.random() < TWICE:
        second = next(name for name in LABELLERS if name != first)
        differs = rng.random() < _DISAGREE[criterion]
        given.append((second, _other(criterion, given[0][1]) if differs else given[0][1]))
    ended = story.record.messages[-1].created_at
    return [
        Label(
            criterion,
            story.record.external_id,
            place,
            answer,
            name,
            min(reference, ended + timedelta(hours=rng.uniform(20, 140))),
        )
        for name, answer in given
    ]


def _other(criterion: str, answer: str) -> str:
    if criterion == "customer_intent":
        return _MISTAKEN_FOR[answer]
    if criterion == "resolved":
        return _LESS[answer]
    return "no" if answer == "yes" else "yes"


def _polite(story: Story) -> str:
    """A rule sent as drafted, without a word of regret, reads cold to somebody who is upset."""
    upset = "refused" in story.record.tags or story.intent in ("incident", "payment", "complaint")
    untouched = story.draft is not None and story.draft.outcome == "sent"
    return "no" if upset and untouched else "yes"
