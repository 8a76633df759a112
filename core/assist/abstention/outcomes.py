"""Which past drafts were right, judged by what the rep did with them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.assist.abstention.examples import Example
from core.assist.tables import Draft
from core.conversations import Message, Reply
from core.criteria import Criterion, Judgement

LIGHT = 0.15
"""A reply that changed no more than this share of the words still says what the draft said: in a reply of
90 words that is a dozen, a greeting and a polished sentence, but hardly another answer."""
NOT_CONTENT = frozenset({"wrong tone", "too long", "i know better", "other"})
"""Reasons to discard that say nothing about whether the answer was right; such drafts are left out."""
CONTENT = frozenset({"wrong", "incomplete", "not_grounded"})
"""Answers to the criterion ``draft_discarded`` that say the answer was not right."""


def past_examples(*, session: Session) -> list[Example]:
    """Every answered draft of which the outcome tells whether it was right, oldest first.

    Sent as it was, or with an edit of at most :data:`LIGHT`: right. Edited more, or discarded for what
    it said: wrong. Superseded, discarded for tone or without a telling reason, taken back, or made
    before signals were kept: unknown, left out.
    """
    answered = select(Draft).where(
        col(Draft.decision) == "answer",
        col(Draft.state) == "ready",
        col(Draft.outcome).in_(("sent", "edited", "discarded")),
        col(Draft.message_id).is_(None),  # other systems' suggestions have no signals
    )
    edits = dict(_edits(session))
    judged = dict(_judged(session))
    examples = []
    for draft in session.exec(answered.order_by(col(Draft.id))):
        right = _right(draft, edits.get(draft.key), judged.get(draft.key))
        if right is not None and draft.signals:
            examples.append(Example(draft.signals, right, str(draft.conversation_id)))
    return examples


def _right(draft: Draft, edit: float | None, judged: str | None) -> bool | None:
    if draft.outcome == "discarded":
        if judged is not None:
            return False if judged in CONTENT else None
        return None if draft.outcome_reason.strip().casefold() in NOT_CONTENT else False
    return None if edit is None else edit <= LIGHT


def _edits(session: Session) -> Iterator[tuple[int, float]]:
    """The edit of each draft's last reply that was not taken back."""
    rows = session.exec(
        select(Reply.draft_id, Reply.edit_ratio)
        .join(Message, col(Message.id) == col(Reply.message_id))
        .where(col(Reply.draft_id).is_not(None), col(Message.recalled_at).is_(None))
        .order_by(col(Reply.id))
    )
    for draft_id, edit in rows:
        if draft_id is not None and edit is not None:
            yield draft_id, edit


def _judged(session: Session) -> Iterator[tuple[int, str]]:
    """Why people discarded drafts, the newest answer last."""
    yield from session.exec(
        select(Judgement.subject_id, Judgement.answer)
        .join(Criterion, col(Criterion.id) == col(Judgement.criterion_id))
        .where(
            col(Criterion.name) == "draft_discarded",
            col(Judgement.subject_type) == "draft",
            col(Judgement.judge_type) == "person",
            col(Judgement.superseded_by_id).is_(None),
        )
        .order_by(col(Judgement.id))
    )
