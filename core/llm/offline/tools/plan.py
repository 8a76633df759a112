"""Plans the next use of a tool: what to look up, what to ask a person to carry out, when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.llm.offline.decide import Verdict
from core.llm.offline.reading import Reading
from core.llm.offline.tools.arguments import incident_numbers, says_twice
from core.llm.offline.tools.choosing import Known, choose
from core.llm.offline.tools.intents import EFFECTS
from core.llm.offline.tools.records import invoices
from core.llm.offline.tools.results import ToolResult
from core.llm.offline.words import is_stop, words

Offered = Mapping[str, Mapping[str, Any]]
"""Tool name -> JSON Schema of its arguments."""

_MOST_LOOK_UPS = 3
_TOPIC_WORDS = 12
_FOR_TOPIC = {
    "charge": ("list_invoices", "list_payments"),
    "refund": ("list_payments",),
    "plan": ("get_subscription",),
    "invoice": ("list_invoices",),
    "payment": ("list_payments",),
    "standing": ("get_subscription", "list_payments"),
    "incident": ("incident_status",),
}
_FOR_EFFECT = {
    "refund_invoice": ("list_invoices", "list_payments"),
    "resend_invoice": ("list_invoices",),
    "change_plan": ("get_subscription",),
    "extend_trial": ("get_subscription",),
    "rotate_api_key": ("find_customer",),
    "open_incident": ("incident_status",),
}
_SUBJECTS = {
    "refund_invoice": ("invoice",),
    "resend_invoice": ("invoice",),
    "change_plan": ("plan", "period"),
    "extend_trial": (),
    "rotate_api_key": ("key",),
    "open_incident": ("region",),
}
"""The arguments that tell two calls of an effect apart; the others only say how much or why."""


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next.

    Attributes:
        tool, arguments: the call to make; empty when there is none.
        verdict: why it cannot go on without a person.
        outside: the published rule that says no; see :class:`~.choosing.Chosen`.
        settled: an equal call that has its result, so that it is not made again.
    """

    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    outside: str = ""
    settled: ToolResult | None = None


def next_step(reading: Reading, offered: Offered) -> Step:
    """The next step for a case. Only what is offered is called, each look-up once, one effect a run."""
    intent, case = reading.intent, reading.case
    if not intent or reading.screening.alarms:
        return Step()
    effect_ran = next((result for result in case.tools if result.name in EFFECTS), None)
    if effect_ran is not None:
        return Step(settled=effect_ran)
    wants_effect = intent.effect in offered
    wanted = _FOR_EFFECT[intent.effect] if wants_effect else ()
    for topic in intent.topics:
        wanted += _FOR_TOPIC[topic]
    called = {result.name for result in case.tools}
    look_ups = [name for name in dict.fromkeys(wanted) if name in offered]
    for name in look_ups[:_MOST_LOOK_UPS]:
        if name not in called:
            return Step(name, _look_up_arguments(name, reading))
    if not wants_effect and "refund_invoice" in offered and _paid_too_much(reading):
        # What was paid twice goes back without being asked for; the customer says that it was.
        wished = replace(intent, effect="refund_invoice", words=intent.words or reading.own)
        return _effect(replace(reading, intent=wished), offered)
    return _effect(reading, offered) if wants_effect else Step()


def _paid_too_much(reading: Reading) -> bool:
    """Whether the customer tells of a double payment and the account shows one."""
    if reading.intent.effect or reading.request.nudged or not says_twice(reading.own):
        return False
    return sum(each.surplus > 0 for each in invoices(reading.case.tools)) == 1


def _effect(reading: Reading, offered: Offered) -> Step:
    intent, case = reading.intent, reading.case
    failed = next(
        (each for each in case.tools if each.name in _FOR_EFFECT[intent.effect] and not each.done), None
    )
    if failed is not None:
        return Step(verdict=look_up_failed(failed))
    known = Known(
        own=reading.own,
        intent=intent,
        language=reading.language,
        results=case.tools,
        answered="\n".join(answer.answer for answer in case.answers),
        facts=case.facts,
        schema=offered[intent.effect],
    )
    chosen = choose(known)
    settled = next(
        (
            action
            for action in reversed(case.actions)
            if action.name == intent.effect and _same_subject(action, chosen.arguments)
        ),
        None,
    )
    if chosen.arguments and settled is not None:
        return Step(settled=settled)
    if chosen.arguments:
        return Step(intent.effect, chosen.arguments)
    return Step(verdict=chosen.verdict, outside=chosen.outside)


def look_up_failed(result: ToolResult) -> Verdict:
    """``needs_tool`` for a look-up that gave nothing."""
    said = f" ({result.reason.rstrip('.')})" if result.reason else ""
    return Verdict(
        "abstain",
        "needs_tool",
        f"The look-up {result.name.replace('_', ' ')} failed{said}. What does the customer's account show?",
    )


def _same_subject(action: ToolResult, arguments: Mapping[str, Any]) -> bool:
    return all(
        _plain(action.arguments.get(name)) == _plain(arguments.get(name)) for name in _SUBJECTS[action.name]
    )


def _plain(value: Any) -> str:
    return str(value).strip().casefold()


def _look_up_arguments(name: str, reading: Reading) -> dict[str, Any]:
    if name == "find_customer":
        return {"email": ""}
    if name != "incident_status":
        return {}
    numbers = incident_numbers(reading.own)
    if numbers:
        return {"number": numbers[0], "topic": ""}
    said = words(reading.intent.words or reading.own)
    kept = dict.fromkeys(word for word in said if not is_stop(word, reading.language))
    return {"number": "", "topic": " ".join(list(kept)[:_TOPIC_WORDS])}
