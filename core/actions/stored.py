"""Previews and outcomes as the columns of a request, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.actions.declaration import Outcome, Preview
from core.actions.tables import ActionRequest

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """``value`` as plain JSON that both databases take.

    A receipt must not be lost because a system answered with a date, NaN or half a surrogate pair:
    what has no JSON form becomes text.
    """
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [storable(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    return _UNSTORABLE.sub("\ufffd", value if isinstance(value, str) else str(value))


def to_minor(amount: Decimal) -> int:
    """Hundredths of the currency's unit."""
    return int((amount * 100).to_integral_value())


def from_minor(amount: int) -> Decimal:
    """The amount in the currency's unit, with two places."""
    return (Decimal(amount) / 100).quantize(Decimal("0.01"))


def preview_columns(preview: Preview) -> dict[str, Any]:
    """The columns of a request that hold ``preview``."""
    return {
        "effect": storable(preview.effect),
        "amount_minor": None if preview.amount is None else to_minor(preview.amount),
        "currency": preview.currency[:3],
        "preview": storable(
            {
                "counted_before": str(preview.counted_before),
                "counts": preview.counts,
                "before": preview.before,
                "after": preview.after,
                "facts": preview.facts,
                "warnings": preview.warnings,
                "policy": preview.policy,
                "policy_article": preview.policy_article,
            }
        ),
    }


def read_preview(request: ActionRequest) -> Preview:
    """The preview that a request holds."""
    stored = request.preview
    return Preview(
        effect=request.effect,
        amount=None if request.amount_minor is None else from_minor(request.amount_minor),
        currency=request.currency,
        counted_before=Decimal(stored.get("counted_before", "0")),
        counts=bool(stored.get("counts", True)),
        before=dict(stored.get("before", {})),
        after=dict(stored.get("after", {})),
        facts=str(stored.get("facts", "")),
        warnings=tuple(stored.get("warnings", ())),
        policy=str(stored.get("policy", "")),
        policy_article=str(stored.get("policy_article", "")),
    )


def outcome_columns(outcome: Outcome) -> dict[str, Any]:
    """The columns of a request that hold ``outcome``."""
    return {
        "result": storable(outcome.result),
        "summary": storable(outcome.summary),
        "reference": storable(outcome.reference)[:200],
        "statements": storable(outcome.statements),
    }


def same_arguments(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether two sets of clean arguments mean the same (Postgres gives 29.0 back as 29)."""
    return json.dumps(_plain(left), sort_keys=True) == json.dumps(_plain(right), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
