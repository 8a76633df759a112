"""Questions with prepared answers and checks of every deterministic kind, half of which fail."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Trial:
    """A question, the answer that the server gives, and what is expected of it."""

    question: str
    answer: str
    expectations: tuple[dict[str, Any], ...]


def _check(kind: str, *texts: str, **rest: Any) -> dict[str, Any]:
    return {"kind": kind, "texts": list(texts), **rest}


_ANSWERS = (
    "Hello Ada, your refund of 20 EUR is on its way. It is on your card within 14 days.",
    "Grüße aus Köln! Die Rückerstattung dauert 14 Tage – versprochen. Größe: XL.",
    "We don’t store “cards”…  {{ name }} {% raw %} {# x #} file:///etc/passwd",
    '{"refund": {"days": 14, "card": true}, "note": "Größe {{x}}"}',
    "שלום, ההחזר בדרך. 14 ימים.\nSecond line: DONE.",
    "=1+1\ttabbed, 100 % (sure) [brackets] $5.00 ^caret | pipe \\ backslash",
)
_CHECKS: tuple[tuple[dict[str, Any], ...], ...] = (
    (
        _check("contains", "14 days", ignore_case=False),
        _check("contains", "refund", "card", all=True, ignore_case=True),
        _check("contains", "REFUND", all=True, ignore_case=False),
        _check("contains", "bank", "20 EUR", all=False, ignore_case=False),
        _check("contains", "bank", "cheque", all=False, ignore_case=True),
        _check("not_contains", "sorry", ignore_case=True),
        _check("not_contains", "sorry", "REFUND", ignore_case=True),
        _check("not_contains", "REFUND", ignore_case=False),
        _check("starts_with", "Hello Ada,"),
        _check("starts_with", "Dear", "Hi"),
        _check("starts_with", "hello", "dear", ignore_case=True),
        {"kind": "matches", "pattern": r"\b\d+ days\.$", "not": False},
        {"kind": "matches", "pattern": r"^Dear\b", "not": False},
        {"kind": "matches", "pattern": r"\b\d+ EUR\b", "not": True},
        {"kind": "is_json"},
        {"kind": "latency", "at_most_ms": 60_000},
    ),
    (
        _check("contains", "Köln", ignore_case=False),
        _check("contains", "GRÜßE", ignore_case=True),
        _check("contains", "14 Tage - versprochen", ignore_case=True),
        _check("contains", "14 Tage — versprochen", ignore_case=False),
        _check("starts_with", "Gru\u0308ße"),
        {"kind": "matches", "pattern": r"\bRückerstattung\b", "not": False},
        {"kind": "matches", "pattern": r"\bckerstattung\b", "not": False},
        {"kind": "matches", "pattern": r"^\w+ aus [\w-]+!", "not": False},
        {"kind": "matches", "pattern": r"Gr\W", "not": True},
    ),
    (
        _check("contains", "don't", ignore_case=False),
        _check("contains", '"cards"...', ignore_case=False),
        _check("contains", "{{ name }}", ignore_case=False),
        _check("contains", "{% raw %} {# x #}", ignore_case=False),
        _check("contains", "file:///etc/passwd", "{{ nothing }}", all=False, ignore_case=False),
        _check("not_contains", "{{ name }}", ignore_case=False),
        _check("starts_with", "file:///etc/passwd"),
        {"kind": "matches", "pattern": r"\{\{ \w+ \}\}", "not": False},
        {"kind": "matches", "pattern": r"\{%\s*endraw", "not": False},
    ),
    (
        {"kind": "is_json"},
        _check("contains", "\"refund\": {\"days\": 14", ignore_case=False),
        _check("equals", '{"refund": {"days": 14, "card": true}, "note": "Größe {{x}}"}'),
        _check("equals", "something", "else"),
        {"kind": "matches", "pattern": r'"days": (?P<n>\d+)', "not": False},
    ),
    (
        _check("contains", "ההחזר", ignore_case=False),
        _check("contains", "ימים. Second", ignore_case=False),
        _check("equals", "שלום, ההחזר בדרך. 14 ימים. second LINE: done.", ignore_case=True),
        _check("equals", "שלום", "שלום, ההחזר בדרך. 14 ימים. Second line: DONE."),
        {"kind": "matches", "pattern": r"DONE\.\Z", "not": False},
        {"kind": "matches", "pattern": r"^Second", "not": False},
    ),
    (
        _check("contains", "=1+1", ignore_case=False),
        _check("starts_with", "=1+1 TABBED, 100 % (sure) [brackets] $5.00", ignore_case=True),
        _check("contains", "\\ backslash", ignore_case=False),
        _check("contains", "$6.00", "^caret", all=True, ignore_case=False),
        {"kind": "matches", "pattern": r"[\[(]\w+[\])]", "not": False},
        {"kind": "matches", "pattern": r"\$\d\.\d{3}", "not": False},
    ),
)  # fmt: skip
_BEYOND: tuple[dict[str, Any], ...] = (
    {"kind": "decision", "decisions": ["answer"], "reason": ""},
    {"kind": "criterion", "criterion": "polite", "answers": ["yes"]},
)
"""One that promptfoo has no word for, and one that it asks a judge."""


def trials(count: int) -> list[Trial]:
    """Questions with their answers; each asks two checks of its answer, and together they ask all."""
    made = []
    turn: Counter[int] = Counter()
    for number in range(count):
        place = number % len(_ANSWERS)
        # every second answer is asked the checks of another one, most of which it fails
        group = (place + number // len(_ANSWERS) % 2) % len(_CHECKS)
        checks = _CHECKS[group]
        chosen: list[dict[str, Any]] = []
        for _ in range(max(2, -(-len(checks) * len(_ANSWERS) // count))):
            chosen.append({**checks[turn[group] % len(checks)], "name": f"check-{len(chosen)}"})
            turn[group] += 1
        extra = (_BEYOND[number % 2],) if number < 2 else ()
        question = f"Question {number}: where is my refund? {{{{ name }}}} {{% if %}} “{place}”"
        made.append(Trial(question, _ANSWERS[place], (*chosen, *extra)))
    return made
