"""Writes recorded rows: bulk upserts, the same on SQLite and Postgres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import SQLModel

from core.traces.buffer import Batch, Row, TraceRow
from core.traces.tables import Span, SpanText, Trace

TOTALS = "totals"
"""In the touched names of a trace: count its tokens again, over the steps of every process."""

_SPAN_CHANGES = ("kind", "name", "status", "error", "ended_at", "input_tokens", "output_tokens", "attributes")


def write(batch: Batch, *, connection: Connection, prices: tuple[float, float]) -> None:
    """Store a batch. Rows that are there already are brought up to date.

    Args:
        prices: USD per million input and output tokens, for traces that name no cost.
    """
    for columns, rows in _by_columns(batch.traces.values()):
        _upsert(Trace, rows, key=("id",), changes=columns, connection=connection)
    _upsert(Span, list(batch.spans.values()), key=("id",), changes=_SPAN_CHANGES, connection=connection)
    texts = [{name: row[name] for name in _TEXT_COLUMNS} for row in batch.texts.values()]
    _upsert(SpanText, texts, key=("span_id", "field"), changes=("text",), connection=connection)
    ended = [trace for trace in batch.traces.values() if TOTALS in trace.touched]
    if ended:
        _add_up(ended, connection=connection, prices=prices)


def keep_alive(trace_ids: Iterable[str], *, moment: datetime, connection: Connection) -> None:
    """Say that these running traces are still being recorded."""
    table = _table(Trace)
    rows = [{"key": trace_id, "moment": moment} for trace_id in trace_ids]
    beat = update(table).where(table.c.id == bindparam("key"), table.c.status == "running")
    connection.execute(beat.values(heartbeat_at=bindparam("moment")), rows)


_TEXT_COLUMNS = ("span_id", "field", "text", "created_at")


def _by_columns(traces: Iterable[TraceRow]) -> Iterable[tuple[tuple[str, ...], list[Row]]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for trace in traces:
        groups[tuple(sorted(trace.touched - {TOTALS}))].append(trace.row)
    return groups.items()


def _upsert(
    model: type[SQLModel],
    rows: list[Row],
    *,
    key: tuple[str, ...],
    changes: tuple[str, ...],
    connection: Connection,
) -> None:
    if not rows:
        return
    table = _table(model)
    insert: Any = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    statement = insert(table)
    statement = (
        statement.on_conflict_do_update(
            index_elements=key, set_={name: statement.excluded[name] for name in changes}
        )
        if changes
        else statement.on_conflict_do_nothing(index_elements=key)
    )
    connection.execute(statement, rows)


def _add_up(traces: list[TraceRow], *, connection: Connection, prices: tuple[float, float]) -> None:
    table, spans = _table(Trace), _table(Span)

    def total(column: str) -> Any:
        counted = (spans.c.trace_id == table.c.id) & (spans.c.kind == "generation")
        return select(func.coalesce(func.sum(spans.c[column]), 0)).where(counted).scalar_subquery()

    fresh = update(table).where(table.c.id == bindparam("key"))
    connection.execute(
        fresh.values(input_tokens=total("input_tokens"), output_tokens=total("output_tokens")),
        [{"key": trace.row["id"]} for trace in traces],
    )
    unpriced = [{"key": trace.row["id"]} for trace in traces if "cost" not in trace.touched]
    if unpriced:
        cost = (table.c.input_tokens * prices[0] + table.c.output_tokens * prices[1]) / 1e6
        connection.execute(fresh.values(cost=cost), unpriced)


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
