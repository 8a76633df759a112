"""What classifiers say of the subjects a queue was drawn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.assist.tables import Draft
from core.conversations import Conversation, Message, Reply
from core.criteria import Judgement, in_force
from core.labelling.tables import LabelQueue

ABOUT_ALL = 0.1
"""How far the count of predictions may be from the size of the frame they are to stand for."""
_OVER = ("resolved", "closed")
_AT_ONCE = 2_000
_TABLES: dict[str, type[Message | Draft | Reply]] = {"message": Message, "draft": Draft, "reply": Reply}


@dataclass(frozen=True, slots=True)
class Predictions:
    """The answers of one classifier.

    Attributes:
        answers: answer -> how many subjects of the frame, the labelled ones among them.
        of_labelled: subject -> answer, of those that people judged.
    """

    classifier: str
    answers: dict[str, int]
    of_labelled: dict[int, str]

    @property
    def count(self) -> int:
        """Subjects it judged."""
        return sum(self.answers.values())


def predictions_of(queue: LabelQueue, labelled: Sequence[int], *, session: Session) -> list[Predictions]:
    """Every classifier that answered the queue's question, most answers first.

    Args:
        labelled: subjects of the queue that people judged.
    """
    of_frame = _counts(queue, session=session, narrowed=_is_narrowed(queue))
    frame_size = queue.design["frame_size"]
    if any(sum(answers.values()) > (1 + ABOUT_ALL) * frame_size for answers in of_frame.values()):
        of_frame = _counts(queue, session=session, narrowed=True)  # subjects came since it was drawn
    same: dict[str, dict[int, str]] = defaultdict(dict)
    for start in range(0, len(labelled), _AT_ONCE):
        some = labelled[start : start + _AT_ONCE]
        query = select(col(Judgement.judge), col(Judgement.subject_id), col(Judgement.answer))
        for judge, subject_id, answer in session.execute(
            query.where(*_by_classifiers(queue), col(Judgement.subject_id).in_(some))
        ):
            same[judge][subject_id] = answer
    found = [Predictions(judge, answers, same[judge]) for judge, answers in of_frame.items()]
    return sorted(found, key=lambda each: (-each.count, each.classifier))


def grader_answers(
    queue: LabelQueue,
    classifier: str,
    *,
    since: date,
    until: date,
    channel: str | None = None,
    session: Session,
) -> dict[int, tuple[int, date, str]]:
    """What one classifier said of each subject of a queue's frame made on some days, both included, UTC.

    Returns:
        Subject -> its conversation, its day, and the answer.
    """
    table: Any = _TABLES.get(queue.subject_type, Conversation)
    conversation = col(table.id) if table is Conversation else col(table.conversation_id)
    query = (
        select(col(table.id), conversation, col(table.created_at), col(Judgement.answer))
        .join(table, col(table.id) == col(Judgement.subject_id))
        .where(
            *_by_classifiers(queue),
            col(Judgement.judge) == classifier,
            col(table.created_at) >= datetime.combine(since, time(), tzinfo=UTC),
            col(table.created_at) < datetime.combine(until + timedelta(days=1), time(), tzinfo=UTC),
        )
    )
    if table is not Conversation:
        query = query.join(Conversation, col(Conversation.id) == col(table.conversation_id))
    if channel is not None:
        query = query.where(col(Conversation.channel) == channel)
    if _is_narrowed(queue):
        query = query.where(*_frame(queue))
    return {
        key: (conversation_id, made.date(), answer)
        for key, conversation_id, made, answer in session.execute(query)
    }


def subjects_made(subject_type: str, ids: Sequence[int], *, session: Session) -> dict[int, date]:
    """On which day, UTC, each subject was made."""
    table: Any = _TABLES.get(subject_type, Conversation)
    found: dict[int, date] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(col(table.id), col(table.created_at)).where(
                col(table.id).in_(ids[start : start + _AT_ONCE])
            )
        )
        found.update((key, made.date()) for key, made in rows)
    return found


def _by_classifiers(queue: LabelQueue) -> tuple[Any, ...]:
    return (
        col(Judgement.criterion_id) == queue.criterion_id,
        col(Judgement.judge_type) == "classifier",
        col(Judgement.subject_type) == queue.subject_type,
        *in_force(),
    )


def _counts(queue: LabelQueue, *, session: Session, narrowed: bool) -> dict[str, dict[str, int]]:
    query = select(col(Judgement.judge), col(Judgement.answer), func.count()).where(*_by_classifiers(queue))
    if narrowed:
        if queue.subject_type == "conversation":
            query = query.join(Conversation, col(Conversation.id) == col(Judgement.subject_id))
        else:
            table = _TABLES[queue.subject_type]
            query = query.join(table, col(table.id) == col(Judgement.subject_id))
            query = query.join(Conversation, col(Conversation.id) == col(table.conversation_id))
        query = query.where(*_frame(queue))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for judge, answer, times in session.execute(query.group_by(col(Judgement.judge), col(Judgement.answer))):
        found[judge][answer] = times
    return found


def _is_narrowed(queue: LabelQueue) -> bool:
    return any(queue.parameters.get(name) for name in ("channel", "locale", "since", "until", "status"))


def _frame(queue: LabelQueue) -> list[Any]:
    """SQL conditions on the conversation: the queue's own filters, and what was there when it was drawn."""
    chosen = queue.parameters
    conditions: list[Any] = [col(Conversation.created_at) <= queue.created_at]
    for name in ("channel", "locale"):
        if chosen.get(name):
            conditions.append(getattr(Conversation, name) == chosen[name])
    if chosen.get("since"):
        conditions.append(col(Conversation.created_at) >= _moment(chosen["since"]))
    if chosen.get("until"):
        conditions.append(col(Conversation.created_at) < _moment(chosen["until"]))
    if chosen.get("status"):
        conditions.append(col(Conversation.status).in_(_OVER))
    return conditions


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
