"""The label queues the sample's labels were given in, and one that waits for somebody to begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session

from core.criteria import Criterion, Judgement, adjudicate
from core.identity import Actor
from core.labelling import LabelAssignment, LabelItem, LabelQueue
from core.sample.labels import LABEL_DAYS, LABELLERS, TWICE, Label

Given = tuple[Label, Judgement]
Subject = tuple[int, int]
"""What is to be judged, and its conversation: two keys."""

_NAMES = {
    "customer_intent": "What customers wrote about",
    "resolved": "Were matters resolved?",
    "polite": "Politeness of sent replies",
}
_DECIDED = 3  # of the disagreements somebody has already decided that many
_HOLD = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn at random for one criterion: the answers so far, and what still waits for one."""

    criterion: Criterion
    given: Sequence[Given]
    waiting: Sequence[Subject]
    frame_size: int

    def subjects(self, conversations: Mapping[str, int]) -> Iterator[tuple[Subject, list[Given]]]:
        """Each subject once, with its answers."""
        by_subject: dict[Subject, list[Given]] = {}
        for label, judgement in self.given:
            subject = (judgement.subject_id, conversations[label.external_id])
            by_subject.setdefault(subject, []).append((label, judgement))
        yield from by_subject.items()
        yield from ((subject, []) for subject in self.waiting)


def write_label_queue(
    session: Session,
    draw: Draw,
    *,
    conversations: Mapping[str, int],
    people: Mapping[str, int],
    reference: datetime,
    rng: Random,
) -> LabelQueue:
    """A queue with the labels as its answers, closed when nothing waits."""
    drawn = list(draw.subjects(conversations))
    queue = _queue(draw, len(drawn), people, reference)
    session.add(queue)
    session.flush()
    for position, ((subject_id, conversation_id), answers) in enumerate(drawn):
        item = LabelItem(
            queue_id=queue.key,
            position=position,
            subject_id=subject_id,
            conversation_id=conversation_id,
            weight=draw.frame_size / len(drawn),
            why="drawn at random",
            needed=max(1, len(answers)),
            taken=len(answers),
            done=len(answers),
        )
        session.add(item)
        session.flush()
        session.add_all(_assignment(rng, item, *answer, people=people) for answer in answers)
    session.flush()
    return queue


def _queue(draw: Draw, size: int, people: Mapping[str, int], reference: datetime) -> LabelQueue:
    kind = draw.given[0][1].subject_type
    return LabelQueue(
        name=_NAMES[draw.criterion.name],
        criterion_id=draw.criterion.key,
        subject_type=kind,
        strategy="random",
        design={
            "probability": True,
            "frame": f"{'first replies of ' if kind == 'reply' else ''}resolved conversations of "
            f"the last {LABEL_DAYS} days",
            "frame_size": draw.frame_size,
            "strata": [],
        },
        size=size,
        double_share=TWICE,
        people=[] if draw.waiting else [people[name] for name in LABELLERS],
        state="open" if draw.waiting else "closed",
        closed_at=None if draw.waiting else reference - timedelta(days=1),
        created_by_id=people[LABELLERS[0]],
        created_at=min(label.at for label, _ in draw.given) - timedelta(hours=1),
    )


def _assignment(
    rng: Random, item: LabelItem, label: Label, judgement: Judgement, *, people: Mapping[str, int]
) -> LabelAssignment:
    seconds = round(rng.uniform(6, 45), 1)
    return LabelAssignment(
        item_id=item.key,
        queue_id=item.queue_id,
        person_id=people[label.labeller],
        state="done",
        held_until=label.at + _HOLD,
        judgement_id=judgement.key,
        seconds=seconds,
        started_at=label.at - timedelta(seconds=seconds),
        finished_at=label.at,
    )


def decide_some(session: Session, draw: Draw, decider: Actor) -> int:
    """Somebody has decided the first disagreements. Returns how many."""
    about: dict[int, list[Given]] = {}
    for label, judgement in draw.given:
        about.setdefault(judgement.subject_id, []).append((label, judgement))
    differing = [pairs for pairs in about.values() if len({judgement.answer for _, judgement in pairs}) > 1]
    for pairs in differing[:_DECIDED]:
        _decide(session, pairs, draw.criterion, decider)
    return len(differing[:_DECIDED])


def _decide(session: Session, pairs: Sequence[Given], criterion: Criterion, decider: Actor) -> None:
    first = pairs[0][1]
    decision = adjudicate(
        decider,
        criterion.key,
        first.subject_type,
        first.subject_id,
        session=session,
        answer=first.answer,
        reason="Read again together: the second matter counts.",
    )
    decision.created_at = max(label.at for label, _ in pairs) + timedelta(hours=20)
    judgement = session.get_one(Judgement, decision.judgement_id)
    judgement.created_at = decision.created_at
    session.add_all([decision, judgement])
