"""What somebody must judge, and what nobody here can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evals.expecting.folding import quoted
from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
)

STRONG = "strong"


@expectation("criterion")
class ByCriterion(Expectation):
    """A question about the reply, answered by graders or people."""

    title = "Is judged"
    hint = "A question about the reply, and the answers that are right. Graders answer it, or people."
    fields = (
        ExpectationField("criterion", "Question", "criterion", required=True),
        ExpectationField(
            "answers", "Right answers", "answers", required=True, hint="Each of these is right."
        ),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:
        """“Is it polite?”: “yes”."""
        question = f"“{titles.get(given['criterion'], given['criterion'])}”"
        wanted, other = wanted_answers(given)
        if wanted:
            return f"{question} is answered {quoted(wanted, joined='or')}"
        return (
            f"{question} has a good answer, not {quoted(other, joined='or')}"
            if other
            else f"{question} has a good answer"
        )

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:  # noqa: ARG002
        """Graders do that, see :mod:`core.evals.grading`."""
        return Checked(None, error=f"No grader answers “{given['criterion']}”.")


@expectation("unsupported")
class Unsupported(Expectation):
    """An assertion of another tool, kept as it was."""

    title = "From elsewhere"
    hint = "Another tool's check that has no counterpart here. It is kept, exported again, and never graded."
    fields = (
        ExpectationField("from", "Where it is from", "text", default=""),
        ExpectationField("assertion", "What it says there", "any"),
    )
    offered = False

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """“javascript” of promptfoo, which cannot be graded here."""
        assertion = given.get("assertion")
        named = assertion.get("type") if isinstance(assertion, Mapping) else None
        origin = f" of {given['from']}" if given.get("from") else ""
        return f"“{named or 'A check'}”{origin}, which cannot be graded here"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:  # noqa: ARG002
        """Say so; it does not count."""
        return Checked(None, error="This cannot be graded here.", counts=False)


def wanted_answers(given: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The answers a criterion expectation names: right ones, and those a weak flag found wrong.

    Where the first list is empty, the good answers of the criterion are right.
    """
    if given.get("answers"):
        return [str(each) for each in given["answers"]], []
    answer = [str(given["answer"])] if given.get("answer") else []
    strength = given.get("strength")
    if strength is None or strength == STRONG:
        return answer, []
    return [], answer
