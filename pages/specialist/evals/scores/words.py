"""Scores in words: rates, stretches of days, judges by their titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.evals import Point, judge_words, subject_words
from core.statistics import Rate

STEPS = {1: "Day", 7: "Week", 28: "Four weeks"}
UNKNOWN = {"theme": "no theme yet", "product": "none known", "build": "without a draft", "channel": "none"}


@dataclass(frozen=True, slots=True)
class Names:
    """How classifiers and builds are called."""

    titles: Mapping[str, str]

    def judge(self, name: str) -> str:
        """A judge as people know it."""
        return self.titles.get(name) or judge_words(name)


def line_words(by: str, name: str) -> str:
    """The value a score is split by, as it is shown."""
    if not name:
        return UNKNOWN.get(by, "")
    return name[:7] if by == "build" else name


def stretch_words(start: date, end: date) -> str:
    """Days in few words: "3 Nov", "3 to 9 Nov", "28 Sep to 4 Oct"."""
    if start == end:
        return f"{start:%-d %b}"
    first = f"{start:%-d}" if (start.year, start.month) == (end.year, end.month) else f"{start:%-d %b}"
    return f"{first} to {end:%-d %b}"


def percent_words(rate: Rate) -> str:
    """ "84 %, 82 to 86"."""
    return f"{_round(rate.estimate)} %, {interval_words(rate)}"


def interval_words(rate: Rate) -> str:
    """ "82 to 86"."""
    return f"{_round(rate.low)} to {_round(rate.high)}"


def total_words(point: Point, subject_type: str) -> str:
    """ "**84 %** of 1,240 replies, 82 to 86"."""
    rate = point.rate
    counted = subject_words(subject_type)
    if subject_type not in ("conversation",) and point.clusters != point.n:
        counted = f"{counted} in {point.clusters:,} conversations"
    return f"**{_round(rate.estimate)} %** of {point.n:,} {counted}, {interval_words(rate)}"


def _round(share: float) -> str:
    """A share as a percentage, with a digit more where whole ones would say 0 or 100."""
    value = 100 * share
    if 0 < value < 1 or 99 < value < 100:
        return f"{value:.1f}"
    return f"{value:.0f}"
