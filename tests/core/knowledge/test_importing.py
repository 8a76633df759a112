"""Importing articles: idempotent, versions never change, bad records do not stop the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from core.database import Database
from core.identity import SYSTEM
from core.knowledge import (
    Article,
    ArticleRecord,
    ArticleVersion,
    Passage,
    freeze_edit,
    import_articles,
    open_edit,
    put_frozen,
)
from core.knowledge.tables import PassageTerms, SearchStamp
from tests.conftest import ON_POSTGRES
from tests.core.knowledge.making import HELP_CENTRE, PASSWORD, REFUND, fill


def test_importing_twice_changes_nothing(database: Database) -> None:
    assert fill(database).new == len(HELP_CENTRE)
    before = _everything(database)
    report = fill(database)
    assert (report.new, report.updated, report.unchanged) == (0, 0, len(HELP_CENTRE))
    assert _everything(database) == before


def test_a_changed_article_gets_a_new_version_and_the_old_one_stays_as_it_was(database: Database) -> None:
    fill(database)
    with database.reading() as session:
        before = session.execute(_versions("refunds")).scalars().one().model_dump()
    report = fill(database, [replace(REFUND, body="Refunds take 30 days now.")])
    assert (report.new, report.updated, report.unchanged) == (0, 1, 0)
    with database.reading() as session:
        old, new = session.execute(_versions("refunds")).scalars().all()
        article = session.execute(select(Article).where(col(Article.external_id) == "refunds")).scalar_one()
        assert old.model_dump() == before
        assert (old.number, new.number) == (1, 2)
        assert article.live_version_id == new.id
        live = select(col(Passage.article_version_id)).where(
            col(Passage.article_id) == article.id, col(Passage.live)
        )
        assert set(session.execute(live).scalars()) == {new.id}


def test_going_back_to_an_earlier_text_is_a_third_version(database: Database) -> None:
    fill(database, [REFUND])
    fill(database, [replace(REFUND, body="Other.")])
    fill(database, [REFUND])
    with database.reading() as session:
        assert [version.number for version in session.execute(_versions("refunds")).scalars()] == [1, 2, 3]


def test_only_labels_changed_makes_no_version(database: Database) -> None:
    fill(database, [REFUND])
    report = fill(database, [replace(REFUND, tags=["billing"])])
    assert report.updated == 1
    with database.reading() as session:
        assert session.execute(select(col(Article.tags))).scalar_one() == ["billing"]
        assert len(session.execute(_versions("refunds")).scalars().all()) == 1


def test_bad_records_are_reported_and_the_rest_goes_in(database: Database) -> None:
    report = fill(
        database,
        [
            ArticleRecord("", "No id"),
            ArticleRecord("a", "  "),
            ArticleRecord("b", "B", audience="everybody"),
            ArticleRecord("c", "C", updated_at=datetime(2026, 1, 1)),
            PASSWORD,
            replace(PASSWORD, body="Another text under the same id."),
            ArticleRecord("x" * 301, "Long id"),
            ArticleRecord("d", "D", "text", updated_at=datetime(2026, 1, 1, tzinfo=UTC)),
        ],
    )
    assert report.new == 2
    assert [(reject.position, reject.external_id[:1]) for reject in report.rejects] == [
        (1, ""), (2, "a"), (3, "b"), (4, "c"), (6, "p"), (7, "x"),
    ]  # fmt: skip
    assert "record 5" in report.rejects[4].reason


def test_text_no_database_can_store_is_made_storable(database: Database) -> None:
    assert fill(database, [ArticleRecord("odd", "Odd\x00 title", "half \ud800 and \x00 nothing")]).new == 1
    with database.reading() as session:
        assert session.execute(select(col(Passage.text))).scalar_one().startswith("half ")


def test_progress_and_batches(database: Database) -> None:
    seen: list[int] = []
    records = [ArticleRecord(f"a{number}", f"Article {number}", "Text.", locale="en") for number in range(25)]
    report = import_articles(records, database=database, source="s", progress=seen.append, batch_size=10)
    assert report.new == 25
    assert seen == [10, 20, 25]


def test_sources_do_not_share_ids(database: Database) -> None:
    for source in ("a", "b"):
        assert import_articles([REFUND], database=database, source=source).new == 1


def test_a_missing_locale_is_found_out(database: Database) -> None:
    body = "Die Rechnung finden Sie in den Einstellungen Ihres Kontos unter dem Punkt Abrechnung."
    fill(database, [ArticleRecord("r", "Ihre Rechnung", body)])
    with database.reading() as session:
        assert session.execute(select(col(Article.locale))).scalar_one() == "de"


def test_statistics_and_index_follow_what_is_live(database: Database) -> None:
    fill(database)
    fill(database, [replace(REFUND, body="Short.")])
    fill(database, [replace(PASSWORD, body="")])
    with database.reading() as session:
        stamp = session.get_one(SearchStamp, 1)
        rows = session.execute(select(PassageTerms)).scalars().all()
        live = select(func.count()).select_from(Passage).where(col(Passage.live))
        assert stamp.live_passages == len(rows) == session.execute(live).scalar_one()
        assert stamp.title_terms == sum(len(row.title.split()) for row in rows)
        assert stamp.heading_terms == sum(len(row.headings.split()) for row in rows)
        assert stamp.body_terms == sum(len(row.body.split()) for row in rows)


def test_what_was_edited_here_stays_until_its_source_changes(database: Database) -> None:
    fill(database)

    def live() -> ArticleVersion:
        with database.reading() as session:
            article = session.execute(
                select(Article).where(col(Article.external_id) == "refunds")
            ).scalar_one()
            return session.get_one(ArticleVersion, article.live_version_id)

    with database.transaction() as session:
        edit = open_edit(SYSTEM, live().article_id, session=session)
        edit.title, edit.body = "Refunds and returns", "A refund takes 30 days."
        edit.tags = ["ours"]
        released = put_frozen(SYSTEM, freeze_edit(edit, session=session), session=session)
    report = fill(database)
    assert (report.updated, report.unchanged, report.replaced) == (0, 4, [])
    assert live().key == released.key
    with database.reading() as session:
        assert session.get_one(Article, released.article_id).tags == ["ours"]
    relabelled = fill(database, [replace(REFUND, tags=("money",))])
    assert relabelled.updated == 1
    assert fill(database, [replace(REFUND, tags=("money",))]).unchanged == 1
    assert (live().key, live().title) == (released.key, "Refunds and returns")
    with database.reading() as session:
        article = session.get_one(Article, released.article_id)
        assert (article.title, article.tags) == ("Refunds and returns", ["money"])
    assert fill(database, [replace(REFUND, body="A refund takes 40 days.")]).replaced == ["refunds"]
    assert (live().number, live().body) == (3, "A refund takes 40 days.")


@pytest.mark.skipif(ON_POSTGRES, reason="FTS5 is SQLite's")
def test_the_fts_index_is_sound(database: Database) -> None:
    fill(database)
    fill(database, [replace(REFUND, body="Short.")])
    with database.transaction() as session:
        session.execute(text("INSERT INTO passage_fts (passage_fts, rank) VALUES ('integrity-check', 1)"))


def _versions(external_id: str):  # type: ignore[no-untyped-def]
    article = select(col(Article.id)).where(col(Article.external_id) == external_id).scalar_subquery()
    return (
        select(ArticleVersion)
        .where(col(ArticleVersion.article_id) == article)
        .order_by(col(ArticleVersion.number))
    )


def _everything(database: Database) -> list[object]:
    with database.reading() as session:
        return [
            [row.model_dump() for row in session.execute(select(table).order_by(order)).scalars()]
            for table, order in (
                (Article, col(Article.id)),
                (ArticleVersion, col(ArticleVersion.id)),
                (Passage, col(Passage.id)),
                (SearchStamp, col(SearchStamp.id)),
            )
        ]
