"""Drift as it is looked for in the database: what comes in, what people say, and the chart of it all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.classifiers import Services, answers_over_time, ship, watch_drift
from core.classifiers.tables import ClassifierAnswer, ClassifierRelease, ClassifierVersion, DriftAlert
from core.criteria import Judgement
from core.database import Database, now
from core.identity import Actor
from tests.core.classifiers.live.making import make_classifier


@pytest.fixture
def version(database: Database, lucia: Actor) -> int:
    """Live for a week."""
    key, version = make_classifier(database)
    with database.transaction() as session:
        ship(lucia, key, version, session=session, stage="live")
        for release in session.exec(select(ClassifierRelease)):
            release.created_at -= timedelta(days=7)
            session.add(release)
    return version


def answer(database: Database, version: int, moments: list[datetime], **values: Any) -> list[int]:
    """A subject said at each moment, and what the version answered about it; the subjects."""
    given: dict[str, Any] = {"answer": "request", "confidence": 0.9, "source": "live"}
    with database.transaction() as session:
        first = len(session.exec(select(ClassifierAnswer.subject_id)).all()) + 1
        session.add_all(
            ClassifierAnswer(
                version_id=version,
                subject_id=first + place,
                conversation_id=first + place,
                occurred_at=moment,
                **(given | values),
            )
            for place, moment in enumerate(moments)
        )
    return list(range(first, first + len(moments)))


def days_ago(days: float, count: int, *, a_day: int = 1_000) -> list[datetime]:
    return [now() - timedelta(days=days + place // a_day) for place in range(count)]


def alert(database: Database) -> DriftAlert:
    with database.reading() as session:
        return session.exec(select(DriftAlert)).one()


def test_other_things_coming_in(database: Database, services: Services, version: int) -> None:
    answer(database, version, days_ago(10, 300), confidence=0.9, source="backtest")
    answer(database, version, days_ago(1, 150), confidence=0.9)
    assert watch_drift(database=database, services=services) == 0, "nothing has changed"
    answer(database, version, days_ago(0.5, 300), confidence=0.4)
    assert watch_drift(database=database, services=services) == 1
    found = alert(database)
    assert (found.kind, found.evidence["measure"], found.evidence["lower"]) == ("input", "confidence", True)
    assert found.evidence["median"]["recent"] < found.evidence["median"]["before"]
    assert len(found.evidence["subjects"]) == 5


def test_people_who_label_agree_less(
    database: Database, services: Services, version: int, lucia: Actor
) -> None:
    with database.reading() as session:
        criterion = session.get_one(ClassifierVersion, version).criterion_id
    subjects = answer(database, version, days_ago(1, 60))

    def label(some: list[int], said: str) -> None:
        with database.transaction() as session:
            session.add_all(
                Judgement(
                    criterion_id=criterion,
                    subject_type="message",
                    subject_id=each,
                    answer=said,
                    judge_type="person",
                    judge=str(lucia.person_id),
                )
                for each in some
            )

    label(subjects[:20], "request")
    label(subjects[20:25], "problem")
    assert watch_drift(database=database, services=services) == 0, "5 of 25 are not below 90 % for sure"
    label(subjects[25:], "problem")
    assert watch_drift(database=database, services=services) == 1
    found = alert(database)
    assert found.kind == "agreement"
    assert (found.evidence["fresh"]["successes"], found.evidence["fresh"]["n"]) == (20, 60)
    assert found.evidence["promised"]["estimate"] == pytest.approx(0.9)
    assert set(found.evidence["subjects"]) < set(subjects[20:])


def test_few_a_day_are_put_together(database: Database, version: int, maeve: Actor) -> None:
    answer(database, version, days_ago(0, 60 * 5, a_day=5))
    with database.reading() as session:
        weeks = answers_over_time(maeve, version, session=session)
    assert weeks.days == 7
    assert {each.day.weekday() for each in weeks.periods} == {0}
    assert sum(each.n for each in weeks.periods) == 300
    answer(database, version, days_ago(0, 60 * 40, a_day=40))
    with database.reading() as session:
        days = answers_over_time(maeve, version, session=session)
        month = answers_over_time(maeve, version, session=session, days=30)
    assert (days.days, len(days.periods)) == (1, 60)
    assert isinstance(days.periods[0].day, date)
    assert days.periods[-1].rates[0].estimate == 1
    assert len(month.periods) in (30, 31)


def test_very_few_make_periods_of_four_weeks(database: Database, version: int, maeve: Actor) -> None:
    answer(database, version, days_ago(0, 80, a_day=1))
    with database.reading() as session:
        found = answers_over_time(maeve, version, session=session)
    assert found.days == 28
    assert 3 <= len(found.periods) <= 4
