"""The catalogue that the settings and the stored connections describe."""

from __future__ import annotations

import threading
from typing import Any

from sqlmodel import col, func, select

from core.actions.catalogue import Catalogue
from core.actions.declaration import Connector
from core.actions.tables import Connection
from core.database import Database
from core.settings import Settings

_lock = threading.Lock()
_kept: dict[tuple[str, str, str], tuple[Any, Catalogue]] = {}


def open_catalogue(database: Database, settings: Settings) -> Catalogue:
    """Our own back office and every enabled connection; the same object until a connection changes.

    Raises:
        ConfigurationError: two actions have the same name.
    """
    place = (str(database.url), str(settings.home), settings.back_office)
    stamp = _stamp(database)
    with _lock:
        kept = _kept.get(place)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        catalogue = Catalogue(_connectors(database, settings))
        _kept[place] = (stamp, catalogue)
        return catalogue


def _stamp(database: Database) -> Any:
    with database.reading() as session:
        return session.exec(
            select(func.count(), func.max(Connection.id), func.max(Connection.updated_at)).where(
                col(Connection.enabled)
            )
        ).one()


def _connectors(database: Database, settings: Settings) -> list[Connector]:
    # Imported here: connectors are built on this package's declarations.
    connectors: list[Connector] = []
    if settings.back_office == "halyard" and not settings.production:
        from core.actions.connectors.halyard import HalyardConnector

        connectors.append(HalyardConnector(settings))
    from core.actions.connectors import connected

    return [*connectors, *connected(database, settings)]
