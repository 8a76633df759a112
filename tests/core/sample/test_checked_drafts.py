"""Drafts that people checked: a random sample, a grader compared with it, and its score corrected by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from core.assist import Draft
from core.criteria import Judgement
from core.evals import ScoreQuery, list_judges, read_series
from core.evals.tables import GraderCalibration
from core.identity import Person, actor_of
from core.labelling import LabelAssignment, LabelItem, LabelQueue
from core.reporting import corrected_score
from core.sample import checked_drafts
from tests.core.sample.conftest import REFERENCE, Loaded


def _queue(session: Session) -> LabelQueue:
    return session.exec(select(LabelQueue).where(LabelQueue.name == checked_drafts.NAME)).one()


def test_checked_drafts_are_a_random_sample_labelled_after_it_was_drawn(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        queue = _queue(session)
        frame = session.scalar(
            select(func.count())
            .select_from(Draft)
            .where(Draft.decision == "answer", col(Draft.created_at) < queue.created_at)
        )
        rows = session.exec(
            select(Draft, LabelItem, LabelAssignment)
            .join(LabelItem, col(LabelItem.subject_id) == col(Draft.id))
            .join(LabelAssignment, col(LabelAssignment.item_id) == col(LabelItem.id))
            .where(LabelItem.queue_id == queue.key)
        ).all()
    assert queue.design["probability"] is True
    assert frame
    assert queue.design["frame_size"] == frame
    assert queue.size == len({item.key for _, item, _ in rows}) == 90
    assert all(item.weight == pytest.approx(frame / 90) for _, item, _ in rows)
    assert {given.person_id for _, _, given in rows} == set(queue.people)
    assert queue.closed_at is not None
    for draft, _, given in rows:
        assert (
            draft.created_at
            < queue.created_at
            < (given.finished_at or REFERENCE)
            <= queue.closed_at
            < REFERENCE
        )


def test_the_grader_was_compared_with_people_and_neither_is_always_right(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        calibration = session.exec(select(GraderCalibration)).one()
        lucia = actor_of(session.exec(select(Person).where(Person.username == "lucia")).one())
        shown = [row for row in list_judges(lucia, session=session) if row.latest is not None]
        stored = dict(
            session.exec(
                select(Judgement.subject_id, Judgement.answer).where(
                    Judgement.judge == "outdated-facts", Judgement.subject_type == "draft"
                )
            ).all()
        )
    assert len(shown) == 1
    assert calibration.state == "finished"
    assert calibration.finished_at is not None
    assert calibration.created_at < calibration.finished_at < REFERENCE
    assert calibration.n >= 80
    assert 0.6 <= calibration.figures["kappa"]["estimate"] <= 0.85
    assert calibration.figures["kappa"]["low"] > 0.4
    assert calibration.figures["false_pass"]["estimate"] > 0
    assert all(stored[each["subject_id"]] == each["first"] for each in calibration.subjects)


def test_the_score_of_drafts_is_known_as_people_would_judge(loaded: Loaded) -> None:
    until = REFERENCE.date()
    query = ScoreQuery("correct", "outdated-facts", "draft", until - timedelta(days=90), until)
    with loaded.database.reading() as session:
        lucia = actor_of(session.exec(select(Person).where(Person.username == "lucia")).one())
        corrected = corrected_score(lucia, read_series(lucia, query, session=session), session=session)
    assert corrected is not None
    assert corrected.whole.rate is not None, corrected.whole.note
    assert corrected.whole.labels == 90
    assert corrected.whole.rate.method.startswith("Prediction-powered")
    assert corrected.whole.rate.low < corrected.whole.rate.estimate < corrected.whole.rate.high
