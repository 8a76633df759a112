"""Deliver what is due in the outbox: claim, hand to the transport, note what came of it.

Each step is a transaction of its own, so a process may die anywhere. Before the claim nothing has
happened; after it the lease runs out and the item is tried again under the same key, which the
transport recognises.
"""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from core.conversations import LEASE, OutboxItem, anything_due, claim_due, mark_delivered, mark_failed
from core.database import Database, now
from core.settings import Settings
from core.surfaces.transports import Parcel, Transport, TryLater, Undeliverable, transport_for

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 34
"""About a day of trying; then the reply fails and a person decides."""

_log = logging.getLogger(__name__)


def deliver_due(
    *,
    database: Database,
    settings: Settings,
    runner: str,
    transport: Transport | None = None,
    lease: timedelta = LEASE,
    at_most: int = 1000,
) -> int:
    """Deliver replies until none is due, or ``at_most`` were tried. Returns how many arrived.

    Call it again and again from one duty; several processes may do so at once.

    Args:
        runner: names this process in the outbox.
        transport: by default the one the settings name.
        lease: after this time a claim counts as dead. Longer than the transport may take.

    Raises:
        ConfigurationError: the settings name no usable transport.
    """
    with database.reading() as session:
        if not anything_due(session=session):
            return 0
    way = transport or transport_for(settings)
    arrived = 0
    try:
        for _ in range(at_most):
            # One at a time: a claim must not grow old while its neighbours are slow.
            with database.transaction() as session:
                items = claim_due(session=session, runner=runner, limit=1, lease=lease)
            if not items:
                break
            arrived += _deliver(items[0], way, database=database)
    finally:
        if transport is None:
            way.close()
    return arrived


def wait_before(attempt: int) -> timedelta:
    """How long to wait after failed attempt number ``attempt`` (from 1): 5 s, doubling, at most 1 h."""
    doublings: int = 2 ** min(attempt - 1, 20)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def _deliver(item: OutboxItem, transport: Transport, *, database: Database) -> bool:
    try:
        receipt = transport.deliver(Parcel(item.idempotency_key, item.payload))
    except Undeliverable as error:
        _fail(item, str(error), wait=None, database=database)
        return False
    except TryLater as error:
        _fail(item, str(error), wait=_wait(item, error.after), database=database)
        return False
    except Exception as error:
        # A defect in a transport costs its reply a visible failure, not everybody theirs.
        _log.exception("delivering message %s failed", item.message_id)
        _fail(item, f"Defect while delivering: {type(error).__name__}: {error}", wait=None, database=database)
        return False
    with database.transaction() as session:
        return mark_delivered(item.key, session=session, receipt=receipt)


def _wait(item: OutboxItem, asked: timedelta | None) -> timedelta | None:
    if item.attempts >= MAX_ATTEMPTS:
        return None
    wait = wait_before(item.attempts)
    # Up to a tenth more, so that what failed together does not come back together.
    return max(wait, asked or timedelta()) * (1 + random.random() / 10)  # noqa: S311


def _fail(item: OutboxItem, error: str, *, wait: timedelta | None, database: Database) -> None:
    retry_at = None if wait is None else now() + wait
    with database.transaction() as session:
        mark_failed(item.key, session=session, error=error, retry_at=retry_at)
