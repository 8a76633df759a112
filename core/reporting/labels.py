"""What people judged: items of label queues with the answer that stands, and everything else counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from core.criteria import Adjudication, Judgement, in_force
from core.labelling.tables import LabelItem, LabelQueue


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item of a queue that was judged: every answer in force, or the one that was decided on."""

    subject_id: int
    conversation_id: int
    stratum: str
    answers: tuple[str, ...]

    def share(self, counts: Callable[[str], bool]) -> float:
        """0 to 1: the share of the answers that count; between, where people disagree and nobody decided."""
        return sum(map(counts, self.answers)) / len(self.answers)


def probability_queues(criterion_ids: list[int], *, session: Session) -> list[LabelQueue]:
    """Queues that were drawn by chance, newest first."""
    queues = session.scalars(
        select(LabelQueue)
        .where(col(LabelQueue.criterion_id).in_(criterion_ids))
        .order_by(col(LabelQueue.id).desc())
    )
    return [queue for queue in queues if queue.design.get("probability") is True]


def labelled_items(queue: LabelQueue, *, session: Session) -> list[Labelled]:
    """The items of a queue that somebody answered there, in the order they were given out.

    An item that was judged elsewhere only, by a flag for example, is left out: it was not by chance
    that somebody looked at it.
    """
    same = (
        col(Judgement.criterion_id) == queue.criterion_id,
        col(Judgement.subject_type) == queue.subject_type,
        col(Judgement.judge_type) == "person",
        *in_force(),
    )
    answered = (
        select(
            col(LabelItem.subject_id),
            col(LabelItem.conversation_id),
            col(LabelItem.stratum),
            col(Judgement.answer),
        )
        .join(Judgement, col(Judgement.subject_id) == col(LabelItem.subject_id))
        .where(col(LabelItem.queue_id) == queue.key, col(LabelItem.done) > 0, *same)
        .order_by(col(LabelItem.position), col(Judgement.id))
    )
    decided = _decided(queue, session=session)
    items: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for subject_id, conversation_id, stratum, answer in session.execute(answered):
        items[subject_id, conversation_id, stratum].append(answer)
    return [
        Labelled(
            subject, conversation, stratum, (decided[subject],) if subject in decided else tuple(answers)
        )
        for (subject, conversation, stratum), answers in items.items()
    ]


def judged_otherwise(criterion_ids: list[int], *, session: Session) -> dict[int, dict[str, dict[str, int]]]:
    """People's judgements that are of no probability queue: criterion -> origin -> answer -> how many."""
    drawn = [queue.key for queue in probability_queues(criterion_ids, session=session)]
    of_queue = exists().where(
        col(LabelItem.queue_id).in_(drawn),
        col(LabelQueue.id) == col(LabelItem.queue_id),
        col(LabelQueue.criterion_id) == col(Judgement.criterion_id),
        col(LabelQueue.subject_type) == col(Judgement.subject_type),
        col(LabelItem.subject_id) == col(Judgement.subject_id),
        col(LabelItem.done) > 0,
    )
    query = select(
        col(Judgement.criterion_id), col(Judgement.origin), col(Judgement.answer), func.count()
    ).where(
        col(Judgement.criterion_id).in_(criterion_ids), col(Judgement.judge_type) == "person", *in_force()
    )
    if drawn:
        query = query.where(~of_queue)
    found: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    grouped = query.group_by(col(Judgement.criterion_id), col(Judgement.origin), col(Judgement.answer))
    for criterion_id, origin, answer, times in session.execute(grouped):
        found[criterion_id][origin][answer] = times
    return found


def _decided(queue: LabelQueue, *, session: Session) -> dict[int, str]:
    """Subjects on which somebody decided, the newest decision last."""
    decisions = (
        select(col(Adjudication.subject_id), col(Judgement.answer))
        .join(Judgement, col(Judgement.id) == col(Adjudication.judgement_id))
        .where(
            col(Adjudication.criterion_id) == queue.criterion_id,
            col(Adjudication.subject_type) == queue.subject_type,
            col(Judgement.withdrawn_at).is_(None),
        )
        .order_by(col(Adjudication.id))
    )
    return {row[0]: row[1] for row in session.execute(decisions)}
