"""Store the sample criteria, the specialists' labels and the customers' ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from core.conversations import Reply
from core.criteria import Criterion, Judgement
from core.sample.history import Stored
from core.sample.labels import Label
from core.sample.stories import Story

_CUSTOMER_ANSWERS_AFTER = timedelta(hours=3)


def write_criteria(session: Session, specifications: Sequence[Mapping[str, Any]]) -> dict[str, Criterion]:
    """Version 1 of each sample criterion, by name; those that exist stay as they are."""
    names = [specification["name"] for specification in specifications]
    known = {
        criterion.name: criterion
        for criterion in session.exec(
            select(Criterion).where(col(Criterion.name).in_(names), col(Criterion.version) == 1)
        )
    }
    for specification in specifications:
        if specification["name"] not in known:
            known[specification["name"]] = criterion = Criterion(**specification)
            session.add(criterion)
    session.flush()
    return known


def write_judgements(
    session: Session,
    stories: Sequence[Story],
    labels: Sequence[Label],
    stored: Stored,
    *,
    criteria: Mapping[str, Criterion],
    people: Mapping[str, int],
) -> int:
    """Labels as judgements of persons, CSAT as judgements of customers. Returns how many."""
    replies = dict(
        session.exec(
            select(Reply.message_id, Reply.id).where(
                col(Reply.conversation_id).in_(list(stored.conversations.values()))
            )
        ).all()
    )
    judgements = [
        Judgement(
            criterion_id=criteria[label.criterion].key,
            subject_type=criteria[label.criterion].subject,
            subject_id=_subject(label, stored, replies),
            answer=label.answer,
            judge_type="person",
            judge=str(people[label.labeller]),
            created_at=label.at,
        )
        for label in labels
    ]
    judgements.extend(
        Judgement(
            criterion_id=criteria["csat"].key,
            subject_type="conversation",
            subject_id=stored.conversations[story.record.external_id],
            answer=str(story.record.csat),
            judge_type="customer",
            judge="customer",
            created_at=story.record.messages[-1].created_at + _CUSTOMER_ANSWERS_AFTER,
        )
        for story in stories
        if story.record.csat is not None
    )
    session.add_all(judgements)
    session.flush()
    return len(judgements)


def _subject(label: Label, stored: Stored, replies: Mapping[int, int | None]) -> int:
    if label.reply is None:
        return stored.conversations[label.external_id]
    key = replies[stored.messages[label.external_id, label.reply]]
    if key is None:
        raise ValueError("a stored reply has a key")
    return key
