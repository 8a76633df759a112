"""Publishing, archiving and listing: permissions, versions, audit, pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import audit
from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from core.knowledge import (
    ArticleRecord,
    archive,
    get_article,
    import_articles,
    list_articles,
    passages_of,
    publish,
    search,
)
from tests.core.knowledge.making import PASSWORD, REFUND, RUNBOOK, fill

REP = Actor(None, "rep", "Rep", Role.REP)
ADMIN = Actor(None, "admin", "Admin", Role.ADMIN)


def test_publish_makes_versions_and_returns_the_live_one_when_nothing_changed(database: Database) -> None:
    with database.transaction() as session:
        first = publish(SYSTEM, REFUND, session=session)
        again = publish(SYSTEM, REFUND, session=session)
        second = publish(SYSTEM, replace(REFUND, title="Refunds and credits"), session=session, note="wider")
        view = get_article(SYSTEM, first.article_id, session=session)
    assert again.id == first.id
    assert (second.number, second.note) == (2, "wider")
    assert view.live is not None
    assert view.live.id == second.id
    assert [version.number for version in view.versions] == [2, 1]
    assert view.article.title == "Refunds and credits"


def test_publish_and_archive_are_audited(database: Database) -> None:
    with database.transaction() as session:
        version = publish(SYSTEM, REFUND, session=session)
        archive(SYSTEM, version.article_id, session=session)
        archive(SYSTEM, version.article_id, session=session)
    with database.reading() as session:
        entries = audit.list_entries(session=session)
    assert sorted(entry.action for entry in entries) == ["article.archived", "article.published"]


def test_archived_is_out_of_search_but_still_there(database: Database) -> None:
    with database.transaction() as session:
        version = publish(SYSTEM, PASSWORD, session=session)
        assert search("password", session=session, embedder=None)
        archive(SYSTEM, version.article_id, session=session)
        assert not search("password", session=session, embedder=None)
        view = get_article(SYSTEM, version.article_id, session=session)
        assert view.live is None
        assert len(passages_of(version.key, session=session)) == 1
        revived = publish(SYSTEM, PASSWORD, session=session)
        assert revived.number == 2
        assert search("password", session=session, embedder=None)


def test_an_import_does_not_bring_back_what_was_archived_unless_it_changed(database: Database) -> None:
    fill(database, [PASSWORD])
    with database.transaction() as session:
        [article] = list_articles(SYSTEM, session=session).rows
        archive(SYSTEM, article.key, session=session)
    assert fill(database, [PASSWORD]).unchanged == 1
    with database.reading() as session:
        assert not list_articles(SYSTEM, session=session).rows
    assert fill(database, [replace(PASSWORD, body="A new way.")]).updated == 1
    with database.reading() as session:
        assert list_articles(SYSTEM, session=session).rows


@pytest.mark.parametrize("actor", [REP, ADMIN])
def test_only_editors_edit(database: Database, actor: Actor) -> None:
    with database.transaction() as session:
        version = publish(SYSTEM, REFUND, session=session)
        with pytest.raises(PermissionDenied):
            publish(actor, PASSWORD, session=session)
        with pytest.raises(PermissionDenied):
            archive(actor, version.article_id, session=session)


def test_reading_needs_permission_and_an_article(database: Database) -> None:
    with database.reading() as session:
        with pytest.raises(NotFound):
            get_article(REP, 99, session=session)
        with pytest.raises(PermissionDenied):
            get_article(ADMIN, 99, session=session)
        with pytest.raises(PermissionDenied):
            list_articles(ADMIN, session=session)


def test_pages_cover_everything_once(database: Database) -> None:
    records = [
        ArticleRecord(f"a{number:02}", f"Article {number}", "Text.", locale="en") for number in range(23)
    ]
    import_articles(records, database=database, source="s", batch_size=7)
    seen: list[str] = []
    cursor = None
    with database.reading() as session:
        while True:
            page = list_articles(REP, session=session, cursor=cursor, limit=5)
            seen += [row.external_id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert sorted(seen) == [record.external_id for record in records]


def test_list_filters(database: Database) -> None:
    fill(database)
    with database.reading() as session:

        def ids(**filters: str) -> set[str]:
            return {row.external_id for row in list_articles(REP, session=session, **filters).rows}  # type: ignore[arg-type]

        assert ids(search="REFUND") == {"refunds", "runbook", "refunds-de"}
        assert ids(search="100%") == set()
        assert ids(locale="de") == {"refunds-de"}
        assert ids(audience="internal") == {RUNBOOK.external_id}
        with pytest.raises(InvalidInput):
            list_articles(REP, session=session, cursor="nonsense")


def test_a_record_must_be_complete(database: Database) -> None:
    with database.transaction() as session, pytest.raises(InvalidInput):
        publish(SYSTEM, ArticleRecord("x", ""), session=session)
