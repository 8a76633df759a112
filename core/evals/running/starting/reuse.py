"""Answers that are paid for already: the same build was asked the same, in the same repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.evals.running.states import ANSWERED, DONE
from core.evals.tables import EvalResult

_AT_ONCE = 500


def answer_key(build_id: str, target: str, input_digest: str, repeat: int) -> str:
    """SHA-256 of everything that decides an answer."""
    return hashlib.sha256(f"{build_id}\n{target}\n{input_digest}\n{repeat}".encode()).hexdigest()


def copy_known(rows: Sequence[dict[str, Any]], *, session: Session) -> int:
    """Give rows of new results the outputs of earlier ones with the same key; they are only graded anew.

    Returns:
        How many have one.
    """
    copied = 0
    for start in range(0, len(rows), _AT_ONCE):
        part = {row["answer_key"]: row for row in rows[start : start + _AT_ONCE]}
        known = session.execute(
            select(
                col(EvalResult.answer_key),
                col(EvalResult.id),
                col(EvalResult.cached_from_id),
                col(EvalResult.milliseconds),
                col(EvalResult.output),
            )
            .where(col(EvalResult.answer_key).in_(part), col(EvalResult.state).in_((ANSWERED, DONE)))
            .order_by(col(EvalResult.id))
        )
        found = {row.answer_key: row for row in known}  # the newest of each
        for key, row in found.items():
            part[key] |= {
                "state": ANSWERED,
                "cached_from_id": row.cached_from_id or row.id,
                "milliseconds": row.milliseconds,
                "output": row.output,
            }
        copied += len(found)
    return copied


def count_known(keys: Sequence[str], *, session: Session) -> int:
    """How many of these answers there are already."""
    known: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        known |= set(
            session.scalars(
                select(col(EvalResult.answer_key)).where(
                    col(EvalResult.answer_key).in_(keys[start : start + _AT_ONCE]),
                    col(EvalResult.state).in_((ANSWERED, DONE)),
                )
            )
        )
    return len(known)
