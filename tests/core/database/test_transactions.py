"""The write path loses no update, whoever writes at the same time."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlmodel import select

from core.database import Database
from core.identity.tables import Person

_ADD_50 = """
import sys
from sqlmodel import select
from core.database import Database
from core.identity.tables import Person
database = Database(sys.argv[1])
for _ in range(50):
    with database.transaction() as session:
        person = session.exec(select(Person).with_for_update()).one()
        person.failed_attempts += 1
"""


def _person() -> Person:
    return Person(username="ada", name="Ada", role="rep", password_hash="x")


def test_read_modify_write_from_four_processes_loses_nothing(database: Database, database_url: str) -> None:
    with database.transaction() as session:
        session.add(_person())
    workers = [subprocess.Popen([sys.executable, "-c", _ADD_50, database_url]) for _ in range(4)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]
    with database.reading() as session:
        assert session.exec(select(Person)).one().failed_attempts == 200


def test_a_failing_block_changes_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(_person())
        session.flush()
        raise ZeroDivisionError
    with database.reading() as session:
        assert session.exec(select(Person)).all() == []


def test_reading_never_writes(database: Database) -> None:
    with database.reading() as session:
        session.add(_person())
        session.flush()
    with database.reading() as session:
        assert session.exec(select(Person)).all() == []


def test_instants_come_back_aware_and_in_utc(database: Database) -> None:
    at = datetime(2026, 11, 1, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.transaction() as session:
        person = _person()
        person.created_at = at
        session.add(person)
    with database.reading() as session:
        stored = session.exec(select(Person)).one().created_at
    assert stored == at
    assert stored.tzinfo is UTC


def test_a_naive_datetime_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="naive datetime"), database.transaction() as session:
        person = _person()
        person.created_at = datetime(2026, 11, 1)
        session.add(person)
        session.flush()
