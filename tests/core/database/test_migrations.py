"""Migrations: complete, repeatable, safe when two processes start at once, and never lossy."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from core.database import Base, Database, migrate
from core.database.migrate import _check_rows, _row_counts
from core.errors import ConfigurationError
from core.settings import ROOT

for tables in [*(ROOT / "core").glob("*/tables.py"), *(ROOT / "core").glob("*/tables")]:
    import_module(f"core.{tables.parent.name}.tables")

# Made by hand-written DDL, because SQLModel has no word for them.
_HAND_MADE = ("passage_fts", "conversation_fts", "conversation_search")
_COMPUTED = {"queue_at", "lexemes"}  # by the database; not mapped


def test_migrated_tables_equal_the_models(database: Database) -> None:
    def ours(obj: object, name: str | None, type_: str, _reflected: bool, _to: object) -> bool:
        return type_ in {"table", "column"} and not str(name).startswith(_HAND_MADE) and name not in _COMPUTED

    with database.write_engine.connect() as connection:
        options = {"include_object": ours, "compare_type": False, "target_metadata": Base.metadata}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    assert [
        d for d in differences if d[0] in {"add_table", "add_column", "remove_table", "remove_column"}
    ] == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert migrate(database) == migrate(database)


def test_four_processes_may_start_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    code = "import sys; from core.database import Database, migrate; print(migrate(Database(sys.argv[1])))"
    started = [subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE) for _ in range(4)]
    outputs = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0] * 4
    assert len(set(outputs)) == 1


def test_a_newer_database_is_refused_in_plain_words(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="does not know"):
        migrate(database)


def test_lost_rows_are_noticed(database: Database) -> None:
    with database.write_engine.connect() as connection, connection.begin():
        connection.execute(
            text("INSERT INTO build (id, contents, created_at) VALUES ('b', '{}', '2026-01-01')")
        )
        before = _row_counts(connection)
        connection.execute(text("DELETE FROM build"))
        with pytest.raises(ConfigurationError, match="lose rows"):
            _check_rows(connection, before, sqlite=database.is_sqlite)
