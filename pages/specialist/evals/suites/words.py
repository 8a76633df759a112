"""Kinds of suites and figures of their runs in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evals import SuiteSummary

KINDS = {"smoke": "Smoke", "core": "Core", "theme": "Theme", "other": "Other"}
KIND_HINTS = {
    "smoke": "A few cases, run before every change.",
    "core": "What must always work.",
    "theme": "Everything about one theme.",
    "other": "Anything else.",
}
RUN_STATES = {
    "planned": "Starts soon",
    "running": "Running",
    "stopping": "Stopping",
    "stopped": "Stopped",
    "failed": "Failed",
}


def cases_words(summary: SuiteSummary) -> str:
    """ "40"; "38 of 40" where some are not accepted yet."""
    if summary.accepted == summary.cases:
        return f"{summary.cases:,}"
    return f"{summary.accepted:,} of {summary.cases:,}"


def run_words(summary: SuiteSummary) -> str:
    """The score of the newest run, or where it stands; empty when there is none."""
    run = summary.last_run
    if run is None:
        return ""
    return score_words(run.scores) or RUN_STATES.get(run.state, run.state.capitalize())


def score_words(scores: Mapping[str, Any]) -> str:
    """ "86 % (74 to 93) of 40"; empty where no score is kept."""
    passed = scores.get("passed")
    if not isinstance(passed, Mapping) or not passed.get("n"):
        return ""
    estimate, low, high = (100 * passed[name] for name in ("estimate", "low", "high"))
    return f"{estimate:.0f} % ({low:.0f} to {high:.0f}) of {int(passed['n']):,}"
