"""What an answer may cost, and how long it may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
)


@expectation("cost")
class Cost(Expectation):
    """The most it may cost."""

    title = "Costs at most"
    hint = "What the model's calls for this answer may cost. Models without a known price cost nothing here."
    fields = (
        ExpectationField("at_most", "US dollars", "number", required=True, low=0.0, hint="For example 0.01."),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Costs at most $0.01."""
        return f"Costs at most ${given['at_most']:g}"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Compare the cost."""
        output = answered.output
        answer, wanted = f"${output.cost:.4g}", f"at most ${given['at_most']:g}"
        return Checked(output.cost <= given["at_most"], f"It cost {answer}.", answer=answer, wanted=wanted)


@expectation("latency")
class Latency(Expectation):
    """The longest it may take."""

    title = "Takes at most"
    hint = "From the question to the finished answer, waiting for a busy server included."
    fields = (
        ExpectationField(
            "at_most_ms",
            "Milliseconds",
            "number",
            required=True,
            low=0.0,
            from_low=False,
            hint="For example 3000.",
        ),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Takes at most 3,000 ms."""
        return f"Takes at most {given['at_most_ms']:,g} ms"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Compare the time."""
        output = answered.output
        answer, wanted = f"{output.milliseconds:,.0f} ms", f"at most {given['at_most_ms']:,g} ms"
        within = output.milliseconds <= given["at_most_ms"]
        return Checked(within, f"It took {answer}.", answer=answer, wanted=wanted)
