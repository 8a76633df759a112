"""What tools gave, read as data: whatever it is, it gives no orders and it breaks nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.llm.offline.rules import screen

Status = Literal["done", "failed", "rejected", "waiting", "unknown"]

_STATUSES: Mapping[str, Status] = {
    "done": "done", "failed": "failed", "rejected": "rejected", "unknown": "unknown", "waiting": "waiting",
    "withdrawn": "rejected", "proposed": "waiting", "asked": "waiting", "approved": "waiting",
    "executing": "waiting",
}  # fmt: skip
_MOST_CHARACTERS = 400_000
_MOST_STATEMENTS = 40
_LONGEST_STATEMENT = 400
_LONGEST_REASON = 300
_LABEL = re.compile(r"[A-Z]\d{1,4}")
_BROKE = re.compile(
    r"\b(error|exception|failed|failure|time[d]?[ -]?out|traceback|unavailable|"
    r"not reach\w*)\b",
    re.I,
)
_MARKUP = re.compile(r"[<>\n\r`]|https?://|\]\(", re.I)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What became of one call.

    Attributes:
        arguments: as carried out where the tool says so, else as called.
        label: what sentences cite; empty where it cannot be cited.
        statements: sentences that may be told to the customer.
        reason: why it failed or was rejected; empty where nobody said.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    status: Status = "failed"
    label: str = ""
    statements: tuple[str, ...] = ()
    data: Any = None
    summary: str = ""
    reason: str = ""

    @property
    def done(self) -> bool:
        return self.status == "done"


def read_result(name: str, arguments: Mapping[str, Any], output: str) -> ToolResult:
    """Read a tool's output.

    JSON in the agreed shape says what happened. With any other text nothing did: the loop answers
    with the words of a person who does not approve a call, or with an error.
    """
    value = _json(output)
    if not isinstance(value, dict) or not _known(value.get("status")):
        said = "" if isinstance(value, dict | list) else _short(output)
        refused = bool(said) and _BROKE.search(said) is None
        return ToolResult(name, arguments, "rejected" if refused else "failed", reason=said)
    return _entry(name, arguments, value)


def read_action(line: str) -> ToolResult | None:
    """Read one line about an earlier action; None where it is none."""
    value = _json(line)
    if not isinstance(value, dict):
        return None
    name = value.get("action") or value.get("name") or value.get("tool")
    if not isinstance(name, str) or not _known(value.get("status")):
        return None
    return _entry(name, {}, value)


def _known(status: Any) -> bool:
    return isinstance(status, str) and status in _STATUSES


def _entry(name: str, arguments: Mapping[str, Any], value: Mapping[str, Any]) -> ToolResult:
    carried_out = value.get("arguments")
    label = value.get("label")
    citable = isinstance(label, str) and _LABEL.fullmatch(label) is not None
    reason = value.get("reason") or value.get("error") or ""
    summary = value.get("summary")
    return ToolResult(
        name=name,
        arguments=carried_out if isinstance(carried_out, dict) else arguments,
        status=_STATUSES[value["status"]],
        label=str(label) if citable else "",
        statements=tuple(_statements(value.get("statements"))) if citable else (),
        data=value.get("result"),
        summary=_short(summary) if isinstance(summary, str) else "",
        reason=_short(reason) if isinstance(reason, str) else "",
    )


def _statements(value: Any) -> Iterator[str]:
    """The statements that read like sentences. Orders and markup in them are somebody's trick."""
    if not isinstance(value, list):
        return
    for each in value[:_MOST_STATEMENTS]:
        if not isinstance(each, str) or not 3 <= len(each.strip()) <= _LONGEST_STATEMENT:
            continue
        if not _MARKUP.search(each.strip()) and not screen(each).manipulated:
            yield each.strip()


def _json(text: str) -> Any:
    if len(text) > _MOST_CHARACTERS:
        return []
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _short(text: str) -> str:
    kept = " ".join(screen(text[:4000]).text.split())
    return kept if len(kept) <= _LONGEST_REASON else kept[: _LONGEST_REASON - 1].rstrip() + "…"
