"""Moments the sample's reps flagged, and what a specialist made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Reply
from core.criteria import Judgement
from core.evals import STRONG, WEAK, Flag, accept_flag, dismiss_flag, raise_flag
from core.identity import Person, actor_of

_FEWEST_WORDS = 4
_AFTER = timedelta(minutes=4)
_DECIDED_AFTER = timedelta(hours=21)
_DECIDER = "lucia"


@dataclass(frozen=True, slots=True)
class Moment:
    """What somebody points at. ``span`` and ``better`` are of an edit; else the whole text is meant."""

    person_id: int
    subject_type: str
    subject_id: int
    strength: str
    criterion: str
    at: datetime
    span: dict[str, Any] | None = None
    better: str = ""
    note: str = ""


_DECISIONS: tuple[tuple[bool, str] | None, ...] = (
    (True, "Good catch, the case is in the suite."),
    None,
    (True, ""),
    (False, "The article allows both wordings, so this is a matter of taste."),
    None,
)
"""Accepted or dismissed with a reason, or still open: in turns."""


def write_flags(session: Session, *, conversations: Sequence[int], people: Mapping[str, int]) -> int:
    """Flags on drafts and replies of the last days, most of them decided. Returns how many."""
    replies = session.exec(
        select(Reply)
        .where(col(Reply.conversation_id).in_(conversations), col(Reply.draft_id).is_not(None))
        .order_by(col(Reply.created_at).desc())
    ).all()
    moments = [*_edits(replies)[:6], *_untouched(session, replies)[:3], *_others(replies)[:2]]
    reps = {key: actor_of(session.get_one(Person, key)) for key in {each.person_id for each in moments}}
    decider = actor_of(session.get_one(Person, people[_DECIDER]))
    for number, moment in enumerate(moments):
        flag = raise_flag(
            reps[moment.person_id],
            session=session,
            subject_type=moment.subject_type,
            subject_id=moment.subject_id,
            strength=moment.strength,
            criterion=moment.criterion,
            span=moment.span,
            better=moment.better,
            note=moment.note,
        )
        decision = _DECISIONS[number % len(_DECISIONS)]
        if decision is not None:
            decide = accept_flag if decision[0] else dismiss_flag
            flag = decide(decider, flag.key, session=session, reason=decision[1])
        _backdate(session, flag, moment.at)
    session.flush()
    return len(moments)


def _edits(replies: Sequence[Reply]) -> list[Moment]:
    """Words of a draft that the rep replaced, with what they wrote instead."""
    moments = []
    for reply in replies:
        at = 0
        for part, following in zip(reply.changes, [*reply.changes[1:], {}], strict=True):
            words = part["text"].strip()
            replaced = part["op"] == "delete" and following.get("op") == "insert"
            if replaced and len(words.split()) >= _FEWEST_WORDS and reply.draft_id is not None:
                start = at + part["text"].index(words)
                moments.append(
                    Moment(
                        reply.person_id,
                        "draft",
                        reply.draft_id,
                        WEAK,
                        "clear",
                        reply.created_at + _AFTER,
                        {"start": start, "end": start + len(words), "text": words},
                        following["text"].strip(),
                        "Customers ask what this means.",
                    )
                )
                break
            if part["op"] != "insert":
                at += len(part["text"])
    return moments


def _untouched(session: Session, replies: Sequence[Reply]) -> list[Moment]:
    """Drafts that were sent as they were."""
    moments = []
    for reply in replies:
        draft = session.get(Draft, reply.draft_id) if reply.edit_ratio == 0 else None
        if draft is not None and draft.decision == "answer":
            moments.append(
                Moment(
                    reply.person_id,
                    "draft",
                    draft.key,
                    STRONG,
                    "complete",
                    reply.created_at + _AFTER,
                    note="Nothing to add.",
                )
            )
    return moments


def _others(replies: Sequence[Reply]) -> list[Moment]:
    """Replies of a colleague."""
    people = list(dict.fromkeys(reply.person_id for reply in replies))
    return [
        Moment(
            next(person for person in people if person != reply.person_id),
            "reply",
            reply.key,
            STRONG,
            "polite",
            reply.created_at + _AFTER * 5,
            note="Lovely tone for an upset customer.",
        )
        for reply in replies[3:]
        if len(people) > 1
    ]


def _backdate(session: Session, flag: Flag, at: datetime) -> None:
    flag.created_at = at
    if flag.decided_at is not None:
        flag.decided_at = at + _DECIDED_AFTER
    judgement = session.get_one(Judgement, flag.judgement_id)
    judgement.created_at = at
    session.add_all([flag, judgement])
