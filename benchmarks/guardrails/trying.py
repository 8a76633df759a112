"""Put a case before its guardrail, and say whether it spoke."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.guardrails.back_office import above_limit, of_another, stale
from benchmarks.guardrails.case import Case
from core.assist.guardrails import (
    CustomerTexts,
    Finding,
    ReplyCheck,
    SentenceCheck,
    SourceText,
    check_customer,
    check_reply,
    check_source,
)


def speaks(case: Case) -> bool:
    """Whether the guardrail of the case finds something in it."""
    if case.guardrail in _ON_TOOLS:
        return _ON_TOOLS[case.guardrail](case.fields)
    return any(found.guardrail == case.guardrail for found in findings(case))


def findings(case: Case) -> list[Finding]:
    """What all guardrails of the stage say to the case."""
    return _TRIALS.get(case.guardrail, _in_reply)(case.fields)


def _in_customer(fields: Mapping[str, Any]) -> list[Finding]:
    text, where = fields["text"], fields.get("where", "text")
    if where in {"article", "tool"}:
        return list(check_source(text, origin=where, name="source").findings)
    return check_customer(
        CustomerTexts(
            text=text if where == "text" else "Hello",
            subject=text if where == "subject" else "",
            file_names=[text] if where == "file" else (),
            html=text if where == "html" else "",
        )
    )


def _in_reply(fields: Mapping[str, Any]) -> list[Finding]:
    return check_reply(reply_of(fields))


def reply_of(fields: Mapping[str, Any]) -> ReplyCheck:
    """A case of the guardrails after a draft as what they get."""
    sources = [SourceText(**source) for source in fields.get("sources", ())]
    return ReplyCheck(
        text=fields["text"],
        sentences=[SentenceCheck(fields["text"], fields.get("kind", "fact"), sources)],
        language=fields.get("language", "en" if "customer" not in fields else ""),
        customer_text=fields.get("customer", ""),
        internal_passages=fields.get("internal", ()),
    )


_ON_TOOLS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "limits": above_limit,
    "wrong_customer": of_another,
    "stale_facts": stale,
}
_TRIALS: dict[str, Callable[[Mapping[str, Any]], list[Finding]]] = {
    "injection": _in_customer,
    "personal_data": _in_customer,
}
