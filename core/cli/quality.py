"""``quality``: the figures of the Quality page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit
from core.errors import InvalidInput

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_WIDE = 46


def quality(
    source: Annotated[str, typer.Option("--source", help="Only conversations from there.")] = "",
    channel: Annotated[str, typer.Option("--channel", help="chat, email, voice or embedded.")] = "",
    locale: Annotated[str, typer.Option("--locale", help="Only this language, such as en.")] = "",
    since: Annotated[str, typer.Option("--since", help="First day, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--until", help="First day no more.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Time zone of days and weeks.")] = "UTC",
    as_json: AsJson = False,
) -> None:
    """Show how good the answers are: every rate with its interval, size and how it was drawn."""
    from core.identity import SYSTEM
    from core.reporting import Filters, quality_rows, read_quality

    local = _zone(zone)
    filters = Filters(
        source=source,
        channel=channel,
        locale=locale,
        since=_day(since, local),
        until=_day(until, local),
        zone=local,
    )
    with opened() as (database, _settings), database.reading() as session:
        rows = quality_rows(read_quality(SYSTEM, session=session, filters=filters))
    if as_json:
        for row in rows:
            emit(row)
        return
    section = ""
    for row in rows:
        if row["section"] != section:
            section = row["section"]
            typer.echo(f"\n{section}")
        typer.echo(_line(row))


def _line(row: dict[str, Any]) -> str:
    label = f"{row['label']}: {row['counted']}" if row["counted"] else str(row["label"])
    shown = label if len(label) <= _WIDE else f"{label[: _WIDE - 1]}…"
    if row["estimate"] == "":
        figure = f"{row['found']}, no rate" if row["found"] else "none"
    else:
        figure = f"{row['estimate']:6.1%}  ({row['low']:.1%} to {row['high']:.1%})  n {row['n']:,}"
    return f"  {shown:<{_WIDE}}  {figure:<38}  {row['sample']}{_mind(row)}"


def _mind(row: dict[str, Any]) -> str:
    return f" [{row['warning']}]" if row["warning"] else ""


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(f"--zone {name!r} is no time zone; write it like Europe/Berlin.") from None


def _day(text: str, local: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=local)
    except ValueError:
        raise InvalidInput(f"{text!r} is not a day; write it like 2026-11-01.") from None
