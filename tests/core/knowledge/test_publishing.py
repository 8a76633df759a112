"""Versions go live, wait for their date, leave, and come back as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from core.assist.build import knowledge_digest
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import SYSTEM
from core.knowledge import (
    Article,
    ArticleVersion,
    Passage,
    archive_article,
    article_state,
    cancel_start,
    current_version,
    embed_missing,
    publish,
    put_live,
    restore_version,
    search,
)
from core.knowledge.tables import PassageTerms, SearchStamp
from tests.core.knowledge.making import REFUND, WordEmbedder, fill

LATER = replace(REFUND, body="## Monthly plans\n\nA refund is paid within 30 days.")


def _index(session: Session) -> dict[str, Any]:
    """Everything search knows, but for the counters that only tell caches to look again."""
    stamp = session.get_one(SearchStamp, 1)
    if session.get_bind().dialect.name == "sqlite":
        words = session.execute(text("SELECT term, doc, cnt FROM passage_fts_terms ORDER BY term")).all()
    else:
        words = session.execute(text("SELECT passage_id, lexemes::text FROM passage_terms ORDER BY 1")).all()
    return {
        "terms": [
            each.model_dump()
            for each in session.exec(select(PassageTerms).order_by(col(PassageTerms.passage_id)))
        ],
        "live": session.exec(
            select(Passage.id, Passage.text).where(Passage.live).order_by(col(Passage.id))
        ).all(),
        "words": [tuple(row) for row in words],
        "totals": (stamp.live_passages, stamp.title_terms, stamp.heading_terms, stamp.body_terms),
        "versions": session.exec(select(Article.id, Article.live_version_id).order_by(col(Article.id))).all(),
    }


def _article(session: Session, external_id: str = "refunds") -> Article:
    return session.exec(select(Article).where(Article.external_id == external_id)).one()


def test_restoring_a_version_brings_back_exactly_what_search_knew(database: Database) -> None:
    fill(database)
    embedder = WordEmbedder()
    embed_missing(database=database, embedder=embedder)

    def found(query: str) -> list[tuple[int, float, float | None]]:
        with database.reading() as session:
            hits = search(query, session=session, embedder=embedder)
            return [(hit.passage_id, hit.score, hit.semantic) for hit in hits]

    with database.reading() as session:
        before, stamp = _index(session), session.get_one(SearchStamp, 1).passages
        article = _article(session)
        state = article_state(article.key, session=session)
    asked = "when is a monthly refund paid to the card"
    hits = found(asked)
    with database.transaction() as session:
        changed = put_live(SYSTEM, LATER, session=session, source="test")
        assert changed.number == 2
    embed_missing(database=database, embedder=embedder)
    assert found(asked) != hits
    for _twice in range(2):
        with database.transaction() as session:
            restore_version(SYSTEM, article.key, state["live_version_id"], session=session, state=state)
    with database.reading() as session:
        assert _index(session) == before
        assert session.get_one(SearchStamp, 1).passages > stamp, "caches must look again"
    after = found(asked)
    assert [hit[0] for hit in after] == [hit[0] for hit in hits]
    assert np.allclose([hit[1:] for hit in after], [hit[1:] for hit in hits])


def test_the_build_is_the_earlier_one_after_restoring(database: Database) -> None:
    def digest() -> str:
        with database.reading() as session:
            return knowledge_digest(session=session)

    fill(database)
    before = digest()
    with database.transaction() as session:
        article_id, version_id = _article(session).key, _article(session).live_version_id
        put_live(SYSTEM, LATER, session=session, source="test")
    later = digest()
    with database.transaction() as session:
        restore_version(SYSTEM, article_id, version_id, session=session)
    assert digest() == before != later
    with database.transaction() as session:
        added = put_live(SYSTEM, LATER, session=session)
    assert digest() not in (before, later)
    with database.transaction() as session:
        restore_version(SYSTEM, added.article_id, None, session=session)
    assert digest() == before


def test_what_was_archived_comes_back_and_goes_again(database: Database) -> None:
    fill(database)
    with database.reading() as session:
        before, article = _index(session), _article(session)
    with database.transaction() as session:
        archive_article(SYSTEM, article.key, session=session)
        assert search("refund monthly plan", session=session, embedder=None, audience="public") == []
    with database.transaction() as session:
        restored = restore_version(SYSTEM, article.key, article.live_version_id, session=session)
        assert restored.status == "live"
    with database.reading() as session:
        assert _index(session) == before
    with database.transaction() as session:
        assert restore_version(SYSTEM, article.key, None, session=session).status == "archived"


def test_labels_come_back_with_the_version(database: Database) -> None:
    with database.transaction() as session:
        first = publish(SYSTEM, replace(REFUND, tags=("money",)), session=session)
    with database.transaction() as session:
        state = article_state(first.article_id, session=session)
        publish(SYSTEM, replace(LATER, tags=("money", "new"), translation_of="x"), session=session)
    with database.transaction() as session:
        restore_version(SYSTEM, first.article_id, first.key, session=session, state=state)
    with database.reading() as session:
        article = _article(session)
        assert (article.tags, article.translation_of, article.live_version_id) == (["money"], "", first.key)


def test_a_version_of_another_article_is_refused(database: Database) -> None:
    fill(database)
    with database.transaction() as session:
        refunds, password = _article(session), _article(session, "password")
        with pytest.raises(NotFound, match="Refunds"):
            restore_version(SYSTEM, refunds.key, password.live_version_id, session=session)


def test_a_change_made_from_an_older_version_is_refused(database: Database) -> None:
    with database.transaction() as session:
        first = publish(SYSTEM, REFUND, session=session)
        publish(SYSTEM, LATER, session=session)
    other = replace(REFUND, title="Refunds and returns")
    with database.transaction() as session, pytest.raises(Conflict, match="newer version"):
        put_live(SYSTEM, other, session=session, basis_version_id=first.key)
    with database.reading() as session:
        assert len(session.exec(select(ArticleVersion)).all()) == 2


def test_a_later_start_waits_and_can_be_cancelled(database: Database) -> None:
    start = now() + timedelta(days=3)
    with database.transaction() as session:
        first = publish(SYSTEM, REFUND, session=session)
    with database.reading() as session:
        before = _index(session)
    for _twice in range(2):
        with database.transaction() as session:
            waiting = put_live(SYSTEM, replace(LATER, tags=("soon",)), session=session, effective_from=start)
    assert (waiting.number, waiting.start_state) == (2, "waiting")
    with database.transaction() as session:
        assert _index(session) == before
        article = _article(session)
        assert article.tags == []
        assert current_version(article, session=session) == session.get_one(ArticleVersion, first.key)
        assert cancel_start(SYSTEM, waiting.key, session=session).start_state == "cancelled"
        assert cancel_start(SYSTEM, waiting.key, session=session).start_state == "cancelled"
        with pytest.raises(Conflict, match="has started"):
            cancel_start(SYSTEM, first.key, session=session)


def test_an_end_before_the_start_is_refused(database: Database) -> None:
    start = now() + timedelta(days=3)
    with database.transaction() as session, pytest.raises(InvalidInput, match="before it starts"):
        put_live(SYSTEM, REFUND, session=session, effective_from=start, effective_until=start)
