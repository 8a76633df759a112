"""A load that is stopped goes on where it was, and a whole one changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from core.classifiers.tables import (
    Classifier,
    ClassifierExample,
    ClassifierRelease,
)
from core.conversations import Conversation
from core.database import Database
from core.evals.tables import (
    EvalGrade,
    EvalResult,
    EvalRun,
    GraderCalibration,
)
from core.identity import sign_in
from core.sample import PASSWORD, SampleReport, checked_drafts, classifiers, load_sample
from core.sample.history import Stored
from core.sample.knowledge import knowledge_is_written, writing
from core.settings import get_settings
from tests.core.sample.conftest import REFERENCE
from tests.core.sample.counting import count_rows


@pytest.mark.usefixtures("quick_vectors")
@pytest.mark.timeout(300)  # a whole load takes twenty seconds of CPU
def test_it_goes_on_after_each_stop_and_then_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other on one database, because each needs most of a load."""
    before_drafts = _stopped_at(Stored, "read", database, monkeypatch)
    assert before_drafts["Conversation"] >= 430
    assert before_drafts["Draft"] == 0
    before_shipping = _stopped_at(classifiers, "ship", database, monkeypatch)
    assert before_shipping["Draft"] > 300
    assert _stages(database) == []
    before_comparing = _stopped_at(checked_drafts, "run_calibration", database, monkeypatch)
    assert not checked_drafts.drafts_are_checked(database)
    before_note = _stopped_at(writing, "decide_suggestions", database, monkeypatch)
    assert before_note["ArticleVersion"] == before_drafts["ArticleVersion"]  # all of it, or nothing
    assert not knowledge_is_written(database)
    report = _load(database, hours=5)
    assert knowledge_is_written(database)
    assert (report.conversations, report.drafts, report.judgements) == (0, 0, 0)  # they had been stored
    assert checked_drafts.drafts_are_checked(database)
    whole = count_rows(database)
    assert whole["EvalRun"] == 4
    assert whole["EvalCase"] > 200
    assert whole["ClassifierVersion"] == 6  # graders are at work without being shipped
    assert _stages(database) == [
        ("customer-intent", "live"),
        ("legal-threat", "live"),
        ("promises-made", "shadow"),
    ]
    assert whole["ClassifierExample"] == _different_examples(database)
    for stage in (before_drafts, before_shipping, before_comparing):
        assert (stage["Conversation"], stage["Message"]) == (whole["Conversation"], whole["Message"])

    assert sign_in("maeve", PASSWORD, database=database).person.sample
    worked_on = _work(database)
    assert not _load(database, hours=72).changed
    assert count_rows(database) == whole
    with database.reading() as session:
        assert session.get_one(Conversation, worked_on).status == "resolved"

    figures = _lose_the_comparison(database)
    _lose_the_last_run(database)
    assert count_rows(database) != whole
    _load(database, hours=72)
    assert count_rows(database) == whole
    with database.reading() as session:
        assert session.exec(select(GraderCalibration)).one().figures == figures


def _load(database: Database, *, hours: int) -> SampleReport:
    return load_sample(database, get_settings(), reference=REFERENCE + timedelta(hours=hours))


def _stopped_at(
    owner: object, name: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> dict[str, int]:
    """Load until this is called; how many rows of each table there are then."""

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, stop)
        with pytest.raises(KeyboardInterrupt):
            load_sample(database, get_settings(), reference=REFERENCE)
    return count_rows(database)


def _stages(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [
            (name, stage)
            for name, stage in session.exec(
                select(Classifier.name, ClassifierRelease.stage)
                .join(ClassifierRelease, col(ClassifierRelease.classifier_id) == col(Classifier.id))
                .order_by(col(Classifier.name))
            )
        ]


def _different_examples(database: Database) -> int:
    with database.reading() as session:
        found = session.exec(select(ClassifierExample.classifier_id, ClassifierExample.digest))
        return len({(row[0], row[1]) for row in found})


def _work(database: Database) -> int:
    """What a rep did since: it must not be undone."""
    with database.transaction() as session:
        conversation = session.exec(select(Conversation).where(Conversation.status == "open").limit(1)).one()
        conversation.status = "resolved"
        session.add(conversation)
        return conversation.key


def _lose_the_comparison(database: Database) -> dict[str, Any]:
    """As if the load had been interrupted before it. Returns the figures it had."""
    with database.transaction() as session:
        calibration = session.exec(select(GraderCalibration)).one()
        assert calibration.created_at < REFERENCE
        session.delete(calibration)
        return calibration.figures


def _lose_the_last_run(database: Database) -> None:
    """As if the load had been interrupted before it."""
    with database.transaction() as session:
        last = session.exec(select(EvalRun).order_by(col(EvalRun.id).desc())).first()
        assert last is not None
        session.execute(delete(EvalGrade).where(col(EvalGrade.run_id) == last.key))
        session.execute(delete(EvalResult).where(col(EvalResult.run_id) == last.key))
        session.delete(last)
