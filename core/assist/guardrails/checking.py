"""Run the guardrails of a stage over a text."""

from __future__ import annotations

from collections.abc import Iterable

from core.assist.guardrails.injection import neutralised
from core.assist.guardrails.personal_data import hide_remaining
from core.assist.guardrails.registry import AFTER, BEFORE, Finding, finding
from core.assist.guardrails.texts import Cleaned, CustomerTexts, Origin, ReplyCheck


def check_customer(texts: CustomerTexts) -> list[Finding]:
    """What the guardrails before a draft say about a customer's texts."""
    return _unique(finding(name, flag) for name, check in BEFORE.items() for flag in check(texts))


def check_source(text: str, *, origin: Origin, name: str) -> Cleaned:
    """Make one text safe for a model: instructions in it are taken out, its other wording stays.

    Args:
        origin: an article, the result of a tool, or a customer. From a customer's text, personal data
            that masking does not know is taken out too; call it before or after masking.
        name: what the representative knows it by: a title, the name of an action, "message".
    """
    cleaned, flags = neutralised(text, origin=origin, name=name)
    findings = [finding("injection", flag) for flag in flags]
    if origin == "customer":
        cleaned, flags = hide_remaining(cleaned)
        findings += [finding("personal_data", flag) for flag in flags]
    return Cleaned(cleaned, tuple(_unique(findings)))


def check_reply(reply: ReplyCheck) -> list[Finding]:
    """What the guardrails after a draft say about a reply."""
    return _unique(finding(name, flag) for name, check in AFTER.items() for flag in check(reply))


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings forbids to go on."""
    return any(found.severity == "block" for found in findings)


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))
