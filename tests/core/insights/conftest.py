"""People, knowledge and conversations for the tests of suggestions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.conversations import CustomerRecord, MessageRecord
from core.database import Database, now
from core.identity import Actor, Role
from core.insights import SuggestionRow, find_suggestions, list_suggestions
from tests.core.conversations.make import START, add_actor, load, record, stored_id
from tests.core.evals.making import bring_articles
from tests.core.knowledge.making import WordEmbedder

LATER = timedelta(minutes=5)


@pytest.fixture
def rep(database: Database) -> Actor:
    return add_actor(database, "rita")


@pytest.fixture
def specialist(database: Database) -> Actor:
    return add_actor(database, "sam", Role.SPECIALIST)


@pytest.fixture
def embedder(database: Database) -> WordEmbedder:
    bring_articles(database)
    return WordEmbedder()


def asks(database: Database, external_id: str, text: str) -> int:
    """A conversation of Ada's with one question."""
    said = MessageRecord("customer", text, START, external_id="m1")
    customer = CustomerRecord(f"u-{external_id}", name="Ada Lovelace", email="ada@example.com")
    load(database, [record(external_id, said, customer=customer)])
    return stored_id(database, external_id)


def found(database: Database, actor: Actor, embedder: WordEmbedder) -> list[SuggestionRow]:
    """Run the duty as if some minutes had passed, and list what is open."""
    find_suggestions(database, embedder, at=now() + LATER)
    with database.reading() as session:
        return list_suggestions(actor, session=session)
