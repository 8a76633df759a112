"""Picks what of the results of tools, earlier actions and the rep's answers goes into a reply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.llm.offline.decide import Verdict
from core.llm.offline.reading import Reading
from core.llm.offline.tools.arguments import amounts, incident_numbers, invoice_numbers, says_twice
from core.llm.offline.tools.intents import EFFECTS
from core.llm.offline.tools.plan import Step, look_up_failed
from core.llm.offline.tools.records import subscription
from core.llm.offline.tools.results import ToolResult
from core.llm.offline.words import fold, language_by_words
from core.llm.output import Cite, DraftSentence

_MOST = 3
_TOPICS_OF = {
    "list_invoices": ("charge", "invoice"),
    "list_payments": ("charge", "refund", "payment", "standing"),
    "get_subscription": ("plan", "standing"),
    "incident_status": ("incident",),
    "refund_invoice": ("refund",),
    "resend_invoice": ("invoice",),
    "change_plan": ("plan",),
    "extend_trial": ("plan",),
    "open_incident": ("incident",),
}
_STOPPED = ("suspended", "paused", "blocked")
_ABOUT_TWICE = re.compile(r"\btwice\b|doppelt|dos veces|\bduplicad")
_ABOUT_FAILURE = re.compile(r"\bfailed\b|\bdeclined\b|fehlgeschlagen|abgelehnt|\bfallo\b|rechazad")
_ABOUT_REFUND = re.compile(r"refund|erstatt|ruckzahl|gutschrift|reembols|devol|returned|zuruck")
_SURE_OF_EFFECT = 0.85
_SURE_OF_MATCH = 0.75
_SURE_OF_LOOK_UP = 0.6
_SURE_OF_ANSWER = 0.8


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that stands in a source with that label."""

    label: str
    text: str

    def sentence(self, *, first: bool) -> DraftSentence:
        text = f"\n\n{self.text}" if first else self.text
        return DraftSentence(text=text, cites=[Cite(passage=self.label, quote=self.text)])


@dataclass(frozen=True, slots=True)
class Findings:
    """What can be told besides passages, how sure that is what was asked, or why nothing can."""

    told: tuple[Told, ...] = ()
    sure: float = 0.0
    verdict: Verdict | None = None


def findings(reading: Reading, step: Step) -> Findings:
    """What to tell from tools, after the last step."""
    if step.settled is not None:
        return _settled(step.settled, reading)
    if step.verdict is not None:
        return Findings(verdict=step.verdict)
    topics = set(reading.intent.topics)
    asked = [
        each
        for each in (*reading.case.actions, *reading.case.tools)
        if topics & set(_TOPICS_OF.get(each.name, ()))
    ]
    if not asked:
        return Findings()
    told = _relevant(list(_in_language(asked, reading.language)), reading)
    if told and not beside_the_point(told, reading):
        return Findings(tuple(told), _SURE_OF_MATCH if _named(reading) else _SURE_OF_LOOK_UP)
    failed = next((each for each in asked if not each.done and each.name not in EFFECTS), None)
    if failed is not None:
        return Findings(verdict=look_up_failed(failed))
    if not any(each in reading.case.tools for each in asked):
        return Findings()
    return Findings(
        verdict=Verdict(
            "abstain",
            "needs_tool",
            f"The look-ups show nothing that answers the customer ({seen(asked)}). "
            "What should the reply say?",
        )
    )


def seen(results: Sequence[ToolResult]) -> str:
    """What look-ups showed, for the rep."""
    return "; ".join(
        f"{each.name.replace('_', ' ')}: {each.summary or 'nothing that fits'}"
        for each in results
        if each.done
    )


def beside_the_point(told: Sequence[Told], reading: Reading) -> bool:
    """Whether it only repeats what the account holds, while what the customer asks stays open.

    The last invoice is no answer to "Why?", unless the customer names it, its amount, or a double
    payment that it shows.
    """
    if "standing" in reading.intent.topics:
        return False
    if reading.request.nudged:
        return not _named(reading) and reading.intent.topics != ("refund",)
    if "charge" not in reading.intent.topics or _named(reading):
        return False
    return not any(_ABOUT_TWICE.search(fold(each.text)) for each in told)


