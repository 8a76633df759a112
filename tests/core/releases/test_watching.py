"""A release is watched: a score that falls by more than chance proposes the rollback."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from core.criteria import ensure_criteria
from core.database import Database, now
from core.errors import InvalidInput, PermissionDenied
from core.identity import Actor
from core.releases import Release, close_watch, get_release, roll_back, ship, watch_releases
from core.settings import Settings
from tests.core.evals.scores.making import criterion
from tests.core.evals.scores.test_watching import fill
from tests.core.releases.making import passed, proposed, released


@pytest.fixture
def release(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> Release:
    with database.transaction() as session:
        ensure_criteria(session=session)
    return released(database, settings, sue, sam, articles["refunds"], "One.")


def scores(session: Session, day: date, after: int) -> None:
    """Four weeks of 90 % before, six days of something after, 40 replies a day."""
    asked = criterion(session)
    fill(session, asked, day - timedelta(days=28), 28, 36)
    fill(session, asked, day + timedelta(days=1), 6, after)


def later(release: Release, days: int) -> datetime:
    return release.created_at + timedelta(days=days)


def state(database: Database, release: Release) -> str:
    with database.reading() as session:
        return session.get_one(Release, release.key).watch_state


def test_a_fall_proposes_the_rollback(
    database: Database, settings: Settings, release: Release, sue: Actor, sam: Actor
) -> None:
    with database.transaction() as session:
        scores(session, release.created_at.date(), after=24)
    assert watch_releases(database=database, at=later(release, 4)) == 1
    assert watch_releases(database=database, at=later(release, 5)) == 0
    with database.reading() as session:
        view = get_release(sue, release.key, session=session)
    assert view.release.watch_state == "fallen"
    assert "60 % of 120 instead of 90 % of 1,120" in view.watch_words
    assert "Consider rolling it back" in view.watch_words
    roll_back(sam, release.key, "Scores fell.", database=database, settings=settings)
    assert state(database, release) == "closed"


def test_what_holds_is_steady_when_its_time_is_over(database: Database, release: Release) -> None:
    with database.transaction() as session:
        scores(session, release.created_at.date(), after=36)
    assert watch_releases(database=database, at=later(release, 3)) == 0
    assert state(database, release) == "watching"
    assert watch_releases(database=database, at=later(release, 8)) == 1
    assert state(database, release) == "steady"


def test_what_waits_for_its_date_is_watched_from_then_on(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    sue: Actor,
    sam: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "watch_days", 6)
    start = now() + timedelta(days=10)
    made = proposed(database, sue, articles["refunds"], "Soon.", effective_from=start)
    passed(database, settings, made, sam)
    release = ship(sam, made.key, database=database, settings=settings)
    assert release.watch_until == start + timedelta(days=6)
    with database.reading() as session:
        words = get_release(sue, release.key, session=session).watch_words
    assert words.startswith(f"Watched from {start:%d %B %Y}, when it starts")
    with database.transaction() as session:
        ensure_criteria(session=session)
        scores(session, start.date(), after=24)
    assert watch_releases(database=database, at=start) == 0
    assert watch_releases(database=database, at=start + timedelta(days=4)) == 1
    assert state(database, release) == "fallen"


def test_without_scores_it_says_that_nothing_could_be_compared(
    database: Database, release: Release, sue: Actor
) -> None:
    watch_releases(database=database, at=later(release, 8))
    with database.reading() as session:
        words = get_release(sue, release.key, session=session).watch_words
    assert words == "Watched to the end: there were too few scores to compare."


def test_whoever_accepts_a_fall_says_why(
    database: Database, release: Release, sam: Actor, rita: Actor
) -> None:
    with pytest.raises(PermissionDenied), database.transaction() as session:
        close_watch(rita, release.key, "Fine.", session=session)
    with pytest.raises(InvalidInput, match="why"), database.transaction() as session:
        close_watch(sam, release.key, " ", session=session)
    with database.transaction() as session:
        close_watch(sam, release.key, "The old rule ended", session=session)
        close_watch(sam, release.key, "Again.", session=session)
    with database.reading() as session:
        words = get_release(sam, release.key, session=session).watch_words
    assert words == "No longer watched: The old rule ended."
    assert watch_releases(database=database, at=now() + timedelta(days=9)) == 0
