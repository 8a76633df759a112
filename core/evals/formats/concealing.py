"""Cases without personal data, for files that leave the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.assist import Concealer, Known
from core.evals.formats.record import CaseRecord

_KEPT = frozenset(
    {
        "format", "id", "moment", "created_at", "author", "channel", "locale", "time_zone", "source",
        "priority", "knowledge", "basis_message_id", "kind", "criterion", "answer", "strength", "decisions",
        "article", "action", "status", "subject_type", "subject_id", "version", "position", "start", "end",
    }
)  # fmt: skip
"""Values that say what something is, not who somebody is."""
_CUSTOMER = ("name", "email", "phone", "external_id")


def concealed(record: CaseRecord) -> CaseRecord:
    """The case with placeholders for personal data, the same ones in its input and in what is expected."""
    hider = Concealer(_known(record))
    customer = record.input.get("customer")
    content = _hidden(dict(record.input), hider)
    if isinstance(customer, dict):
        # by their place these are personal, whatever they look like
        named = {key: hider.conceal(str(customer[key])) for key in _CUSTOMER if customer.get(key)}
        content["customer"] = {**_hidden(customer, hider), **named}
    made = replace(
        record,
        name=hider.conceal(record.name),
        input=content,
        expectations=tuple(_expectation(each, hider) for each in record.expectations),
        provenance=_hidden(dict(record.provenance), hider),
    )
    if (made.name, made.input, made.expectations) == (record.name, dict(record.input), record.expectations):
        return replace(made, input=record.input)
    return replace(made, masked=True)


def _known(record: CaseRecord) -> Known:
    customer = record.input.get("customer")
    who: Mapping[str, Any] = customer if isinstance(customer, dict) else {}
    names = [str(who.get("name") or "")]
    names += [str(each.get("name") or "") for each in record.input.get("messages", ())]
    number = str(who.get("external_id") or "")
    return Known(
        names=tuple(dict.fromkeys(name.strip() for name in names if name.strip())),
        values=tuple(str(who[key]) for key in ("email", "phone") if who.get(key)),
        numbers=(number,) if len(number) >= 4 else (),
        locale=record.locale or str(record.input.get("locale") or ""),
    )


def _expectation(expectation: Mapping[str, Any], hider: Concealer) -> dict[str, Any]:
    """A criterion's answers are its own words, and a pattern is no text."""
    kept = {
        key: value for key, value in expectation.items() if key in ("answers", "pattern", "reason", "name")
    }
    return {**_hidden(dict(expectation), hider), **kept}


def _hidden(value: Any, hider: Concealer) -> Any:
    if isinstance(value, str):
        return hider.conceal(value)
    if isinstance(value, dict):
        return {key: item if key in _KEPT else _hidden(item, hider) for key, item in value.items()}
    return [_hidden(item, hider) for item in value] if isinstance(value, list | tuple) else value
