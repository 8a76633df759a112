"""Our expectations as promptfoo's assertions, and the other way round.

What has no counterpart on the other side is never dropped: ours travel in the metadata, theirs become
expectations of the kind ``unsupported``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.evals.formats.promptfoo.folding import FOLD, folded
from core.evals.formats.promptfoo.patterns import either_case, to_javascript, to_python
from core.evals.formats.promptfoo.templates import literal, rendered

_SIMILAR = 0.75
"""What promptfoo takes where ``similar`` says no threshold."""


def to_assertion(expectation: Mapping[str, Any], questions: Mapping[str, str]) -> dict[str, Any] | None:
    """The assertion that checks the same; None where promptfoo has none.

    Args:
        questions: of criteria by name.
    """
    made = _assertion(expectation, questions)
    if made is None:
        return None
    if "texts" in expectation:
        for each in made.get("assert", [made]):
            each["transform"] = FOLD
    if expectation.get("weight", 1) != 1:
        made["weight"] = expectation["weight"]
    name = expectation.get("name") or (expectation.get("criterion") if made["type"] == "llm-rubric" else "")
    if name:
        made["metric"] = literal(str(name))
    return made


def from_assertion(assertion: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The expectation that an assertion stands for."""
    made = _expectation(assertion, variables) if isinstance(assertion, dict) else None
    weight = assertion.get("weight", 1) if isinstance(assertion, dict) else 1
    if made is None or isinstance(weight, bool) or not isinstance(weight, int | float) or weight <= 0:
        return {"kind": "unsupported", "from": "promptfoo", "assertion": assertion}
    if weight != 1:
        made["weight"] = float(weight)
    if assertion.get("metric"):
        made["name"] = rendered(str(assertion["metric"]), variables)[0]
    return made


def _assertion(expectation: Mapping[str, Any], questions: Mapping[str, str]) -> dict[str, Any] | None:
    texts = [folded(str(each)) for each in expectation.get("texts", [])]
    caseless = bool(expectation.get("ignore_case", expectation.get("kind") in ("contains", "not_contains")))
    i = "i" if caseless else ""
    match expectation.get("kind", "criterion" if "criterion" in expectation else ""):
        case "contains" if len(texts) == 1:
            return {"type": f"{i}contains", "value": literal(texts[0])}
        case "contains" if texts:
            how = "all" if expectation.get("all", True) else "any"
            return {"type": f"{i}contains-{how}", "value": [literal(each) for each in texts]}
        case "not_contains" if len(texts) == 1:
            return {"type": f"not-{i}contains", "value": literal(texts[0])}
        case "not_contains" if texts:
            return {"type": f"not-{i}contains-any", "value": [literal(each) for each in texts]}
        case "equals" if texts and caseless:
            return _any("regex", [f"^{either_case(each)}$" for each in texts])
        case "equals" if texts:
            return _any("equals", texts)
        case "starts_with" if texts and caseless:
            return _any("regex", [f"^{either_case(each)}" for each in texts])
        case "starts_with" if texts:
            return _any("starts-with", texts)
        case "matches":
            pattern = to_javascript(str(expectation.get("pattern", "")))
            sign = "not-" if expectation.get("not") else ""
            return None if not pattern else {"type": f"{sign}regex", "value": literal(pattern)}
        case "is_json":
            return {"type": "is-json"}
        case "cost":
            return {"type": "cost", "threshold": expectation["at_most"]}
        case "latency":
            return {"type": "latency", "threshold": expectation["at_most_ms"]}
        case "criterion":
            return _rubric(expectation, questions)
        case "unsupported" if expectation.get("from") == "promptfoo":
            assertion = expectation.get("assertion")
            return dict(assertion) if isinstance(assertion, dict) and "type" in assertion else None
        case _:
            return None


