"""What a run came to so far, as a row of figures."""

from __future__ import annotations

import streamlit as st

from core.evals import RunSummary
from pages.specialist.evals.runs.words import rate_words
from pages.widgets.style import escape


def draw(summary: RunSummary) -> None:
    """Counts at once; the rate with its interval when the run has finished."""
    found, scores = summary.progress, summary.run.scores
    passed = rate_words(scores.get("passed") or {})
    powers = scores.get("powers") or {}
    whole = rate_words(powers.get(str(summary.run.repeats)) or {}) if summary.run.repeats > 1 else ""
    figures = [
        ("Passed", f"{found.passed:,}", passed or None, "With its 95 % interval, clustered by conversation."),
        ("Failed", f"{found.failed:,}", None, "At least one expectation is not met."),
        ("No answer", f"{found.errors:,}", None, "The model or the case failed. Counted, and never dropped."),
        ("Not graded", f"{found.unclear:,}", None, "Answered, but a grader failed."),
    ]
    if whole:
        figures.append(("Passed every time", whole.partition(" (")[0], whole, "All repeats of a case pass."))
    columns = st.columns(len(figures))
    for column, (label, value, below, help_text) in zip(columns, figures, strict=True):
        column.metric(
            label,
            value,
            delta=below,
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=help_text,
            height="stretch",
        )
    if scores.get("advisory"):
        st.caption(
            escape(
                "No person has vouched yet for "
                + ", ".join(str(each) for each in scores["advisory"])
                + ": read these scores as advice. The tab Judges shows how to change that."
            )
        )
