"""Owners, review dates, and translations that know when their source moved on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from core.database import Database, now
from core.errors import InvalidInput
from core.identity import SYSTEM, Role, add_person, deactivate
from core.knowledge import (
    Article,
    ArticleEdit,
    due_for_review,
    freeze_edit,
    mark_followed,
    moved_source,
    new_edit,
    open_edit,
    put_frozen,
    set_owner,
    set_review_on,
    translations_of,
)
from tests.core.knowledge.making import REFUND, RUECKERSTATTUNG, fill


def _id(database: Database, external_id: str) -> int:
    with database.reading() as session:
        return session.exec(select(Article).where(Article.external_id == external_id)).one().key


def test_owner_and_review_count_at_once_and_survive_a_release(database: Database) -> None:
    fill(database)
    article_id, today = _id(database, "refunds"), now().date()
    with database.transaction() as session:
        mia = add_person(
            SYSTEM,
            session=session,
            username="mia",
            name="Mia",
            password="correct horse",
            role=Role.SPECIALIST,
        )
        edit = open_edit(SYSTEM, article_id, session=session)
        content_before = edit.revision
    with database.transaction() as session:
        set_owner(SYSTEM, article_id, mia.key, session=session)
        set_review_on(SYSTEM, article_id, today + timedelta(days=5), session=session)
        with pytest.raises(InvalidInput, match="passed already"):
            set_review_on(SYSTEM, article_id, today - timedelta(days=1), session=session)
        with pytest.raises(InvalidInput, match="another owner"):
            set_owner(SYSTEM, article_id, 999, session=session)
    with database.transaction() as session:
        edit = open_edit(SYSTEM, article_id, session=session)
        assert (edit.owner_id, edit.revision) == (mia.key, content_before + 2)
        edit.body = "Changed."
        put_frozen(SYSTEM, freeze_edit(edit, session=session), session=session)
        article = session.get_one(Article, article_id)
        assert (article.owner_id, article.review_on) == (mia.key, today + timedelta(days=5))
        assert due_for_review(SYSTEM, session=session) == []
        (due,) = due_for_review(SYSTEM, session=session, within_days=7)
        assert (due.article.key, due.owner, due.days_over) == (article_id, "Mia", -5)
        deactivate(SYSTEM, mia.key, session=session)
        with pytest.raises(InvalidInput, match="another owner"):
            set_owner(SYSTEM, _id(database, "password"), mia.key, session=session)


def test_a_translation_knows_that_its_source_moved_on(database: Database) -> None:
    fill(database)
    source, translation = _id(database, "refunds"), _id(database, "refunds-de")

    def state(of: int) -> list[tuple[str, bool, bool]]:
        with database.reading() as session:
            found = translations_of(SYSTEM, of, session=session)
            return [(each.article.locale, each.source, each.moved_on) for each in found]

    assert (state(source), state(translation)) == ([("de", False, False)], [("en", True, False)])
    fill(database, [replace(REFUND, body="A refund takes 30 days.")])
    assert state(source) == [("de", False, True)]
    with database.reading() as session:
        newer = moved_source(session.get_one(Article, translation), session=session)
        assert newer is not None
        assert newer.body == "A refund takes 30 days."
    for _twice in range(2):
        with database.transaction() as session:
            mark_followed(SYSTEM, translation, session=session)
    assert state(source) == [("de", False, False)]
    fill(database, [replace(RUECKERSTATTUNG, body="Eine Rückerstattung dauert 30 Tage.")])
    assert state(source) == [("de", False, False)]
    fill(database, [replace(REFUND, body="A refund takes 40 days.")])
    assert state(source) == [("de", False, True)]
    with database.transaction() as session, pytest.raises(InvalidInput, match="not a translation"):
        mark_followed(SYSTEM, source, session=session)


def test_mending_a_translation_is_not_translating_what_changed(database: Database) -> None:
    fill(database)
    source, german = _id(database, "refunds"), _id(database, "refunds-de")

    def release(edit: ArticleEdit, session: Session) -> int:
        put_frozen(SYSTEM, freeze_edit(edit, session=session), session=session)
        assert edit.article_id is not None
        return edit.article_id

    def behind(article_id: int, session: Session) -> bool:
        return moved_source(session.get_one(Article, article_id), session=session) is not None

    fill(database, [replace(REFUND, body="A refund takes 30 days.")])
    with database.transaction() as session:
        edit = open_edit(SYSTEM, german, session=session)
        edit.body = edit.body.replace("Rück", "Zurück", 1) + "."
        release(edit, session)
        assert behind(german, session)
        made = new_edit(
            SYSTEM,
            session=session,
            title="Reembolsos",
            body="30 días.",
            locale="es",
            translation_of="refunds",
        )
        spanish = release(made, session)
        assert not behind(spanish, session)  # a new one is made from what the source says
        edit = open_edit(SYSTEM, source, session=session)
        edit.body = "A refund takes 40 days."
        release(edit, session)
        assert behind(spanish, session)
        edit = open_edit(SYSTEM, spanish, session=session)
        edit.title = "Los reembolsos"
        release(edit, session)
        assert behind(spanish, session)
        mark_followed(SYSTEM, spanish, session=session)
        assert not behind(spanish, session)
