"""Alerts are opened once, dismissed with a reason, and over when a score recovers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from core.criteria import Criterion
from core.database import Database
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.evals.scores import dismiss_score_alert, list_score_alerts, watch_scores
from core.evals.scores.progress import ensure_progress
from core.evals.tables import ScoreAlert, ScoreCell, ScoreDue, ScoreProgress
from core.identity import Actor
from tests.core.evals.scores.making import DAY, criterion


def fill(
    session: Session, asked: Criterion, since: date, days: int, good: int, *, n: int = 40, channel: str = ""
) -> None:
    """Cells of some days, each judgement of a conversation of its own."""
    for day in range(days):
        session.add(
            ScoreCell(
                criterion_id=asked.key,
                judge="checker",
                subject_type="reply",
                split="channel" if channel else "",
                day=(since + timedelta(days=day)).isoformat(),
                channel=channel,
                theme="",
                product="",
                build_id="",
                n=n,
                good=good,
                clusters=n,
                n_squares=n,
                good_squares=good,
                crosses=good,
            )
        )


@pytest.fixture
def dropped(database: Database) -> date:
    """Four weeks of 90 %, a week of 60 %; e-mail is as it was. The last day."""
    with database.transaction() as session:
        asked = criterion(session)
        ensure_progress(session=session)
        for channel, low in (("", 24), ("chat", 10), ("email", 36)):
            fill(session, asked, DAY, 28, 36, channel=channel)
            fill(session, asked, DAY + timedelta(days=28), 7, low, channel=channel)
    return DAY + timedelta(days=34)


def alerts(database: Database) -> list[ScoreAlert]:
    with database.reading() as session:
        return list(session.exec(select(ScoreAlert).order_by(col(ScoreAlert.id))))


def test_a_drop_is_said_once_for_all_and_where(database: Database, dropped: date, lucia: Actor) -> None:
    assert watch_scores(database=database, until=dropped) == 2
    assert watch_scores(database=database, until=dropped) == 0
    assert watch_scores(database=database, until=dropped + timedelta(days=1)) == 0

    assert {each.scope for each in alerts(database)} == {"", "channel=chat"}
    with database.reading() as session:
        views = list_score_alerts(lucia, session=session)
    everywhere = next(view for view in views if not view.alert.scope)
    assert everywhere.fell
    assert "fell from 90 % to 60 % of the replies" in everywhere.words
    assert any("in chat" in view.words for view in views)


def test_days_that_wait_to_be_added_up_are_waited_for(database: Database, dropped: date) -> None:
    with database.transaction() as session:
        session.add(
            ScoreDue(criterion_id=criterion(session).key, subject_type="reply", day=dropped.isoformat())
        )
    assert watch_scores(database=database, until=dropped) == 0
    with database.reading() as session:
        assert session.get_one(ScoreProgress, 1).watched_day == ""


def test_dismissing_accepts_what_was_found(
    database: Database, dropped: date, lucia: Actor, maeve: Actor
) -> None:
    watch_scores(database=database, until=dropped)
    first = alerts(database)[0].key
    with database.transaction() as session:
        with pytest.raises(PermissionDenied):
            dismiss_score_alert(maeve, first, session=session, reason="No.")
        with pytest.raises(InvalidInput, match="Write why"):
            dismiss_score_alert(lucia, first, session=session, reason=" ")
        for _ in range(2):
            dismiss_score_alert(lucia, first, session=session, reason="A new question form.")
        asked = criterion(session)
        fill(session, asked, dropped + timedelta(days=1), 7, 24)
    assert watch_scores(database=database, until=dropped + timedelta(days=7)) == 0  # it is expected now

    found = next(each for each in alerts(database) if each.key == first)
    assert (found.state, found.reason, found.decided_by_id) == (
        "dismissed",
        "A new question form.",
        lucia.person_id,
    )


def test_an_alert_is_over_when_the_score_recovers(database: Database, dropped: date, lucia: Actor) -> None:
    watch_scores(database=database, until=dropped)
    with database.transaction() as session:
        asked = criterion(session)
        fill(session, asked, dropped + timedelta(days=1), 7, 36)
    assert watch_scores(database=database, until=dropped + timedelta(days=7)) == 1

    over = next(each for each in alerts(database) if each.state == "over")
    assert over.scope == ""
    with database.transaction() as session, pytest.raises(Conflict, match="recovered"):
        dismiss_score_alert(lucia, over.key, session=session, reason="Late.")


def test_without_change_there_is_nothing(database: Database, dropped: date) -> None:
    with database.transaction() as session:
        session.execute(update(ScoreCell).values(good=36, good_squares=36, crosses=36))
    assert watch_scores(database=database, until=dropped) == 0
    assert not alerts(database)
