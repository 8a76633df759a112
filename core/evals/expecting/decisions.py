"""Whether the assistant answers at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.assist import REASONS
from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
    kind_of,
)
from core.evals.output import Output

ANSWER, WAITING = "answer", "waiting"
_DOES = {
    "answer": "Answers",
    "abstain": "Does not answer",
    "escalate": "Hands over to a person",
    "waiting": "Waits for an approval",
}
_DID = {
    "answer": "It answers.",
    "abstain": "It does not answer.",
    "escalate": "It hands over to a person.",
    "waiting": "It waits for somebody to approve what it proposes.",
}


@expectation("decision")
class Decision(Expectation):
    """Answer, abstain or escalate."""

    title = "Answers, or does not"
    hint = "Whether it answers, says that it cannot, or hands over to a person."
    fields = (
        ExpectationField(
            "decisions",
            "What it does",
            "choices",
            required=True,
            choices=tuple(_DOES.items()),
            hint="Each of these is right.",
        ),
        ExpectationField(
            "reason",
            "Why not",
            "choice",
            default="",
            choices=(("", "For any reason"), *REASONS.items()),
            hint="Only where it does not answer.",
        ),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Does not answer or hands over to a person."""
        does = [_DOES[each] for each in given["decisions"]]
        said = " or ".join([does[0], *(each[0].lower() + each[1:] for each in does[1:])])
        reason = given.get("reason")
        return f"{said}, because: {REASONS[reason].rstrip('.')}" if reason else said

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Compare the decision. Whoever waits for an approval has not refused to answer."""
        output = answered.output
        decisions = given["decisions"]
        fits = output.decision in decisions or (output.decision == WAITING and ANSWER in decisions)
        said = _DID.get(output.decision, f"It decides “{output.decision}”.")
        reason = given.get("reason") or ""
        if fits and reason and output.decision in ("abstain", "escalate") and output.reason != reason:
            why = REASONS.get(output.reason, output.reason or "It gives no reason.")
            return Checked(False, f"{said} Its reason is another: {why}", answer=output.reason, wanted=reason)
        return Checked(fits, said, answer=output.decision, wanted=" or ".join(decisions))


def may_be_silent(expectations: Iterable[Mapping[str, Any]], output: Output) -> bool:
    """Whether a case wants no words of this output: it is to abstain, or to wait with what it proposes."""
    for each in expectations:
        if kind_of(each) == "decision" and output.decision in each.get("decisions", ()):
            return output.decision != ANSWER
        if kind_of(each) == "proposes" and output.decision == WAITING:
            return True
    return False
