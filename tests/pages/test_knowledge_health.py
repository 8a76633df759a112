"""The view Health of the Articles page, and what depends on an article."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.database import Database, now
from core.evals import create_case
from core.identity import Person, Role, actor_of
from core.knowledge import ArticleRecord, import_articles
from core.knowledge.tables import Article
from tests.core.conversations.make import load, record, stored_id
from tests.core.evals.making import cite, reply, write_draft
from tests.pages.conftest import SignedIn

PAGE = "specialist/knowledge/page.py"
SENTENCE = "A refund takes 5 to 10 business days."
People = dict[Role, Person]


@pytest.fixture
def article_id(database: Database) -> int:
    found = ArticleRecord("refunds", "Refunds", SENTENCE, locale="en")
    import_articles([found], database=database, source="test")
    with database.reading() as session:
        return session.exec(select(Article)).one().key


@pytest.fixture
def conversation(database: Database) -> int:
    load(database, [record("c1", subject="Where is **my** refund?", locale="en")])
    return stored_id(database)


def _open(signed_in: SignedIn, role: Role, **address: str) -> AppTest:
    app = signed_in(role, PAGE)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def _said(app: AppTest) -> str:
    drawn = (*app.markdown, *app.caption, *app.subheader, *app.info, *app.warning)
    return " ".join(str(each.value) for each in drawn).replace("\\", "")


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_health_is_for_everybody_who_reads_articles(
    signed_in: SignedIn, database: Database, article_id: int, conversation: int, role: Role
) -> None:
    write_draft(database, conversation, text="", decision="abstain", reason="missing_knowledge")
    app = _open(signed_in, role, view="health")
    assert not app.exception
    assert [each.label for each in app.tabs][:1] == ["Gaps (1)"]
    (gaps,) = app.dataframe
    assert list(gaps.value["Without an answer"]) == [1]
    assert list(gaps.value["Theme"]) == ["No theme given"]


def test_where_there_is_no_work_health_says_so(signed_in: SignedIn, article_id: int) -> None:
    app = _open(signed_in, Role.SPECIALIST, view="health")
    assert not app.exception
    assert "Drafts found what they needed" in _said(app)
    app.session_state["health_tabs"] = "Coverage"
    app.run()
    assert "nothing to measure" in _said(app)


def test_coverage_is_said_in_numbers(
    signed_in: SignedIn, database: Database, article_id: int, conversation: int
) -> None:
    write_draft(database, conversation, text=SENTENCE, decision="answer")
    app = _open(signed_in, Role.MANAGER, view="health")
    app.session_state["health_tabs"] = "Coverage"
    app.run()
    assert not app.exception
    (table,) = app.dataframe
    assert list(table.value["English"]) == ["1 of 1"]


def test_what_depends_on_an_article(
    signed_in: SignedIn, database: Database, people: People, article_id: int, conversation: int
) -> None:
    draft = write_draft(database, conversation, text=SENTENCE)
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
    reply(database, actor_of(people[Role.REP]), conversation, SENTENCE, draft=draft)
    app = _open(signed_in, Role.REP, article=str(article_id))
    app.session_state[f"article_tab_{article_id}"] = "What depends on it"
    app.run()
    assert not app.exception
    said = _said(app)
    assert "1 sentence of drafts of the last 90 days rested on nothing else." in said
    assert "One draft cited it" in said
    assert SENTENCE in said


def test_an_article_that_nobody_cited_says_so(signed_in: SignedIn, article_id: int) -> None:
    app = _open(signed_in, Role.SPECIALIST, article=str(article_id))
    app.session_state[f"article_tab_{article_id}"] = "What depends on it"
    app.run()
    assert not app.exception
    assert "Nothing rests on this article" in _said(app)


def test_cases_are_named_to_those_who_may_open_them(
    signed_in: SignedIn, database: Database, people: People, article_id: int
) -> None:
    with database.transaction() as session:
        create_case(
            actor_of(people[Role.SPECIALIST]),
            session=session,
            name="Asks for the money",
            messages=[{"author": "customer", "text": "Where is my refund?"}],
            expectations=[{"kind": "cites", "article": "test/refunds"}],
        )
    for role, named in ((Role.SPECIALIST, True), (Role.REP, False)):
        app = _open(signed_in, role, article=str(article_id))
        app.session_state[f"article_tab_{article_id}"] = "What depends on it"
        app.run()
        assert not app.exception
        assert "1 eval case expects it to be cited." in _said(app)
        assert "One eval case depends on it" in _said(app)
        links = [each.proto.label for each in app.get("page_link")]
        assert ("Asks for the money" in links) is named


def test_before_an_article_is_archived_it_is_said_what_breaks(
    signed_in: SignedIn, database: Database, article_id: int, conversation: int
) -> None:
    draft = write_draft(database, conversation, text=SENTENCE)
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
    app = _open(signed_in, Role.SPECIALIST, article=str(article_id))
    assert "rested on nothing else" not in _said(app)
    app.button(f"archive_ask_{article_id}").click().run()
    assert "1 sentence of drafts of the last 90 days rested on nothing else." in _said(app)


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST])
def test_from_a_finding_to_its_article(
    signed_in: SignedIn, database: Database, article_id: int, role: Role
) -> None:
    with database.transaction() as session:
        session.get_one(Article, article_id).review_on = (now() - timedelta(days=3)).date()
    app = _open(signed_in, role, view="health")
    app.session_state["health_tabs"] = "To review (1)"
    app.run()
    (table,) = app.dataframe
    assert list(table.value["Why"]) == ["Its review was due 3 days ago."]
    key = f"health_review_{hash((article_id,))}"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    offered = [each.key for each in app.button if str(each.key).startswith("health_")]
    if role is Role.REP:
        assert offered == ["health_read_review"]
        app.button("health_read_review").click().run()
        assert str(article_id) in app.query_params["article"]
    else:
        assert offered == ["health_read_review", "health_edit_review"]
        app.button("health_edit_review").click().run()
        assert "edit" in app.query_params
