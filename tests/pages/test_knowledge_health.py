"""The view Health of the Articles page, and what depends on an article."""

from __future__ import annotations

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.database import Database
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
    app.session_state["health_tabs_90"] = "Coverage"
    app.run()
    assert "nothing to measure" in _said(app)


def test_coverage_is_said_in_numbers(
    signed_in: SignedIn, database: Database, article_id: int, conversation: int
) -> None:
    write_draft(database, conversation, text=SENTENCE, decision="answer")
    app = _open(signed_in, Role.MANAGER, view="health")
    app.session_state["health_tabs_90"] = "Coverage"
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
