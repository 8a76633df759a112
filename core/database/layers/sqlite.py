"""Layers of a SQLite database: a file of its own as ``main``, the base attached behind it, read only.

SQLite looks for a name in ``main`` first and then in what is attached.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event

from core.database.engine import BUSY_TIMEOUT_MS, Database
from core.errors import ConfigurationError

_MARK = ".layer-"
_LOCK = ".held"
_BASE = "base"
_CONTENT = re.compile(r"content\s*=\s*'(\w+)'")
_VOCABULARY = re.compile(r"fts5vocab\s*\(\s*'(\w+)'")


class FileHold:
    """A lock on a file beside the layer's own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = os.open(f"{path}{_LOCK}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            self._handle = None
            raise

    def delete(self) -> None:
        """See :class:`core.database.layers.hold.Hold`."""
        if self._handle is None:
            return
        for end in ("", "-journal", "-wal", "-shm", _LOCK):  # the lock last: the others are still ours
            Path(f"{self._path}{end}").unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = None


def make(
    base: Database, name: str, *, copied: Sequence[str], empty: Sequence[str]
) -> tuple[str, tuple[Engine, Engine], FileHold]:
    """See :func:`core.database.layers.open_layer`."""
    path = _file(base)
    layer = path.with_name(f"{path.name}{_MARK}{name}")
    if layer.exists():
        raise ValueError(f"there is a layer {name!r} already")
    try:
        hold = FileHold(layer)
    except BlockingIOError:
        raise ValueError(f"there is a layer {name!r} already") from None
    url = f"sqlite:///{layer}"
    engines = _engine(url, path, "BEGIN IMMEDIATE"), _engine(url, path, "BEGIN")
    try:
        with engines[0].begin() as connection:
            _fill(connection.exec_driver_sql, copied, empty)
    except BaseException:
        for engine in engines:
            engine.dispose()
        hold.delete()
        raise
    return url, engines, hold


def sweep(base: Database) -> int:
    """See :func:`core.database.layers.sweep_layers`."""
    name = base.url.database
    if not name or name == ":memory:":
        return 0
    path, count = Path(name), 0
    for held in path.parent.glob(f"{path.name}{_MARK}*{_LOCK}"):
        try:
            hold = FileHold(held.with_name(held.name.removesuffix(_LOCK)))
        except OSError:
            continue  # it is in use, or was deleted this moment
        hold.delete()
        count += 1
    return count


def _file(base: Database) -> Path:
    name = base.url.database
    if not name or name == ":memory:":
        raise ConfigurationError(
            "A change can only be tried on a database that lies in a file: set RATCHET_DATABASE_URL to one."
        )
    return Path(name).absolute()


def _engine(url: str, base: Path, begin: str) -> Engine:
    engine = create_engine(
        url,
        # uri: so that the base can be attached read only
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000, "uri": True},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "main.journal_mode=MEMORY",  # it is thrown away: nothing has to survive
            "main.synchronous=OFF",
            "foreign_keys=OFF",
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"ATTACH DATABASE ? AS {_BASE}", (f"file:{quote(str(base))}?mode=ro",))

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _fill(execute: Callable[..., Any], copied: Sequence[str], empty: Sequence[str]) -> None:
    tables = [*copied, *empty]
    schema = execute(f"SELECT type, name, tbl_name, sql FROM {_BASE}.sqlite_master").fetchall()  # noqa: S608
    for name in tables:
        execute(next(sql for kind, own, _, sql in schema if kind == "table" and own == name))
    for name in copied:
        execute(f'INSERT INTO main."{name}" SELECT * FROM {_BASE}."{name}"')  # noqa: S608 - our own names
    for kind, _, owner, sql in schema:
        if kind == "index" and owner in tables and sql:
            execute(sql)
    indexed: set[str] = set()
    for _, name, _, sql in schema:
        content = _CONTENT.search(sql or "")
        if content and content[1] in tables:
            execute(sql)
            execute(f"INSERT INTO main.{name}({name}) VALUES ('rebuild')")  # noqa: S608 - our own names
            indexed.add(name)
    for _, _, _, sql in schema:
        words = _VOCABULARY.search(sql or "")
        if words and words[1] in indexed:
            execute(sql)
    for kind, _, owner, sql in schema:  # last: what is copied is in the search index already
        if kind == "trigger" and owner in tables:
            execute(sql)
