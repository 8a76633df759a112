"""Records and people for these tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    ImportReport,
    MessageRecord,
    find_conversation,
    import_conversations,
)
from core.database import Database
from core.identity import SYSTEM, Actor, Person, Role, actor_of

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def said(author: str, text: str, *, minute: int = 0, **rest: Any) -> MessageRecord:
    return MessageRecord(author, text, START + timedelta(minutes=minute), **rest)


def record(
    external_id: str = "c1", *messages: MessageRecord, customer: CustomerRecord | None = None, **rest: Any
) -> ConversationRecord:
    return ConversationRecord(
        external_id=external_id,
        channel=rest.pop("channel", "chat"),
        customer=customer or CustomerRecord("u1", name="Ada Lovelace", email="ada@example.com"),
        messages=messages or (said("customer", "Where is my invoice?", external_id="m1"),),
        created_at=rest.pop("created_at", START),
        **rest,
    )


def load(database: Database, records: Iterable[Any], **options: Any) -> ImportReport:
    return import_conversations(records, database=database, source="test", **options)


def stored_id(database: Database, external_id: str = "c1") -> int:
    with database.reading() as session:
        return find_conversation(SYSTEM, "test", external_id, session=session).key


def add_actor(database: Database, username: str, role: Role = Role.REP, **rest: Any) -> Actor:
    with database.transaction() as session:
        person = Person(username=username, name=username.title(), role=role.value, password_hash="x", **rest)
        session.add(person)
        session.flush()
        return actor_of(person)
