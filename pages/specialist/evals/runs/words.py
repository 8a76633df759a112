"""Runs in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evals import RunProgress, RunSummary, expectation_kinds
from pages.specialist.classifiers.history.words import dollars, duration

STATES = {
    "planned": "Begins in a moment",
    "running": "Under way",
    "stopping": "Stopping",
    "stopped": "Stopped",
    "finished": "Finished",
    "failed": "Broke off",
}
COLORS = {
    "planned": "gray",
    "running": "blue",
    "stopping": "gray",
    "stopped": "orange",
    "finished": "green",
    "failed": "red",
}
OUTCOMES = {
    "failed": "Failed",
    "error": "No answer",
    "unclear": "Not graded",
    "passed": "Passed",
    "open": "Waiting",
}
TARGETS = {"assist": "The whole assistant", "model": "The model alone"}
DECISIONS = {
    "answer": "Answers",
    "abstain": "Does not answer",
    "escalate": "Hands over",
    "waiting": "Waits for an approval",
}
ERRORS = {
    "provider": "The model failed",
    "access": "The service refused",
    "malformed": "The answer cannot be used",
    "case": "The case cannot be asked",
    "lost": "It was lost",
}
_MODELS = {"offline": "Offline model"}


def suite_words(summary: RunSummary) -> str:
    """ "Core, version 3"."""
    return f"{summary.suite.title}, version {summary.version}"


def build_words(summary: RunSummary) -> str:
    """What was asked: "shorter-replies", "Offline model", "openai/gpt-x alone"."""
    model = _MODELS.get(summary.model, summary.model) or "Build of then"
    if summary.candidate:
        return f"{summary.candidate} ({model})"
    return f"{model} alone" if summary.run.target == "model" else model


def state_words(summary: RunSummary) -> str:
    """ "Under way, 43 %"."""
    words = STATES[summary.run.state]
    share = summary.progress.share
    return words if summary.run.state in ("finished", "planned") else f"{words}, {100 * share:.0f} %"


def score_words(summary: RunSummary) -> str:
    """ "84 % (77 to 91)" of a finished run, else nothing."""
    return rate_words(summary.run.scores.get("passed") or {})


def rate_words(rate: Mapping[str, Any]) -> str:
    """A stored rate: "84 % (77 to 91)"; empty where there is none."""
    if not rate.get("n"):
        return ""
    return f"{100 * rate['estimate']:.0f} % ({100 * rate['low']:.0f} to {100 * rate['high']:.0f})"


def name_words(name: str) -> str:
    """What a grade is counted by: the title of a kind of expectation, or a criterion's name in words."""
    titles = {each.kind: each.title for each in expectation_kinds()}
    return titles.get(name) or name.replace("_", " ")


def pace_words(found: RunProgress) -> str:
    """How far and how long: "431 of 1,000 done, about 2 minutes left"."""
    done = f"{found.done:,} of {found.total:,} done"
    if found.seconds_left is not None and found.done < found.total:
        return f"{done}, about {duration(found.seconds_left)} left"
    return done


def cost_words(found: RunProgress) -> str:
    """ "$0.40 of about $1.20, at most $2.00"."""
    words = dollars(found.cost)
    if found.active and found.expected_cost and found.expected_cost > found.cost:
        words += f" of about {dollars(found.expected_cost)}"
    return words if found.budget is None else f"{words}, at most {dollars(found.budget)}"
