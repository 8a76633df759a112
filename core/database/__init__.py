"""Floor 0: the database. Engines, one transaction, column types and migrations."""

from core.database.base import Base, Row
from core.database.engine import Database, open_database
from core.database.migrate import migrate
from core.database.types import Identifier, JSONColumn, UTCDateTime, Vector, now

__all__ = [
    "Base",
    "Database",
    "Identifier",
    "JSONColumn",
    "Row",
    "UTCDateTime",
    "Vector",
    "migrate",
    "now",
    "open_database",
]
