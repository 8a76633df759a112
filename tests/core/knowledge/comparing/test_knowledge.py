"""Texts against live knowledge: what repeats it, and what it cannot hold beside."""

from __future__ import annotations

from sqlmodel import col, select

from core.database import Database
from core.identity import SYSTEM
from core.knowledge import ArticleRecord, Comparison, archive, compare_with_knowledge, embed_missing
from core.knowledge.tables import Article
from tests.core.knowledge.making import WordEmbedder, fill

REFUNDS = ArticleRecord(
    "refunds",
    "Refunds",
    "Refunds are paid within 14 days to the original card.\n\nYou cannot move a project to another owner.",
    locale="en",
)
SILVER = ArticleRecord(
    "silver", "Silver plan: limits", "A Silver workspace can have 25 members.", locale="en"
)


def _compare(database: Database, title: str, body: str, **more: object) -> Comparison:
    fill(database, (REFUNDS, SILVER))
    embedder = WordEmbedder()
    embed_missing(database=database, embedder=embedder)
    with database.reading() as session:
        return compare_with_knowledge(title, body, session=session, embedder=embedder, locale="en", **more)  # type: ignore[arg-type]


def test_another_number_and_another_answer_are_found(
    database: Database,
) -> None:
    found = _compare(
        database,
        "Refund times",
        "We pay refunds within 30 days to the original card. A project can be moved to another owner.",
    ).contradictions
    assert (found[0].my_value, found[0].their_value) == ("30 days", "14 days")
    assert [each.kind for each in found] == ["number", "yes_no"]
    assert {each.title for each in found} == {"Refunds"}


def test_the_same_in_other_words_and_another_plan_are_no_contradictions(database: Database) -> None:
    found = _compare(
        database,
        "Gold plan: limits",
        "Refunds are paid within two weeks to the original card. A Gold workspace can have 60 members.",
    )
    assert found.contradictions == []


def test_a_near_duplicate_is_found_and_the_article_itself_can_be_left_out(database: Database) -> None:
    body = "Refunds are paid within 14 days to the original card. You cannot move a project to another owner."
    found = _compare(database, "Refunds", body)
    assert [each.title for each in found.duplicates] == ["Refunds"]
    assert found.duplicates[0].likeness > 0.9
    with database.reading() as session:
        own = session.execute(select(Article.id).where(col(Article.external_id) == "refunds")).scalar_one()
    assert _compare(database, "Refunds", body, besides={own}) == Comparison([], [])


def test_archived_articles_do_not_count(database: Database) -> None:
    _compare(database, "Refunds", "Refunds.")
    with database.transaction() as session:
        own = session.execute(select(Article.id).where(col(Article.external_id) == "refunds")).scalar_one()
        archive(SYSTEM, own, session=session)
    with database.reading() as session:
        found = compare_with_knowledge(
            "Refunds", "Refunds are paid within 30 days to the original card.", session=session, embedder=None
        )
    assert found.contradictions == []
