"""What of the knowledge wants a look, by the work of the last months."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col

from core.database import Database, now
from core.identity import Actor
from core.insights import KnowledgeHealth, read_health, write_note
from core.knowledge.tables import Article
from tests.core.evals.making import cite, reply, write_draft
from tests.core.insights.conftest import asks
from tests.core.knowledge.making import WordEmbedder

DRAFT = "A refund takes 5 to 10 business days."


def _health(database: Database, actor: Actor) -> KnowledgeHealth:
    with database.reading() as session:
        return read_health(actor, session=session)


def _age(database: Database, external_id: str, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(Article).where(col(Article.external_id) == external_id).values(**values))


def test_articles_that_want_a_look(database: Database, rep: Actor, embedder: WordEmbedder) -> None:
    long_ago = now() - timedelta(days=400)
    for name in ("refunds", "invoices"):
        _age(database, name, created_at=long_ago)
    _age(database, "invoices", updated_at=long_ago)
    _age(database, "goodwill", review_on=(now() - timedelta(days=3)).date())
    for number in range(3):
        case = asks(database, f"c{number}", "How long does my refund take?")
        draft = write_draft(database, case, text=DRAFT)
        with database.transaction() as session:
            cite(draft, "Refunds", session=session)
        reply(database, rep, case, DRAFT if number else "It takes three weeks now.", draft=draft)
    with database.transaction() as session:
        write_note(rep, "Refunds", "A refund takes 20 business days.", session=session, embedder=embedder)
    found = _health(database, rep)
    assert ([each.title for each in found.unused], found.unused_count) == (["Invoices"], 1)
    assert [each.title for each in found.stale] == ["Goodwill", "Invoices"]
    assert found.stale[0].why == "Its review was due 3 days ago."
    assert [each.title for each in found.contradicted] == ["Refunds"]
    assert "20 business days" in found.contradicted[0].why
    assert [(each.title, each.replies, each.edited) for each in found.edited] == [("Refunds", 3, 1)]


def test_coverage_counts_each_conversation_once_and_names_the_gaps(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    for number, (decision, reason) in enumerate(
        [("answer", ""), ("answer", ""), ("abstain", "missing_knowledge"), ("abstain", "policy")]
    ):
        case = asks(database, f"c{number}", "How long does my refund take?")
        if number == 1:  # it was lacking at first, and is answered now
            write_draft(database, case, text="", decision="abstain", reason="missing_knowledge")
        write_draft(database, case, text=DRAFT, decision=decision, reason=reason)
        if reason == "missing_knowledge":
            lacking = case
    found = _health(database, rep)
    (coverage,) = found.coverage
    assert (coverage.theme, coverage.answered.successes, coverage.answered.n) == ("", 2, 3)
    (gap,) = found.gaps
    assert (gap.conversations, gap.of) == (1, 3)
    assert [each.conversation_id for each in gap.examples] == [lacking]


def test_nothing_wants_a_look_where_there_is_nothing(database: Database, rep: Actor) -> None:
    found = _health(database, rep)
    assert (found.unused, found.unused_count, found.stale, found.contradicted) == ([], 0, [], [])
    assert (found.edited, found.coverage, found.gaps) == ([], [], [])