def _any(kind: str, texts: Sequence[str]) -> dict[str, Any]:
    """One of several: a set that passes when one of its assertions does."""
    each = [{"type": kind, "value": literal(text)} for text in texts]
    return (
        each[0]
        if len(each) == 1
        else {"type": "assert-set", "threshold": 1 / (len(each) + 1), "assert": each}
    )


def _rubric(expectation: Mapping[str, Any], questions: Mapping[str, str]) -> dict[str, Any]:
    name = str(expectation.get("criterion", ""))
    answers = expectation.get("answers") or [expectation.get("answer", "yes")]
    wanted = " or ".join(str(each) for each in answers)
    return {
        "type": "llm-rubric",
        "value": literal(f"{questions.get(name, name)} The right answer is: {wanted}."),
    }


def _expectation(assertion: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = str(assertion.get("type", ""))
    value, understood = _value(assertion.get("value"), variables)
    if not understood or assertion.get("transform", FOLD) != FOLD or assertion.get("contextTransform"):
        return None
    texts = _texts(value, split="contains-" in kind)
    negated = kind.startswith("not-")
    base = kind.removeprefix("not-")
    match base:
        case "contains" | "icontains" | "contains-any" | "icontains-any" if negated and texts:
            return {"kind": "not_contains", "texts": texts, "ignore_case": base.startswith("i")}
        case "contains" | "icontains" | "contains-all" | "icontains-all" if texts and not negated:
            return {"kind": "contains", "texts": texts, "all": True, "ignore_case": base.startswith("i")}
        case "contains-any" | "icontains-any" if texts and not negated:
            return {"kind": "contains", "texts": texts, "all": False, "ignore_case": base.startswith("i")}
        case "equals" if texts and not isinstance(value, dict | list) and not negated:
            return {"kind": "equals", "texts": texts, "ignore_case": False}
        case "starts-with" if texts and not negated:
            return {"kind": "starts_with", "texts": texts}
        case "regex" if isinstance(value, str) and (pattern := to_python(value)) is not None and value:
            return {"kind": "matches", "pattern": pattern, "not": negated}
        case "is-json" if value in (None, "") and not negated:
            return {"kind": "is_json"}
        case "cost" if not negated and (limit := _number(assertion.get("threshold"))) is not None:
            return {"kind": "cost", "at_most": limit}
        case "latency" if not negated and (limit := _number(assertion.get("threshold"))) is not None:
            return {"kind": "latency", "at_most_ms": limit}
        case "similar" if isinstance(value, str) and value.strip() and not negated:
            return {"kind": "reference", "text": value, "at_least": assertion.get("threshold", _SIMILAR)}
        case "assert-set":
            return _one_of(assertion, variables)
        case _:
            return None


def _one_of(assertion: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any] | None:
    """A set of which one is enough, when all say the same of another text."""
    members = assertion.get("assert")
    threshold = _number(assertion.get("threshold"))
    if not isinstance(members, list) or not members or threshold is None or threshold > 1 / len(members):
        return None
    made = [from_assertion(each, variables) for each in members]
    if {each["kind"] for each in made} not in ({"equals"}, {"starts_with"}) or any(
        "weight" in each for each in made
    ):
        return None
    return {**made[0], "texts": [text for each in made for text in each["texts"]]}


def _value(value: Any, variables: Mapping[str, Any]) -> tuple[Any, bool]:
    if isinstance(value, str):
        if value.startswith(("file://", "package:")):
            return value, False
        return rendered(value, variables)
    if isinstance(value, list):
        parts = [_value(each, variables) for each in value]
        return [part for part, _ in parts], all(good for _, good in parts)
    return value, True


def _texts(value: Any, *, split: bool) -> list[str]:
    if isinstance(value, str) and split:
        return [part.strip() for part in value.split(",") if part.strip()]
    given = value if isinstance(value, list) else [value]
    if any(isinstance(each, dict | list | bool) or each is None for each in given):
        return []
    return [str(each) for each in given if str(each)]


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
