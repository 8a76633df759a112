"""Live classifiers that keep the AI from answering: asked before the agent runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.assist.acting import Step
from core.assist.context import Context
from core.assist.equipment import Equipment
from core.assist.guardrails import Finding
from core.assist.masking import Masker
from core.assist.result import DraftResult
from core.assist.tables import Build
from core.classifiers import HeldBack, Subject, judge_now, list_held, open_services, would_hold
from core.llm import provider_name
from core.traces import step

_NO = re.compile(r"\W*(no|nope|never|nein|nie|non|jamais|nunca)\b", re.IGNORECASE)


def why_held(context: Context, *, equipment: Equipment) -> HeldBack | None:
    """The live classifier because of which nothing may be drafted; None when there is none.

    What has not been judged yet is judged now, so that no draft overtakes a classifier. One that cannot be
    asked holds the draft as well. The rep lifts it by answering its question with anything but no; that
    holds for this message of the customer.
    """
    if context.conversation_id is None:
        return None
    services = open_services(equipment.database, equipment.settings)
    with step("abstention", "may the AI answer?") as seen:
        judge_now(context.conversation_id, database=equipment.database, services=services)
        with equipment.database.reading() as session:
            held = list_held(context.conversation_id, session=session, unjudged=True)
        left = _not_lifted(held, context)
        seen.note(
            held_back=bool(left),
            lifted=len(held) - len(left),
            classifiers=[each.classifier for each in left],
            answers=[each.answer for each in left],
            confidences=[round(each.confidence, 3) for each in left],
        )
    return left[0] if left else None


def why_rehearsal_held(
    context: Context, *, messages: Sequence[Subject], conversation: Subject, equipment: Equipment
) -> HeldBack | None:
    """The same of texts that are given: nothing is read of a stored conversation, and nothing stored.

    Args:
        messages: the customer's since we last said something, newest first.
        conversation: what its customer says.
    """
    masker = Masker(context.masker.known)  # the draft's own gives its placeholders in the draft's order
    held = would_hold(
        messages,
        conversation,
        database=equipment.database,
        services=open_services(equipment.database, equipment.settings),
        conceal=lambda subject: replace(subject, text=masker.mask(subject.text)),
    )
    return next(iter(_not_lifted(held, context)), None)


def _not_lifted(held: Sequence[HeldBack], context: Context) -> list[HeldBack]:
    """What the rep has not lifted."""
    lifted = {each.question for each in context.background.answers if not _NO.match(each.text)}
    return [each for each in held if each.question not in lifted]


def withheld(
    held: HeldBack,
    *,
    context: Context,
    steps: tuple[Step, ...],
    findings: Sequence[Finding],
    build: Build,
    equipment: Equipment,
    milliseconds: float,
) -> DraftResult:
    """The draft that is none: it names the classifier, and asks what would let the AI go on."""
    return DraftResult(
        decision="abstain",
        reason="policy",
        question=held.question,
        text="",
        confidence=0.0,
        locale=context.locale,
        citations=(),
        removed=(),
        retrieved=(),
        build=build,
        model=provider_name(equipment.settings),
        usage={"requests": 0, "input_tokens": 0, "output_tokens": 0, "cost": 0.0},
        stages={"classifiers": milliseconds},
        steps=steps,
        findings=tuple(findings),
    )