def _why_stopped(told: list[Told], reading: Reading) -> list[Told]:
    """That the account is suspended and which payment failed; nothing where the records say otherwise."""
    if str(subscription(reading.case.tools).get("status", "")).lower() not in _STOPPED:
        return []
    labels = {each.label for each in reading.case.tools if each.name == "get_subscription"}
    return [each for each in told if each.label in labels or _ABOUT_FAILURE.search(fold(each.text))][:_MOST]


def answers_told(reading: Reading) -> Findings:
    """Sentences of the rep's answers that are in the language of the reply."""
    told: list[Told] = []
    for answer in reading.case.answers:
        if answer.language == reading.language:
            told += [Told(answer.label, each) for each in answer.sentences() if each in answer.answer]
    return Findings(tuple(told), _SURE_OF_ANSWER if told else 0.0)


def _settled(result: ToolResult, reading: Reading) -> Findings:
    what = _called(result)
    if result.done:
        told = tuple(_in_language([result], reading.language))
        if told:
            return Findings(told, _SURE_OF_EFFECT)
        return Findings(
            verdict=Verdict(
                "abstain",
                "needs_tool",
                f"{what} was done ({result.summary or 'no details'}). What should the reply say?",
            )
        )
    said = f": “{result.reason}”" if result.reason else ""
    if result.status == "rejected":
        return Findings(
            verdict=Verdict(
                "abstain", "policy", f"{what} was rejected{said}. What should the reply say instead?"
            )
        )
    if result.status == "waiting":
        return Findings(
            verdict=Verdict("abstain", "needs_tool", f"{what} waits for a decision. Is it to be carried out?")
        )
    if result.status == "unknown":
        return Findings(
            verdict=Verdict(
                "abstain", "needs_tool", f"It is not known whether this happened: {what}{said}. Has it?"
            )
        )
    return Findings(
        verdict=Verdict(
            "abstain", "needs_tool", f"{what} failed{said}. Nothing was changed; what should the reply say?"
        )
    )


def _called(result: ToolResult) -> str:
    """The call in words for the rep: name and arguments but for the long ones."""
    shown = ", ".join(
        f"{name} {value}" for name, value in list(result.arguments.items())[:4]
        if name not in ("reason", "description") and value not in (None, "") and len(str(value)) <= 80
    )  # fmt: skip
    title = result.name.replace("_", " ").capitalize()
    return f"{title} ({shown})" if shown else title


def _in_language(results: Sequence[ToolResult], language: str) -> Iterator[Told]:
    seen: set[str] = set()
    for result in results:
        for text in result.statements if result.done else ():
            if language_by_words(text) in ("", language) and text not in seen:
                seen.add(text)
                yield Told(result.label, text)


def _named(reading: Reading) -> set[str]:
    """Invoices, incidents and amounts that the customer names."""
    own = reading.own
    return {*invoice_numbers(own), *incident_numbers(own), *(f"{each:.2f}" for each in amounts(own))}


def _relevant(told: list[Told], reading: Reading) -> list[Told]:
    """At most three: those about what the customer names, else the first ones of the topic."""
    if "standing" in reading.intent.topics:
        return _why_stopped(told, reading)
    if "charge" in reading.intent.topics and says_twice(reading.own):
        twice = [each for each in told if _ABOUT_TWICE.search(fold(each.text))]
        told = twice or told
    if reading.intent.topics == ("refund",):
        told = [each for each in told if _ABOUT_REFUND.search(fold(each.text))]
    named = _named(reading)
    if not named:
        return told[:_MOST]
    fitting = [
        each
        for each in told
        if named
        & {
            *invoice_numbers(each.text),
            *incident_numbers(each.text),
            *(f"{a:.2f}" for a in amounts(each.text)),
        }
    ]
    if fitting or invoice_numbers(reading.own) or amounts(reading.own):
        return fitting[:_MOST]
    return told[:_MOST]
