"""A slot: the right of one living process to carry out jobs under a name that outlives it.

Whoever holds a slot holds a lock that the system takes away when the process dies: a file lock beside a
SQLite file, an advisory lock of a connection on Postgres. So a dead process is known at once, without
heartbeats, and a slow one is never taken for dead.
"""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from core.database import Database
from core.errors import ConfigurationError, Conflict

SLOTS = 64
PREFIX = "slot-"
_ADVISORY_CLASS = 0x52614A6F  # first key of our advisory locks; the second is the slot


class Slot(Protocol):
    """A slot that is held."""

    number: int

    def held(self) -> bool:
        """Whether it still is: a connection to Postgres may have been lost, and the lock with it."""

    def release(self) -> None:
        """Let somebody else have it."""


class _FileSlot:
    def __init__(self, path: Path, number: int) -> None:
        self.number = number
        self._handle = path.open("w")
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._handle.close()
            raise

    def held(self) -> bool:
        return not self._handle.closed

    def release(self) -> None:
        self._handle.close()


class _PostgresSlot:
    def __init__(self, connection: Connection, number: int) -> None:
        self.number = number
        self._connection = connection

    def held(self) -> bool:
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        self._connection.close()
        self._connection.engine.dispose()


def take_slot(database: Database) -> Slot:
    """The lowest slot nobody holds.

    Raises:
        Conflict: all are held.
        ConfigurationError: the database is in memory, so that jobs could not outlive the process.
    """
    for number in range(SLOTS):
        if (slot := take(database, number)) is not None:
            return slot
    raise Conflict(f"{SLOTS} processes carry out jobs already. Stop one of them first.")


def take(database: Database, number: int) -> Slot | None:
    """This slot, or None when a living process holds it."""
    if database.is_sqlite:
        path = database_file(database)
        try:
            return _FileSlot(path.with_name(f"{path.name}.jobs-{number}"), number)
        except BlockingIOError:
            return None
    connection = create_engine(database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()
    lock = text("SELECT pg_try_advisory_lock(:kind, :number)")
    if connection.scalar(lock, {"kind": _ADVISORY_CLASS, "number": number}):
        return _PostgresSlot(connection, number)
    connection.close()
    connection.engine.dispose()
    return None


def worker_name(slot: Slot) -> str:
    """A name for whoever holds this slot now. Nobody gets it again."""
    return f"{PREFIX}{slot.number}:{uuid4().hex[:12]}"


def lives(worker: str, *, own: str, database: Database) -> bool:
    """Whether the process of that name may still be alive; a name that is not of this kind counts as alive.

    Args:
        own: name of the worker that asks. Who had its slot before is dead.
    """
    slot = worker.partition(":")[0]
    number = slot.removeprefix(PREFIX)
    if worker == own or not slot.startswith(PREFIX) or not number.isdigit():
        return True
    if slot == own.partition(":")[0]:
        return False
    free = take(database, int(number))
    if free is None:
        return True
    free.release()
    return False


def database_file(database: Database) -> Path:
    """Where a SQLite database lies.

    Raises:
        ConfigurationError: in memory.
    """
    name = database.url.database
    if not name or name == ":memory:":
        raise ConfigurationError(
            "Jobs need a database that outlives this process: set RATCHET_DATABASE_URL to a file or a server."
        )
    return Path(name)
