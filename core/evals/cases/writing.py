"""The input of a case that people typed or a file holds, in the form that frozen ones have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.assist import Step
from core.conversations import CHANNELS, MAX_TEXT
from core.errors import InvalidInput
from core.evals.cases.fields import checked_text
from core.evals.cases.plain import plain_json, plain_line, plain_text
from core.evals.frozen.freezing import FORMAT

AUTHORS = ("customer", "rep", "assistant", "system")
MAX_MESSAGES = 200
MAX_SYSTEM = 100_000
MAX_STEPS = 100
_STATUSES = ("done", "failed", "rejected", "waiting", "unknown")
_ASKED_ABOUT = frozenset({"author", "text", "name", "created_at", "files", "folded"})
_OF_CUSTOMER = ("name", "email", "phone", "external_id", "source", "locale", "time_zone")
_BETWEEN = timedelta(minutes=1)
"""Messages without dates are this far apart, the last one at the moment of the case."""


@dataclass(frozen=True, slots=True)
class Written:
    """An input and what makes it the same as another: the SHA-256 of what was given.

    Attributes:
        dated: whether somebody said when it happens.
        undated: the digest without the date: a case that never had one is the same as itself with the
            date it was stored with, which is how it comes back from a file.
    """

    input: dict[str, Any]
    digest: str
    undated: str
    dated: bool


def write_input(
    messages: Sequence[Mapping[str, Any]],
    *,
    customer: Mapping[str, Any],
    system: str,
    locale: str,
    channel: str,
    steps: Sequence[Mapping[str, Any]],
    moment: datetime | None,
    source: str,
    at: datetime,
) -> Written:
    """Build it.

    Args:
        messages: ``{author, text}``, oldest first, perhaps with ``name``, ``created_at``, ``files`` (names)
            and ``folded``.
        customer: name, email, phone, external_id, source, locale, time_zone, facts; anything else is a fact.
        moment: when it happens; None: ``at``, and that is no part of what makes it the same.

    Raises:
        InvalidInput: there is nothing to answer, or something is wrong; says what and where.
    """
    if moment is not None and moment.tzinfo is None:
        raise InvalidInput("The date has no time zone: write it like 2026-03-01T09:30:00Z.")
    if channel and channel not in CHANNELS:
        raise InvalidInput(f"Unknown channel {channel!r}: choose one of {', '.join(CHANNELS)}.")
    locale = plain_line(locale)
    if len(locale) > 16:
        raise InvalidInput(f"{locale[:20]!r} is no language: write it like en or de-AT.")
    said = [_message(place, each) for place, each in enumerate(messages, start=1)]
    if len(said) > MAX_MESSAGES:
        raise InvalidInput(f"A case has at most {MAX_MESSAGES} messages; these are {len(said):,}.")
    asked = [place for place, each in enumerate(said, start=1) if each["author"] == "customer"]
    if not asked:
        raise InvalidInput("Write what the customer says: a case needs something to answer.")
    who = _customer(customer, source=source)
    given: dict[str, Any] = {  # without what the content below makes up where it is not given
        "messages": [{name: value for name, value in each.items() if name != "created_at"} for each in said],
        "customer": {name: value for name, value in who.items() if name != "source"},
        "system": checked_text(system, "system message", MAX_SYSTEM),
        "locale": locale,
        "channel": channel or "chat",
        "steps": _steps(steps),
    }
    dated = None if moment is None else moment.astimezone(UTC)
    when = dated or at
    content = {
        "format": FORMAT,
        "moment": when.isoformat(),
        "conversation": {
            "id": None, "source": source, "external_id": "", "channel": given["channel"], "subject": "",
            "locale": locale, "tags": [], "priority": 3, "escalation_reason": "",
        },
        "customer": {"id": None, **who},
        "messages": [
            {
                "id": place,
                **each,
                "created_at": each.get("created_at") or (when - _BETWEEN * (len(said) - place)).isoformat(),
            }
            for place, each in enumerate(said, start=1)
        ],
        "basis_message_id": asked[-1],
        "steps": given["steps"],
        "earlier_steps": [],
        "answers": [],
        "note": "",
        "locale": locale,
        "knowledge": "",
        "system": given["system"],
    }  # fmt: skip
    undated = _sha256({**given, "moment": None})
    digest = undated if dated is None else _sha256({**given, "moment": dated.isoformat()})
    return Written(content, digest, undated, dated is not None)


def _message(place: int, message: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(str(name) for name in message if name not in _ASKED_ABOUT)
    if unknown:
        raise InvalidInput(f"Message {place}: nothing is known of {', '.join(unknown)[:100]}.")
    author, text = message.get("author"), message.get("text")
    if author not in AUTHORS:
        raise InvalidInput(f"Message {place}: the author is one of {', '.join(AUTHORS)}, not {author!r}.")
    if not isinstance(text, str) or not plain_text(text).strip():
        raise InvalidInput(f"Message {place} is empty.")
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"Message {place} has {len(text):,} characters, and {MAX_TEXT:,} is the most.")
    files = message.get("files") or []
    if not isinstance(files, list | tuple) or not all(isinstance(each, str) for each in files):
        raise InvalidInput(f"Message {place}: files are a list of names.")
    made = {
        "author": author,
        "name": plain_line(str(message.get("name") or ""))[:300],
        "text": plain_text(text).strip(),
        "folded": plain_text(str(message.get("folded") or "")),
        "files": [plain_line(each) for each in files],
    }
    if message.get("created_at"):
        made["created_at"] = _instant(place, message["created_at"])
    return made


def _instant(place: int, value: Any) -> str:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidInput(f"Message {place}: write its date like 2026-03-01T09:30:00Z.")
    return at.astimezone(UTC).isoformat()


def _customer(customer: Mapping[str, Any], *, source: str) -> dict[str, Any]:
    plain = plain_json(dict(customer), "facts about the customer")
    facts = plain.pop("facts", None) or {}
    if not isinstance(facts, dict):
        raise InvalidInput("Facts about the customer are names and values, for example plan: pro.")
    known = {name: plain_line(str(plain.pop(name, None) or "")) for name in _OF_CUSTOMER}
    plain.pop("id", None)
    return {**known, "source": known["source"] or source, "facts": {**facts, **plain}}


def _steps(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(steps) > MAX_STEPS:
        raise InvalidInput(f"A case has at most {MAX_STEPS} tool results; these are {len(steps):,}.")
    made = []
    for place, each in enumerate(steps, start=1):
        plain = plain_json(dict(each), f"tool result {place}")
        action = plain_line(str(plain.get("action") or ""))
        if not action:
            raise InvalidInput(f"Tool result {place}: say which action it is of.")
        if not isinstance(plain.get("result", {}), dict) or not isinstance(plain.get("arguments", {}), dict):
            raise InvalidInput(f"Tool result {place}: arguments and result are names and values.")
        try:
            step = Step.from_json(
                {"label": f"T{place}", "title": action, "status": "done", **plain, "action": action}
            )
            if step.status not in _STATUSES or not all(isinstance(line, str) for line in step.statements):
                raise InvalidInput(
                    f"Tool result {place}: its status is one of {', '.join(_STATUSES)}, its statements texts."
                )
        except TypeError:
            unknown = sorted(set(plain) - set(Step.__dataclass_fields__))
            raise InvalidInput(f"Tool result {place}: nothing is known of {', '.join(unknown)}.") from None
        made.append(step.as_json())
    return made


def _sha256(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
