"""Redirects lead somewhere, and circles are refused in words that name the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.database import Database
from core.errors import InvalidInput, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from core.knowledge import (
    Article,
    ArticleRecord,
    archive_article,
    clear_redirect,
    get_article,
    publish,
    redirect_of,
    set_redirect,
    way_of,
)

Make = Callable[..., int]


@pytest.fixture
def make(database: Database) -> Make:
    def made(title: str, *, archived: bool = False) -> int:
        with database.transaction() as session:
            record = ArticleRecord(title.lower(), title, f"About {title}.", locale="en")
            article_id = publish(SYSTEM, record, session=session).article_id
            if archived:
                archive_article(SYSTEM, article_id, session=session)
        return article_id

    return made


def _point(database: Database, article_id: int, to_id: int) -> Article:
    with database.transaction() as session:
        return set_redirect(SYSTEM, article_id, to_id, session=session)


def test_readers_arrive_through_several(database: Database, make: Make) -> None:
    old, middle, new = make("Old"), make("Middle"), make("New")
    for _twice in range(2):
        _point(database, old, middle)
    _point(database, middle, new)
    with database.transaction() as session:
        assert redirect_of(session.get_one(Article, old), session=session) is None, "it is still live"
        archive_article(SYSTEM, old, session=session)
        archive_article(SYSTEM, middle, session=session)
    with database.reading() as session:
        way = way_of(session.get_one(Article, old), session=session)
        assert way.words == "“Old” → “Middle” → “New”"
        end = redirect_of(session.get_one(Article, old), session=session)
        assert end is not None
        assert end.key == new


def test_a_circle_is_refused_and_named(database: Database, make: Make) -> None:
    first, second, third = make("A"), make("B"), make("C")
    _point(database, first, second)
    _point(database, second, third)
    with pytest.raises(InvalidInput, match=r"in a circle: “C” → “A” → “B” → “C”\..*redirect of “B”"):
        _point(database, third, first)
    with pytest.raises(InvalidInput, match="to itself"):
        _point(database, first, first)
    with database.reading() as session:
        assert get_article(SYSTEM, third, session=session).article.redirect_to_id is None


def test_two_who_close_a_circle_at_once_do_not(database: Database, make: Make) -> None:
    first, second = make("A"), make("B")
    ready = Barrier(2)

    def point(article_id: int, to_id: int) -> bool:
        ready.wait(30)
        try:
            _point(database, article_id, to_id)
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(point, first, second), pool.submit(point, second, first)
        assert sorted((one.result(30), other.result(30))) == [False, True]


def test_a_circle_that_is_there_already_is_said_and_not_walked_for_ever(
    database: Database, make: Make
) -> None:
    first, second, outside = make("A", archived=True), make("B", archived=True), make("C")
    with database.transaction() as session:  # as a careless script may leave it
        session.get_one(Article, first).redirect_to_id = second
        session.get_one(Article, second).redirect_to_id = first
    with pytest.raises(InvalidInput, match="leads in a circle itself: “A” → “B” → “A”"):
        _point(database, outside, first)
    with database.reading() as session:
        way = way_of(session.get_one(Article, first), session=session)
        assert (way.circle, way.end) == (True, None)


def test_a_dead_end_is_refused(database: Database, make: Make) -> None:
    old, gone = make("Old"), make("Gone", archived=True)
    with pytest.raises(InvalidInput, match="“Gone” is archived"):
        _point(database, old, gone)


def test_what_goes_live_again_keeps_its_readers(database: Database, make: Make) -> None:
    old, new = make("Old"), make("New")
    _point(database, old, new)
    with database.transaction() as session:
        archive_article(SYSTEM, old, session=session)
        assert redirect_of(session.get_one(Article, old), session=session) is not None
        publish(SYSTEM, ArticleRecord("old", "Old", "It is back.", locale="en"), session=session)
        assert session.get_one(Article, old).redirect_to_id is None
    _point(database, old, new)
    for _twice in range(2):
        with database.transaction() as session:
            assert clear_redirect(SYSTEM, old, session=session).redirect_to_id is None


def test_reps_do_not_redirect(database: Database, make: Make) -> None:
    old, new = make("Old"), make("New")
    with database.transaction() as session, pytest.raises(PermissionDenied):
        set_redirect(Actor(None, "r", "R", Role.REP), old, new, session=session)
