"""The back office's own database file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from core.actions.connectors.halyard.tables import BackOfficeTable, Operation
from core.actions.declaration import NotReached, OutcomeUnknown
from core.database import Database
from core.settings import Settings

FILE = "halyard_back_office.sqlite"


class Store:
    """Transactions on the file, with the failures a connector reports.

    Commits are durable also against power loss: what a receipt says must still be there.
    """

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        self.path = path
        self._database = Database(f"sqlite:///{path}", durable_commits=True)
        self._timeout_ms = round(timeout_seconds * 1000)
        for engine in (self._database.write_engine, self._database.read_engine):
            event.listen(engine, "connect", self._wait_at_most)
        if not self._has_tables():  # look first: a reader must not wait for a writer
            with _reached(), self._database.transaction() as session:
                BackOfficeTable.metadata.create_all(session.connection())

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises.

        Raises:
            NotReached: the file cannot be used, or stays locked; nothing was changed.
            OutcomeUnknown: the commit itself failed.
        """
        block_over = False
        try:
            with self._database.transaction() as session:
                yield session
                session.flush()
                block_over = True
        except OperationalError as error:
            if block_over:
                raise OutcomeUnknown(
                    "The back office did not confirm the change. Use Check again before repeating it."
                ) from error
            raise _not_reached(error) from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries.

        Raises:
            NotReached: the file cannot be read.
        """
        with _reached(), self._database.reading() as session:
            yield session

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._database.dispose()

    def _has_tables(self) -> bool:
        """All of them come in one transaction, so any one tells."""
        with self.reading() as session:
            return inspect(session.connection()).has_table(str(Operation.__tablename__))

    def _wait_at_most(self, connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={self._timeout_ms}")
        cursor.close()


def open_store(settings: Settings) -> Store:
    """The back office of this home, made on first use; the same one for the same settings."""
    store = _open(settings.home / FILE, settings.action_timeout_seconds)
    if not store.path.exists():  # somebody removed the file: begin a new one
        store.dispose()
        _open.cache_clear()
        store = _open(settings.home / FILE, settings.action_timeout_seconds)
    return store


def exists(settings: Settings) -> bool:
    """Whether there is a back office in this home yet."""
    return (settings.home / FILE).exists()


@cache
def _open(path: Path, timeout_seconds: float) -> Store:
    return Store(path, timeout_seconds=timeout_seconds)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise _not_reached(error) from error


def _not_reached(error: OperationalError) -> NotReached:
    return NotReached(
        f"The back office cannot be reached ({error.orig}). Nothing was changed. Try again later."
    )
