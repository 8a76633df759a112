"""Drafts of the sample that the specialists checked, and the grader of drafts compared with them.

People go by what the material made wrong, not by what the grader says; they overlook some of it, and find
mistakes that no rule is written for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session, col, select

from core.assist import Draft
from core.classifiers import open_services
from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import Criterion, Judgement, current_criterion
from core.database import Database
from core.evals import calibrate, run_calibration
from core.evals.tables import GraderCalibration
from core.identity import Actor, Person, actor_of
from core.labelling import LabelAssignment, LabelItem, LabelQueue
from core.sample.generator import SEED
from core.sample.history import Stored
from core.sample.labels import LABELLERS, TWICE
from core.sample.story import Story
from core.settings import Settings

NAME = "Is everything right in what was drafted?"
_CRITERION, _GRADER = "correct", "outdated-facts"
_SIZE = 90
_FOUND = 0.05  # mistakes of other kinds, such as a wrong name
_OVERLOOKED = 0.1
_DIFFERS = 0.06  # of second answers
_DRAWN_BEFORE = timedelta(days=3)
_LABELLED_FOR = timedelta(days=2.5)
_COMPARED_BEFORE = timedelta(hours=5)
_TOOK = timedelta(seconds=2)
_HOLD = timedelta(minutes=30)


def write_checked_drafts(
    database: Database, settings: Settings, stories: Sequence[Story], *, source: str, reference: datetime
) -> int:
    """Label a random sample of the drafts, and compare the grader with it. Safe to repeat and to interrupt.

    Returns how many labels were added.
    """
    labels = 0
    with database.transaction() as session:
        if _queue(session=session) is None:
            labels = _write_queue(session, stories, source=source, reference=reference)
    if not _is_compared(database):
        _compare(database, settings, reference=reference)
    return labels


def drafts_are_checked(database: Database) -> bool:
    """Whether :func:`write_checked_drafts` has nothing left to do."""
    with database.reading() as session:
        labelled = _queue(session=session) is not None
    return labelled and _is_compared(database)


def _queue(*, session: Session) -> LabelQueue | None:
    return session.exec(select(LabelQueue).where(LabelQueue.name == NAME).limit(1)).first()


def _write_queue(session: Session, stories: Sequence[Story], *, source: str, reference: datetime) -> int:
    """A simple random sample of the drafts that answer: what declines says nothing that could be wrong.

    These are what the grader judges too, so that the one can be corrected by the other.
    """
    rng = Random(f"{SEED}:checked drafts")  # noqa: S311 - no secrets
    criterion = current_criterion(_CRITERION, session=session)
    if criterion is None:
        return 0
    drawn_at = reference - _DRAWN_BEFORE
    frame = _drafts(session, stories, source=source, until=drawn_at)
    drawn = rng.sample(frame, k=min(_SIZE, len(frame)))
    people = [_person(name, session=session).key for name in LABELLERS]
    queue = LabelQueue(
        name=NAME,
        criterion_id=criterion.key,
        subject_type="draft",
        strategy="random",
        design={
            "probability": True,
            "frame": "finished drafts with an answer; drawn at random, each equally likely",
            "frame_size": len(frame),
            "strata": [],
        },
        size=len(drawn),
        double_share=TWICE,
        people=people,
        state="closed",
        closed_at=drawn_at + _LABELLED_FOR,
        created_by_id=people[0],
        created_at=drawn_at,
    )
    session.add(queue)
    session.flush()
    labels = 0
    for position, (draft, wrong) in enumerate(drawn):
        answers = _answers(rng, wrong)
        first = rng.randrange(len(people))
        item = LabelItem(
            queue_id=queue.key,
            position=position,
            subject_id=draft.key,
            conversation_id=draft.conversation_id,
            weight=len(frame) / len(drawn),
            why="",
            needed=len(answers),
            taken=len(answers),
            done=len(answers),
        )
        session.add(item)
        session.flush()
        for place, answer in enumerate(answers):
            at = drawn_at + _LABELLED_FOR * (position + rng.random()) / (len(drawn) + 1)
            _answer(session, rng, item, criterion, people[(first + place) % len(people)], answer, at)
        labels += len(answers)
    session.flush()
    return labels


def _drafts(
    session: Session, stories: Sequence[Story], *, source: str, until: datetime
) -> list[tuple[Draft, bool]]:
    """Drafts that answer, with whether something they say was made wrong, in the order of the stories."""
    stored = Stored.read(session, source=source)
    ours = list(stored.conversations.values())
    rows = session.exec(
        select(Draft).where(
            col(Draft.conversation_id).in_(ours),
            col(Draft.state) == "ready",
            col(Draft.decision) == "answer",
            col(Draft.created_at) < until,
        )
    )
    # Drafts made by people who have tried the sample since are not of its story.
    found: dict[int, Draft] = {}
    for row in sorted(rows, key=lambda each: each.key):
        found.setdefault(row.conversation_id, row)
    return [
        (found[key], any(claim.slipped for claim in story.draft.claims))
        for story in stories
        if story.draft is not None and (key := stored.conversations[story.record.external_id]) in found
    ]


def _answers(rng: Random, wrong: bool) -> list[str]:
    seen = rng.random() >= _OVERLOOKED if wrong else rng.random() < _FOUND
    answers = ["no" if seen else "yes"]
    if rng.random() < TWICE:
        other = "yes" if seen else "no"
        answers.append(other if rng.random() < _DIFFERS else answers[0])
    return answers


def _answer(
    session: Session,
    rng: Random,
    item: LabelItem,
    criterion: Criterion,
    person_id: int,
    answer: str,
    at: datetime,
) -> None:
    judgement = Judgement(
        criterion_id=criterion.key,
        subject_type="draft",
        subject_id=item.subject_id,
        answer=answer,
        judge_type="person",
        judge=str(person_id),
        origin="label",
        created_at=at,
    )
    session.add(judgement)
    session.flush()
    seconds = round(rng.uniform(15, 90), 1)
    session.add(
        LabelAssignment(
            item_id=item.key,
            queue_id=item.queue_id,
            person_id=person_id,
            state="done",
            held_until=at + _HOLD,
            judgement_id=judgement.key,
            seconds=seconds,
            started_at=at - timedelta(seconds=seconds),
            finished_at=at,
        )
    )


def _is_compared(database: Database) -> bool:
    """Whether the comparison is done and dated; one that somebody made later is another."""
    with database.reading() as session:
        version_id = _grader(session=session)
        rows = session.exec(
            select(GraderCalibration).where(
                GraderCalibration.version_id == version_id, GraderCalibration.state == "finished"
            )
        )
        return any(row.finished_at == row.created_at + _TOOK for row in rows)


def _compare(database: Database, settings: Settings, *, reference: datetime) -> None:
    at = reference - _COMPARED_BEFORE
    with database.transaction() as session:
        version_id = _grader(session=session)
        if version_id is None:
            return
        calibration = calibrate(_actor(session=session), version_id, session=session)
        calibration.created_at = at
        session.add(calibration)
        key = calibration.key
    run_calibration(key, database=database, services=open_services(database, settings))
    with database.transaction() as session:
        finished = session.get_one(GraderCalibration, key)
        finished.finished_at = at + _TOOK
        session.add(finished)


def _grader(*, session: Session) -> int | None:
    """The first version of the sample's grader: others may have been made since."""
    return session.exec(
        select(ClassifierVersion.id)
        .join(Classifier, col(Classifier.id) == col(ClassifierVersion.classifier_id))
        .where(Classifier.name == _GRADER)
        .order_by(col(ClassifierVersion.id))
        .limit(1)
    ).first()


def _actor(*, session: Session) -> Actor:
    return actor_of(_person(LABELLERS[0], session=session))


def _person(username: str, *, session: Session) -> Person:
    return session.exec(select(Person).where(Person.username == username)).one()
