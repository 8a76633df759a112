"""Bring a database to the newest schema, once, whoever starts first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select, table, text

from core.database.engine import Database
from core.errors import ConfigurationError

_FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x5261_7463  # "Ratc"


def migrate(database: Database) -> str:
    """Apply every migration that is missing, under a lock other processes wait for.

    Returns:
        The revision the database is at afterwards.

    Raises:
        ConfigurationError: the database is newer than this code, or a migration lost rows.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head() or ""
    with _lock(database), database.write_engine.connect() as connection:
        current = _revision(connection)
        if current == head:
            return head
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise ConfigurationError(
                f"The database is at revision {current}, which this version of Ratchet does not know. "
                "Start the newer version, or point RATCHET_DATABASE_URL at another database."
            )
        connection.rollback()
        with _without_foreign_keys(connection, sqlite=database.is_sqlite), connection.begin():
            before = _row_counts(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _check_rows(connection, before, sqlite=database.is_sqlite)
    return head


@contextmanager
def _without_foreign_keys(connection: Connection, *, sqlite: bool) -> Iterator[None]:
    """Batch migrations drop and rebuild tables; with foreign keys on, SQLite then deletes every child row.

    The pragma does nothing inside a transaction, so this goes around it, on the driver's connection.
    """
    if not sqlite:
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _row_counts(connection: Connection) -> dict[str, int]:
    names = _table_names(connection)
    counts = ((name, connection.execute(select(func.count()).select_from(table(name)))) for name in names)
    return {name: result.scalar_one() for name, result in counts}


def _table_names(connection: Connection) -> list[str]:
    dialect = connection.dialect
    names = dialect.get_table_names(connection)
    derived = ("passage_fts", "conversation_fts", "sqlite_")
    return [n for n in names if not n.startswith(derived) and n != "alembic_version"]


def _check_rows(connection: Connection, before: dict[str, int], *, sqlite: bool) -> None:
    after = _row_counts(connection)
    lost = {
        name: (count, after[name]) for name, count in before.items() if name in after and after[name] < count
    }
    if lost:
        raise ConfigurationError(
            f"A migration would lose rows, so nothing was changed: {lost} (before, after)."
        )
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise ConfigurationError(f"A migration would leave rows without their parent: {broken[:5]}")


@contextmanager
def _lock(database: Database) -> Iterator[None]:
    if database.is_sqlite:
        if not database.url.database or database.url.database == ":memory:":
            yield
            return
        with Path(f"{database.url.database}.migrating").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        return
    with database.write_engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
            connection.rollback()
