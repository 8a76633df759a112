"""Writing and listing entries."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core import audit
from core.database import Database
from core.errors import Conflict, InvalidInput
from core.settings import get_settings
from tests.core.audit.conftest import check


class Colour(StrEnum):
    RED = "red"


def test_an_empty_record_is_in_order(database: Database) -> None:
    result = check(database)
    assert (result.ok, result.entries, result.anchor) == (True, 0, "")


def test_entries_follow_each_other_across_transactions(database: Database) -> None:
    for number in range(3):
        with database.transaction() as session:
            audit.record(7, "rosa", "reply.sent", session=session, number=number)
            audit.record(None, "system", "reply.delivered", session=session)
    result = check(database)
    assert result.ok
    assert result.entries == 6


def test_an_entry_is_there_exactly_if_its_transaction_is(database: Database) -> None:
    def fail_after_recording() -> None:
        with database.transaction() as session:
            audit.record(1, "rosa", "reply.sent", session=session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_recording()
    with database.transaction() as session:
        assert audit.record(1, "rosa", "reply.sent", session=session).sequence == 1
    assert check(database).ok


def test_every_json_value_survives_the_database(database: Database) -> None:
    odd = {
        "text": "naïve ☃ \x00 \ud800 \\u0000",
        "whole_float": 5.0,
        "small": 1e-9,
        "huge": 1e22,
        "infinite": float("inf"),
        "big_integer": 2**80,
        "nothing": None,
        "yes": True,
        "colour": Colour.RED,
        "at": datetime(2026, 11, 22, 12, tzinfo=UTC),
        "nested": {"b": [1, {"z": ()}], "a": {"y", "x"}},
    }
    with database.transaction() as session:
        audit.record(1, "ro\x00sa", "reply.sent", session=session, subject_id="\udfff", **odd)
    assert check(database).ok
    with database.reading() as session:
        entry = audit.list_entries(session=session)[0]
    assert entry.who == "ro\ufffdsa"
    assert entry.detail["nested"] == {"b": [1, {"z": []}], "a": ["x", "y"]}


def test_what_has_no_plain_form_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInput, match="object"), database.transaction() as session:
        audit.record(1, "rosa", "reply.sent", session=session, thing=object())


@pytest.mark.parametrize("action", ["", "sent", "reply.", ".sent"])
def test_an_action_is_noun_and_verb(database: Database, action: str) -> None:
    with pytest.raises(InvalidInput), database.transaction() as session:
        audit.record(1, "rosa", action, session=session)


def test_parallel_writers_make_one_chain(database: Database) -> None:
    def write() -> None:
        for _ in range(10):
            with database.transaction() as session:
                audit.record(1, "rosa", "reply.sent", session=session)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result = check(database)
    assert result.ok, result.problem
    assert result.entries == 40


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET who = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_changes(database: Database, statement: str) -> None:
    with database.transaction() as session:
        audit.record(1, "rosa", "reply.sent", session=session)
    with pytest.raises(DatabaseError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))


def test_nothing_is_appended_to_a_chain_with_a_foreign_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        audit.record(1, "rosa", "reply.sent", session=session)
    monkeypatch.setenv("RATCHET_SECRET", "another secret of more than 32 characters")
    get_settings.cache_clear()
    with pytest.raises(Conflict, match="secret"), database.transaction() as session:
        audit.record(1, "rosa", "reply.sent", session=session)


def test_listing_pages_and_filters(database: Database) -> None:
    with database.transaction() as session:
        for number in range(1, 8):
            action = "person.added" if number % 2 else "reply.sent"
            audit.record(number % 3, "somebody", action, session=session, subject_type=action.split(".")[0])
    with database.reading() as session:
        first = audit.list_entries(session=session, limit=3)
        second = audit.list_entries(session=session, limit=3, before_sequence=first[-1].sequence)
        assert [entry.sequence for entry in [*first, *second]] == [7, 6, 5, 4, 3, 2]
        assert {entry.sequence for entry in audit.list_entries(session=session, action="reply.sent")} == {
            2,
            4,
            6,
        }
        assert len(audit.list_entries(session=session, action="person.")) == 4
        assert {entry.sequence for entry in audit.list_entries(session=session, person_id=0)} == {3, 6}
        assert len(audit.list_entries(session=session, subject_types=["reply"])) == 3
        assert audit.list_actions(session=session) == ["person.added", "reply.sent"]
