"""Versions with dates start and end by themselves, exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlmodel import select

from core.audit import AuditEntry
from core.database import Database, now
from core.identity import SYSTEM
from core.knowledge import (
    Article,
    cancel_start,
    freeze_edit,
    get_article,
    get_edit,
    new_edit,
    open_edit,
    publish,
    put_frozen,
    put_live,
    scheduled_of,
    search,
    start_due,
)
from tests.core.knowledge.making import REFUND

LATER = replace(REFUND, body="## Monthly plans\n\nA refund is paid within 30 days.", tags=("new policy",))


def _texts(database: Database) -> list[str]:
    with database.reading() as session:
        return [hit.text for hit in search("monthly refund", session=session, embedder=None)]


def test_a_policy_changes_on_its_date_once_with_several_workers(database: Database) -> None:
    start = now() + timedelta(days=2)
    with database.transaction() as session:
        article_id = publish(SYSTEM, REFUND, session=session).article_id
        waiting = put_live(SYSTEM, LATER, session=session, effective_from=start)
        assert scheduled_of(article_id, session=session) == [waiting]
    assert start_due(database) == 0
    assert any("14 days" in text for text in _texts(database))
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: start_due(database, at=start + timedelta(seconds=1)), range(4)))
    assert sum(done) == 1
    assert [text for text in _texts(database) if "days" in text] == ["A refund is paid within 30 days."]
    with database.reading() as session:
        view = get_article(SYSTEM, article_id, session=session)
        assert (view.article.live_version_id, view.article.tags) == (waiting.key, ["new policy"])
        assert view.live is not None
        assert view.live.start_state == "started"
        actions = session.exec(select(AuditEntry.action)).all()
        assert actions.count("article.started") == 1
        assert scheduled_of(article_id, session=session) == []


def test_what_is_valid_until_a_date_leaves_then(database: Database) -> None:
    end = now() + timedelta(days=2)
    with database.transaction() as session:
        version = put_live(SYSTEM, REFUND, session=session, effective_until=end)
    assert start_due(database, at=end - timedelta(seconds=1)) == 0
    assert [start_due(database, at=end) for _ in range(2)] == [1, 0]
    assert _texts(database) == []
    with database.reading() as session:
        assert session.get_one(Article, version.article_id).status == "archived"


def test_what_was_called_off_does_not_start(database: Database) -> None:
    start = now() + timedelta(days=2)
    with database.transaction() as session:
        waiting = put_live(SYSTEM, LATER, session=session, effective_from=start)
        assert session.get_one(Article, waiting.article_id).status == "draft"
        cancel_start(SYSTEM, waiting.key, session=session)
    assert start_due(database, at=start) == 0
    assert _texts(database) == []


def test_what_ended_before_anybody_worked_never_starts(database: Database) -> None:
    start = now() + timedelta(days=2)
    with database.transaction() as session:
        end = start + timedelta(days=1)
        waiting = put_live(SYSTEM, LATER, session=session, effective_from=start, effective_until=end)
    assert [start_due(database, at=end) for _ in range(2)] == [1, 0]
    with database.reading() as session:
        assert session.get_one(type(waiting), waiting.key).start_state == "cancelled"
    assert _texts(database) == []


def test_an_edit_of_what_waits_is_not_behind(database: Database) -> None:
    start = now() + timedelta(days=2)
    with database.transaction() as session:
        article_id = publish(SYSTEM, REFUND, session=session).article_id
        edit = new_edit(SYSTEM, session=session, article_id=article_id, body=LATER.body)
        edit.effective_from = start
        content = freeze_edit(edit, session=session)
        edit.title = "Typed on"
        put_frozen(SYSTEM, content, session=session)
        view = get_edit(SYSTEM, edit.key, session=session)
        assert (view.edit.state, view.basis_moved) == ("open", None)
        assert open_edit(SYSTEM, article_id, session=session).key == edit.key
    assert start_due(database, at=start) == 1
    with database.reading() as session:
        assert get_edit(SYSTEM, edit.key, session=session).basis_moved is None
