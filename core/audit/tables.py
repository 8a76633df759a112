"""The append-only record. Rows are never updated or deleted; triggers refuse it."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from core.database import Base, JSONColumn, Row, UTCDateTime, now


class AuditEntry(Row, table=True):
    """One thing a person (or the system) did. ``digest`` covers the row and its predecessor."""

    __tablename__ = "audit_entry"

    sequence: int = Field(unique=True)
    at: datetime = Field(default_factory=now, sa_type=UTCDateTime, index=True)
    person_id: int | None = Field(default=None, index=True)
    who: str = ""
    action: str = Field(index=True)
    subject_type: str = ""
    subject_id: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    previous: str
    digest: str


class AuditHead(Base, table=True):
    """The last link of the chain, signed: shows that the newest rows were not cut off."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    sequence: int = 0
    digest: str = ""
    signature: str = ""
