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
    """The newest version of every criterion by name; those of the sample are new versions of shipped ones."""
    ensure_criteria(session=session)
    for specification in specifications:
        current = current_criterion(specification["name"], session=session)
        if current is None or list(current.answers) != list(specification["answers"]):
            version = current.version + 1 if current is not None else 1
            session.add(Criterion(**specification, version=version))
            session.flush()
    by_version = session.exec(select(Criterion).order_by(col(Criterion.version)))
    return {criterion.name: criterion for criterion in by_version}


def write_labels(
    session: Session,
    labels: Sequence[Label],
    stored: Stored,
    *,
    criteria: Mapping[str, Criterion],
    people: Mapping[str, int],
) -> list[tuple[Label, Judgement]]:
    """The specialists' labels as judgements of persons."""
    replies = first_replies(session, stored)
    given = [
        (
            label,
            Judgement(
                criterion_id=criteria[label.criterion].key,
                subject_type="conversation" if label.reply is None else "reply",
                subject_id=stored.conversations[label.external_id]
                if label.reply is None
                else replies[stored.messages[label.external_id, label.reply]],
                answer=label.answer,
                judge_type="person",
                judge=str(people[label.labeller]),
                origin="label",
                created_at=label.at,
            ),
        )
        for label in labels
    ]
    session.add_all(judgement for _, judgement in given)
    session.flush()
    return given


def first_replies(session: Session, stored: Stored) -> dict[int, int]:
    """Keys of the sample's replies by the message they were sent as."""
    ours = col(Reply.conversation_id).in_(list(stored.conversations.values()))
    return {reply.message_id: reply.key for reply in session.exec(select(Reply).where(ours))}


def write_reactions(
    session: Session, stories: Sequence[Story], stored: Stored, *, criteria: Mapping[str, Criterion]
) -> int:
    """CSAT as judgements of customers, and why reps discarded drafts. Returns how many."""
    judgements = [
        Judgement(
            criterion_id=criteria["csat"].key,
            subject_type="conversation",
            subject_id=stored.conversations[story.record.external_id],
            answer=str(story.record.csat),
            judge_type="customer",
            judge="customer",
            origin="questionnaire",
            created_at=story.record.messages[-1].created_at + _CUSTOMER_ANSWERS_AFTER,
        )
        for story in stories
        if story.record.csat is not None
    ]
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
            origin="assist",
            reason=draft.outcome_reason,
            build_id=draft.build_id,
            created_at=draft.outcome_at or draft.created_at,
        )
