"""An output as graders read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.classifiers import Subject
from core.evals.content import CaseContent
from core.evals.expecting.registry import kind_of
from core.evals.output import Output

_BETWEEN = "\n\nor:\n\n"


def subject_of(
    case: CaseContent, output: Output, *, subject_type: str = "draft", subject_id: int = 0
) -> Subject:
    """What a grader judges: the reply, with what it answers, what it cites and what would be right."""
    conversation = case.input.get("conversation") or {}
    customer = case.input.get("customer") or {}
    return Subject(
        text=output.text,
        subject_type=subject_type,
        subject_id=subject_id,
        conversation_id=case.conversation_id or 0,
        channel=case.channel or str(conversation.get("channel") or ""),
        locale=case.locale or str(conversation.get("locale") or customer.get("locale") or ""),
        facts=dict(customer.get("facts") or {}),
        question=case.question,
        citations=output.citations,
        reference=reference_of(case.expectations),
        people=case.people,
    )


def reference_of(expectations: Iterable[Mapping[str, Any]]) -> str:
    """The replies that would be right, by reference expectations and by what flags say is better."""
    found = []
    for each in expectations:
        text = each.get("text") if kind_of(each) == "reference" else each.get("better")
        if isinstance(text, str) and text.strip() and text.strip() not in found:
            found.append(text.strip())
    return _BETWEEN.join(found)
