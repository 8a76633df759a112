"""A grader's score is corrected by labels of a random queue, and refused where these cannot correct it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from core.conversations import Conversation
from core.criteria import Criterion
from core.database import Database
from core.errors import PermissionDenied
from core.evals import CUSTOMER, PEOPLE, ScoreQuery, read_series, rebuild
from core.identity import SYSTEM, Actor, Role
from core.reporting import Corrected, corrected_score
from core.reporting.corrected import FEWEST_LABELS
from core.statistics import prediction_powered_rate
from tests.core.reporting.making import MANAGER, START, add_conversation, add_criterion, add_queue, judge

COUNT, LABELLED = 200, 60
QUERY = ScoreQuery("resolved", "grader", "conversation", date(2026, 11, 2), date(2026, 12, 31))


def truth(place: int) -> bool:
    """What people say: three of four are good."""
    return place % 4 != 0


def kind(place: int) -> bool:
    """What a grader says that lets half of what is bad pass."""
    return place % 8 != 0


def fill(
    session: Session, *, graded: Sequence[int] = range(COUNT), labelled: int = LABELLED, **queue: Any
) -> None:
    """Conversations, the first ones labelled by people; every other by e-mail, every third of December."""
    criterion = add_criterion(session)
    subjects = [
        add_conversation(session, at=_at(place), channel="email" if place % 2 else "chat")
        for place in range(COUNT)
    ]
    add_queue(session, criterion, subjects[:LABELLED], frame_size=COUNT, done=labelled, **queue)
    _judge(session, criterion, subjects, graded, labelled)


def _at(place: int) -> datetime:
    return START + timedelta(days=30 if place % 3 == 0 else 3)


def _judge(
    session: Session,
    criterion: Criterion,
    subjects: Sequence[Conversation],
    graded: Sequence[int],
    labelled: int,
) -> None:
    for place in range(labelled):
        judge(session, criterion, subjects[place].key, "yes" if truth(place) else "no")
    for place in graded:
        answer = "yes" if kind(place) else "no"
        judge(session, criterion, subjects[place].key, answer, "classifier:grader")


def corrected(database: Database, query: ScoreQuery = QUERY, actor: Actor = MANAGER) -> Corrected | None:
    rebuild(database=database)
    with database.reading() as session:
        series = read_series(SYSTEM, query, session=session)
        return corrected_score(actor, series, session=session)


def expected(places: Sequence[int]) -> tuple[float, float, float]:
    """What prediction-powered inference makes of some of them, straight from the answers."""
    few = [place for place in places if place < LABELLED]
    many = [place for place in places if place >= LABELLED]
    rate = prediction_powered_rate(
        [float(truth(place)) for place in few],
        [float(kind(place)) for place in few],
        [float(kind(place)) for place in many],
        clusters=few,
        unlabelled_clusters=many,
    )
    return rate.estimate, rate.low, rate.high


def figures(found: Corrected | None) -> tuple[float, float, float]:
    assert found is not None
    assert found.whole.rate is not None, found.whole.note
    return found.whole.rate.estimate, found.whole.rate.low, found.whole.rate.high


def test_a_grader_that_is_too_kind_is_corrected(database: Database) -> None:
    with database.transaction() as session:
        fill(session)
    found = corrected(database)

    assert figures(found) == pytest.approx(expected(range(COUNT)))
    estimate, low, high = figures(found)
    assert estimate == pytest.approx(0.75, abs=0.02)  # it says 0.875 itself
    assert low < 0.75 < high < 0.875
    assert found is not None
    assert (found.whole.labels, found.frame) == (LABELLED, "conversations; drawn at random")


def test_months_are_told_where_enough_is_labelled(database: Database) -> None:
    with database.transaction() as session:
        fill(session)
    found = corrected(database)
    assert found is not None
    november, december = found.months
    assert (november.start, november.end) == (date(2026, 11, 2), date(2026, 11, 30))
    assert (december.start, december.end) == (date(2026, 12, 1), date(2026, 12, 31))
    assert (november.labels, december.labels) == (40, 20)
    assert november.rate is not None
    wanted = expected([place for place in range(COUNT) if place % 3 != 0])
    assert (november.rate.estimate, november.rate.low, november.rate.high) == pytest.approx(wanted)


def test_a_channel_is_corrected_by_its_own_labels(database: Database) -> None:
    with database.transaction() as session:
        fill(session)
    found = corrected(database, replace(QUERY, channel="email"))
    assert found is not None
    assert found.whole.labels == LABELLED / 2
    assert figures(found) == pytest.approx(expected(range(1, COUNT, 2)))


def test_few_labels_are_no_rate_but_counted(database: Database) -> None:
    with database.transaction() as session:
        fill(session, labelled=FEWEST_LABELS - 1)
    found = corrected(database)
    assert found is not None
    assert (found.whole.rate, found.whole.labels) == (None, FEWEST_LABELS - 1)
    assert found.whole.note == "People have labelled 19 of these; 20 are needed."


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"labelled": 0}, "Nobody has labelled a random sample"),
        ({"probability": False}, "Nobody has labelled a random sample"),
        ({"strata": [("a", 100), ("b", 100)]}, "drawn without groups"),
        ({"graded": range(120)}, "People labelled a sample of 200, of which it judged 120"),
    ],
)
def test_labels_that_cannot_stand_for_all_are_refused(
    database: Database, changes: dict[str, Any], why: str
) -> None:
    with database.transaction() as session:
        fill(session, **changes)
    found = corrected(database)
    assert found is not None
    assert (found.whole.rate, found.months) == (None, ())
    assert why in found.whole.note


def test_a_theme_cannot_be_corrected(database: Database) -> None:
    with database.transaction() as session:
        fill(session)
    found = corrected(database, replace(QUERY, theme="billing"))
    assert found is not None
    assert found.whole.rate is None
    assert "not for a theme" in found.whole.note


@pytest.mark.parametrize("judge_name", [PEOPLE, CUSTOMER])
def test_who_is_no_grader_needs_no_correction(database: Database, judge_name: str) -> None:
    with database.transaction() as session:
        fill(session)
    assert corrected(database, replace(QUERY, judge=judge_name)) is None


def test_only_who_may_see_evals_is_told(database: Database) -> None:
    with database.transaction() as session:
        fill(session)
    with pytest.raises(PermissionDenied):
        corrected(database, actor=Actor(2, "maeve", "Maeve", Role.REP))
