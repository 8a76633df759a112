"""What somebody with full access to the database could do to the record."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core import audit
from core.database import Database

TEN = 10


@pytest.fixture
def filled(database: Database) -> Database:
    """Ten entries, and the trigger that protects them removed: the attacker owns the database."""
    for number in range(1, TEN + 1):
        with database.transaction() as session:
            audit.record(
                number,
                f"person-{number}",
                "reply.sent",
                session=session,
                subject_type="conversation",
                subject_id=number,
                words=number * 10,
                tags=["a", "b"],
            )
    drop_protection(database)
    return database


def drop_protection(database: Database) -> None:
    with database.transaction() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER audit_entry_no_update"))
            session.execute(text("DROP TRIGGER audit_entry_no_delete"))
        else:
            session.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))


def tamper(database: Database, *statements: str) -> None:
    with database.transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def check(database: Database, *, anchor: str = "") -> audit.Verification:
    with database.reading() as session:
        return audit.verify(session=session, anchor=anchor)
