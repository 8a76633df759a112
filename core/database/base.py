"""The one declarative base, with its own registry, and the columns every table has."""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from core.database.types import Identifier


class Base(SQLModel, registry=registry()):
    """Parent of every table. ``table=True`` models do not validate: services check input first."""


class Row(Base):
    """A table with an integer key that the database assigns."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)

    @property
    def key(self) -> int:
        """The primary key of a stored row.

        Raises:
            ValueError: when the row has not been flushed yet.
        """
        if self.id is None:
            raise ValueError(f"{type(self).__name__} has no id yet: flush the session first")
        return self.id
