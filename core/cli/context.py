"""What most commands need: the settings and a database that is up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@contextmanager
def opened() -> Iterator[tuple[Database, Settings]]:
    """The database the settings name, migrated, and the settings.

    Raises:
        ConfigurationError: the database is newer than this code.
    """
    from core.database import migrate, open_database
    from core.settings import get_settings

    settings = get_settings()
    database = open_database(settings)
    try:
        migrate(database)
        yield database, settings
    finally:
        database.dispose()
