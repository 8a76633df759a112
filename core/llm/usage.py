"""What a model call used and cost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from core.database import Database, now
from core.llm.tables import ModelCall
from core.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """One request to a model, failed ones included. ``cost`` is USD by the prices in the settings.

    ``waited``: milliseconds until it was let start, where it had to keep to a pace; not in ``milliseconds``.
    """

    purpose: str
    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    milliseconds: float = 0.0
    ok: bool = True
    error: str = ""
    at: datetime = field(default_factory=now)
    waited: float = 0.0


UsageSink = Callable[[CallRecord], None]
"""Takes a record as soon as the call is over, on the caller's event loop: it must not block."""


def cost_of(input_tokens: int, output_tokens: int, *, settings: Settings) -> float:
    """USD for a call at the configured prices per million tokens."""
    return (input_tokens * settings.model_price_input + output_tokens * settings.model_price_output) / 1e6


def record_usage(record: CallRecord, *, session: Session) -> ModelCall:
    """Add a record to ``model_call`` in the caller's transaction."""
    row = ModelCall(**_columns(record))
    session.add(row)
    return row


def keep_usage(records: Sequence[CallRecord], *, database: Database) -> None:
    """Add records to ``model_call`` in a transaction of their own. Failing is logged: no answer is lost."""
    if not records:
        return
    try:
        with database.transaction() as session:
            session.execute(insert(ModelCall), [_columns(record) for record in records])
    except Exception:
        _log.exception("%d model calls are not counted", len(records))


def _columns(record: CallRecord) -> dict[str, Any]:
    return {
        "at": record.at,
        "purpose": record.purpose[:40],
        "provider": record.provider[:40],
        "model": record.model[:100],
        "input_tokens": record.input_tokens,
        "output_tokens": record.output_tokens,
        "cost": record.cost,
        "milliseconds": record.milliseconds,
        "ok": record.ok,
        "error": record.error[:300],
    }


def report(sink: UsageSink | None, record: CallRecord) -> None:
    """Give a record to the sink. A sink that fails is logged: a draft must not be lost over it."""
    if sink is None:
        return
    try:
        sink(record)
    except Exception:
        _log.exception("the usage sink failed; this call is not counted")
