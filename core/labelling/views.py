"""What the pages and the command line get to see of queues and items. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.criteria import Criterion, Judgement
from core.labelling.tables import LabelAssignment, LabelItem, LabelQueue


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a queue is. All counts are of answers wanted, so a double counts twice.

    Attributes:
        left: ``total - done``, held ones included.
        mine: answers this person gave.
        mine_skipped: items this person passed on to others.
        held_by_others: items somebody else has on the screen at this moment.
        per_hour: this person's own pace over the last answers; None while that cannot be said.
    """

    total: int
    done: int
    left: int
    mine: int
    mine_skipped: int
    held_by_others: int
    per_hour: float | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue with its question. ``newer_version``: the criterion has a newer version than it asks."""

    queue: LabelQueue
    criterion: Criterion
    progress: Progress
    newer_version: bool


@dataclass(frozen=True, slots=True)
class SubjectMessage:
    """One message of the thread. ``author``: customer, rep, assistant or system."""

    id: int
    author: str
    name: str
    text: str
    folded: str
    created_at: datetime
    judged: bool


@dataclass(frozen=True, slots=True)
class SubjectView:
    """What is to be judged, with the thread around it.

    Attributes:
        type: conversation, message, draft or reply.
        text: of the message, draft or reply that is judged, which spans count in; empty for a
            conversation, whose spans name a message instead.
        messages: in order; for a draft those it was written from, for a reply those up to it.
        citations: of a draft: ``{"title": article, "quote": words}``, in the order of its text.
        decision: of a draft: answer, abstain or escalate.
        reason: of a draft that is no answer: why, as one of the drafts' reasons.
        question: of a draft that is no answer: the one thing that would unblock it.
    """

    type: str
    id: int
    conversation_id: int
    title: str
    channel: str
    locale: str
    messages: list[SubjectMessage]
    text: str = ""
    citations: list[dict[str, str]] = field(default_factory=list)
    decision: str = ""
    reason: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item on the screen of the person who holds it. Nobody else's answer is in it.

    Attributes:
        previous: this person's own answer, taken back by an undo.
        note: something to know, such as items passed over because their subject is gone; else empty.
    """

    assignment: LabelAssignment
    item: LabelItem
    queue: LabelQueue
    criterion: Criterion
    subject: SubjectView
    progress: Progress
    previous: Judgement | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the frame: how many subjects it has and how many were drawn."""

    name: str
    size: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Design:
    """How a queue was or would be drawn. Only with ``probability`` may a rate speak for the frame."""

    probability: bool
    frame: str
    frame_size: int
    strata: tuple[Stratum, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a queue would hold. ``drawn`` is less than asked for when the frame is smaller."""

    frame_size: int
    drawn: int
    design: Design
