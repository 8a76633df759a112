"""What became of each call with effects, by idempotency key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.actions.connectors.halyard.prepared import digest
from core.actions.connectors.halyard.tables import Operation
from core.actions.declaration import ActionRefused, Call, Outcome


def recall(session: Session, call: Call) -> Outcome | None:
    """The recorded outcome of this call's key; None when the key was never seen.

    Raises:
        ActionRefused: the call was refused then, or the key belongs to a different call.
    """
    known = session.get(Operation, call.idempotency_key)
    if known is None:
        return None
    if known.call != _of(call):
        raise ActionRefused("This idempotency key was used for a different call. Nothing was changed.")
    if known.status == "refused":
        raise ActionRefused(known.refusal)
    return _load(known.outcome)


def record(
    session: Session, call: Call, *, at: datetime, outcome: Outcome | None = None, refusal: str = ""
) -> None:
    """Note an outcome, or a refusal, in the transaction of the effect."""
    session.add(
        Operation(
            key=call.idempotency_key,
            call=_of(call),
            action=call.action,
            status="refused" if outcome is None else "done",
            outcome={} if outcome is None else _dump(outcome),
            refusal=refusal,
            recorded_at=at,
        )
    )


def _of(call: Call) -> str:
    """Without the account: its address may change between a call and the question what became of it."""
    return digest(call.action, dict(call.arguments))


def _dump(outcome: Outcome) -> dict[str, Any]:
    return {
        "result": dict(outcome.result),
        "summary": outcome.summary,
        "reference": outcome.reference,
        "statements": {language: list(told) for language, told in outcome.statements.items()},
    }


def _load(stored: dict[str, Any]) -> Outcome:
    return Outcome(
        result=stored["result"],
        summary=stored["summary"],
        reference=stored["reference"],
        statements={language: tuple(told) for language, told in stored["statements"].items()},
    )
