"""Directions, groups and figures of a comparison in plain words."""

from __future__ import annotations

from core.evals import CRITERION, GroupDifference, RunChoice, expectation_kinds
from core.statistics import Change, PairedDifference
from pages.specialist.evals.cases.words import theme_words
from pages.widgets.labels import CHANNELS, language
from pages.widgets.times import moment

DIRECTIONS = {"better": "Better", "worse": "Worse", "unclear": "Unclear"}
DIMENSIONS = {
    CRITERION: "Criterion",
    "tag": "Tag",
    "theme": "Theme",
    "channel": "Channel",
    "locale": "Language",
    "critical": "Critical",
}
DECISIONS = {
    "answer": "Answers",
    "abstain": "Abstains",
    "escalate": "Escalates",
    "waiting": "Waits for approval",
}


def run_words(run: RunChoice, time_zone: str) -> str:
    """ "Run 12, Core v3, Today 14:02, 81 % passed, shorter-answers"."""
    parts = [f"Run {run.run_id}", f"{run.suite_title} v{run.suite_version}", moment(run.at, time_zone)]
    if run.passed is not None:
        parts.append(f"{100 * run.passed:.0f} % passed")
    if run.state != "finished":
        parts.append(run.state)
    what = run.candidate or run.note or (f"build {run.build_id[:8]}" if run.build_id else "")
    return ", ".join([*parts, what] if what else parts)


def named(dimension: str, name: str, questions: dict[str, str]) -> str:
    """A criterion's question, a kind's title, or the group as people say it."""
    if dimension == CRITERION:
        return questions.get(name) or _KINDS.get(name) or name
    if dimension == "channel":
        return CHANNELS.get(name, name)
    if dimension == "locale":
        return language(name)
    if dimension == "critical":
        return "Critical cases"
    return theme_words(name) if dimension == "theme" else name


def group_words(group: GroupDifference, questions: dict[str, str]) -> str:
    """What a row of the table is about."""
    return named(group.dimension, group.name, questions)


def points(found: PairedDifference) -> str:
    """ "+3.1 (−1.0 to +7.2)", in points."""
    return f"{signed(100 * found.difference)} ({signed(100 * found.low)} to {signed(100 * found.high)})"


def signed(value: float, digits: int = 1) -> str:
    """ "+3.1", "−0.4", "0.0"."""
    if round(abs(value), digits) == 0:
        return f"{0:.{digits}f}"
    return f"{value:+,.{digits}f}".replace("-", "−")


def p_words(value: float) -> str:
    """ "0.012", "< 0.001"."""
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def change_words(
    change: Change | None, *, digits: int, unit: str = "", factor: float = 1.0
) -> tuple[str, str, str]:
    """Before, after, and the difference with its interval."""
    if change is None:
        return "–", "–", "–"
    low, high = (signed(factor * each, digits) for each in (change.low, change.high))
    return (
        f"{unit}{factor * change.before:,.{digits}f}",
        f"{unit}{factor * change.after:,.{digits}f}",
        f"{signed(factor * change.difference, digits)} ({low} to {high})",
    )


_KINDS = {each.kind: each.title for each in expectation_kinds()}
