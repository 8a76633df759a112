"""Open, drop and sweep layers. What differs between the databases is in the modules beside this one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Engine, make_url

from core.database.engine import Database
from core.database.layers import postgres, sqlite
from core.database.layers.guard import guard_writes
from core.database.layers.hold import Hold

_NAME = re.compile(r"[a-z0-9_]{1,40}")


class Layer(Database):
    """A database whose layered tables are copies in front of another one, its :attr:`base`.

    Names resolve to the copies first, so everything that works on the base works here, and what it changes
    is changed in the copies. All other tables are the base's own, as they are at that moment; writing to
    them is refused. Foreign keys are not checked: they cannot point from a copy into the base. Numbers that
    the database gives go on from where the base's were, so that the same work done next on the base gives
    the same rows.

    Every layer has a URL of its own, which is what caches of this process are kept by. Drop it when done;
    one whose process died is dropped by :func:`sweep_layers`.
    """

    def __init__(self, base: Database, url: str, engines: tuple[Engine, Engine], hold: Hold) -> None:
        self.url = make_url(url)
        self.dialect = base.dialect
        self._base = base
        self._hold = hold
        self._use(*engines)

    @property
    def base(self) -> Database:
        """The database behind."""
        return self._base

    def drop(self) -> None:
        """Close it and delete its copies. Safe to repeat."""
        self.dispose()
        self._hold.delete()


def open_layer(base: Database, name: str, *, copied: Sequence[str], empty: Sequence[str] = ()) -> Layer:
    """A new layer in front of ``base``, with its tables as they are now.

    Args:
        name: small letters, digits and underscores; never used before, because caches outlive a layer.
        copied: tables to copy, with their rows, indexes, triggers and search indexes.
        empty: tables to have without their rows, for what is only ever added to.

    Raises:
        ValueError: the name cannot be used, or a layer of this name is there.
        ConfigurationError: the database is in memory, or does not let us make a layer.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a layer cannot be called {name!r}")
    make = sqlite.make if base.is_sqlite else postgres.make
    url, engines, hold = make(base, name, copied=copied, empty=empty)
    for engine in set(engines):
        guard_writes(engine, {*copied, *empty})
    return Layer(base, url, engines, hold)


def sweep_layers(base: Database) -> int:
    """Delete layers that processes left behind when they died. Those in use are left alone.

    Returns:
        How many were deleted.
    """
    return sqlite.sweep(base) if base.is_sqlite else postgres.sweep(base)
