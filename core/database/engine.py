"""Engines and transactions: the only module that knows which database is behind.

SQLite lost 69 % of read-modify-write updates with SQLAlchemy's defaults, so the driver's own
transaction handling is switched off and every write transaction starts with BEGIN IMMEDIATE.
Reads use a second engine with plain BEGIN, so that readers never wait for a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from core.settings import Settings

BUSY_TIMEOUT_MS = 30_000


class Database:
    """A pair of engines on one database.

    Use :meth:`transaction` for anything that writes and :meth:`reading` for everything else.
    Objects stay readable after the block ends (``expire_on_commit`` is off).
    """

    def __init__(self, url: str, *, durable_commits: bool = False) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            synchronous = "FULL" if durable_commits else "NORMAL"
            self._use(
                _sqlite_engine(url, begin="BEGIN IMMEDIATE", synchronous=synchronous),
                _sqlite_engine(url, begin="BEGIN", synchronous=synchronous),
            )
        else:
            engine = create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)
            self._use(engine, engine)

    def _use(self, write_engine: Engine, read_engine: Engine) -> None:
        self.write_engine, self.read_engine = write_engine, read_engine
        self._write = sessionmaker(write_engine, class_=Session, expire_on_commit=False)
        self._read = sessionmaker(read_engine, class_=Session, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    @property
    def base(self) -> Database:
        """Where lasting records belong: this database, or the one behind a layer."""
        return self

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises."""
        with self._write() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries. Whatever it changed is rolled back."""
        with self._read() as session:
            try:
                yield session
            finally:
                session.expunge_all()  # a rollback empties the objects that are still attached
                session.rollback()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.write_engine.dispose()
        self.read_engine.dispose()


def open_database(settings: Settings) -> Database:
    """The database the settings name. Does not migrate: see :func:`core.database.migrate`."""
    return Database(settings.url, durable_commits=settings.durable_commits)


def _sqlite_engine(url: str, *, begin: str, synchronous: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _on_connect(synchronous))
    event.listen(engine, "begin", _on_begin(begin))
    return engine


def _on_connect(synchronous: str) -> Callable[[Any, Any], None]:
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return configure


def _on_begin(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin
