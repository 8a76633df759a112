"""Sends what is due to a destination, a request at a time, until nothing is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlmodel import Session

from core.database import Database
from core.errors import Conflict
from core.surfaces.telemetry.cursor import end_turn, note_sent, take_turn
from core.surfaces.telemetry.destinations import Destination, Refused

log = logging.getLogger(__name__)

_LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is due. ``parts``: spans, or records, of the protocol."""

    id: str
    moment: datetime
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """Items and parts that arrived; ``refused``: items the destination would not take for good."""

    items: int = 0
    parts: int = 0
    refused: int = 0


class Due(Protocol):
    """Reads items that a destination has not got yet, oldest first."""

    def __call__(self, destination: str, *, session: Session, limit: int) -> list[Item]: ...


@contextmanager
def in_turn(destination: Destination, database: Database) -> Iterator[None]:
    """Keep other processes from sending to the same place meanwhile.

    Raises:
        Conflict: one is at it.
    """
    with database.transaction() as session:
        if not take_turn(destination.id, session=session, lease=_LEASE):
            raise Conflict("Another process is exporting to the same place: try again in a few minutes.")
    try:
        yield
    finally:
        with database.transaction() as session:
            end_turn(destination.id, session=session)


def send_all(
    kind: str,
    read: Due,
    request: Callable[[Sequence[Any]], Any],
    *,
    database: Database,
    destination: Destination,
    batch: int,
    at_most: int,
) -> Sent:
    """Send items of a kind and note each as sent. To be called in turn.

    Args:
        kind: of the cursor; stored: never change it.
        request: makes the message of several items' parts.
        batch: items a request.

    Raises:
        NotSent: the destination cannot be used now; what was not sent stays due.
    """
    sent = parts = refused = 0
    while sent + refused < at_most:
        with database.reading() as session:
            items = read(destination.id, session=session, limit=min(batch, at_most - sent - refused))
        if not items:
            break
        unwanted = _send(items, request, destination)
        with database.transaction() as session:
            note_sent(destination.id, kind, [(item.id, item.moment) for item in items], session=session)
            take_turn(destination.id, session=session, lease=_LEASE)
        sent += len(items) - len(unwanted)
        refused += len(unwanted)
        parts += sum(len(item.parts) for item in items if item.id not in unwanted)
    return Sent(sent, parts, refused)


def _send(
    items: Sequence[Item], request: Callable[[Sequence[Any]], Any], destination: Destination
) -> set[str]:
    """Send items in one request; when it is refused, in smaller ones, to find which one is at fault."""
    parts = [part for item in items for part in item.parts]
    try:
        if parts:
            destination.send(request(parts))
    except Refused as error:
        if len(items) == 1:
            log.warning("telemetry of %s is given up: %s", items[0].id, error)
            return {items[0].id}
        middle = len(items) // 2
        return _send(items[:middle], request, destination) | _send(items[middle:], request, destination)
    return set()
