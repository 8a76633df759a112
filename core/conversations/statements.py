"""The few statements a bulk import is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, text, update
from sqlmodel import SQLModel

Rows = list[dict[str, Any]]


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements that go past the ORM."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def lock_source(connection: Connection, source: str) -> None:
    """Keep a second import of this source out until the transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = text("SELECT pg_advisory_xact_lock(hashtextextended(:source, 0))")
        connection.execute(key, {"source": f"import:{source}"})


def new_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Keys nobody else will get. Assigned here because bulk inserts do not return them cheaply."""
    if count <= 0:
        return ()
    if connection.dialect.name == "postgresql":
        statement = text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
        )
        return connection.execute(statement, {"name": table.name, "count": count}).scalars().all()
    highest = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return range(highest + 1, highest + 1 + count)


def select_known(
    connection: Connection, table: Table, source: str, external_ids: Iterable[str], *, lock: bool = False
) -> Sequence[Any]:
    """The rows of ``source`` with these external ids."""
    columns = [column for column in table.c if column.computed is None]
    statement = select(*columns).where(table.c.source == source, table.c.external_id.in_(list(external_ids)))
    return connection.execute(statement.with_for_update() if lock else statement).all()


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        connection.execute(table.insert(), rows)


def update_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Update rows by their ``key``; all have the same columns."""
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "key"}
        connection.execute(update(table).where(table.c.id == bindparam("key")).values(values), rows)
