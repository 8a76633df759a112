"""Floor 0: the database. Engines, one transaction, column types and migrations."""

from core.database.base import Base, Row
from core.database.engine import Database, open_database
from core.database.layers import Layer, open_layer, sweep_layers
from core.database.migrate import migrate
from core.database.types import Identifier, JSONColumn, UTCDateTime, Vector, now

__all__ = [
    "Base",
    "Database",
    "Identifier",
    "JSONColumn",
    "Layer",
    "Row",
    "UTCDateTime",
    "Vector",
    "migrate",
    "now",
    "open_database",
    "open_layer",
    "sweep_layers",
]
