"""Store the sample criteria, the specialists' labels and the customers' ratings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Reply
from core.criteria import Criterion, Judgement, current_criterion, ensure_criteria
from core.sample.drafting import DISCARD_REASONS
from core.sample.history import Stored
from core.sample.labels import Label
from core.sample.story import Story

_CUSTOMER_ANSWERS_AFTER = timedelta(hours=3)


def write_criteria(session: Session, specifications: Sequence[Mapping[str, Any]]) -> dict[str, Criterion]:
    """The newest version of every criterion by name, with those of the sample added if they are missing."""
    ensure_criteria(session=session)
    for specification in specifications:
        if current_criterion(specification["name"], session=session) is None:
            session.add(Criterion(**specification))
            session.flush()
    by_version = session.exec(select(Criterion).order_by(col(Criterion.version)))
    return {criterion.name: criterion for criterion in by_version}


def write_judgements(
    session: Session,
    stories: Sequence[Story],
    labels: Sequence[Label],
    stored: Stored,
    *,
    criteria: Mapping[str, Criterion],
    people: Mapping[str, int],
) -> int:
    """Labels and discarded drafts as judgements of persons, CSAT as those of customers. Returns how many."""
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
            subject_type="conversation" if label.reply is None else "reply",
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
    judgements.extend(_discards(session, stories, stored, criteria["draft_discarded"]))
    session.add_all(judgements)
    session.flush()
    return len(judgements)


def _discards(
    session: Session, stories: Sequence[Story], stored: Stored, criterion: Criterion
) -> Iterator[Judgement]:
    """Why reps did not use a draft, as they said when they discarded it."""
    locales = {stored.conversations[s.record.external_id]: s.record.locale for s in stories}
    discarded = session.exec(
        select(Draft).where(col(Draft.outcome) == "discarded", col(Draft.conversation_id).in_(list(locales)))
    )
    for draft in discarded:
        yield Judgement(
            criterion_id=criterion.key,
            subject_type="draft",
            subject_id=draft.key,
            answer=DISCARD_REASONS[locales[draft.conversation_id]][draft.outcome_reason],
            judge_type="person",
            judge=str(draft.outcome_by_id),
            reason=draft.outcome_reason,
            build_id=draft.build_id,
            created_at=draft.outcome_at or draft.created_at,
        )


def _subject(label: Label, stored: Stored, replies: Mapping[int, int | None]) -> int:
    if label.reply is None:
        return stored.conversations[label.external_id]
    key = replies[stored.messages[label.external_id, label.reply]]
    if key is None:
        raise ValueError("a stored reply has a key")
    return key
