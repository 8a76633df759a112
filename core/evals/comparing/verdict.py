"""Better, worse or unclear, in one sentence, or why there is no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.evals.comparing.answers import ACTIVE, RunAnswers
from core.evals.comparing.pairing import Pairs
from core.statistics import PairedDifference, pairs_needed

VerdictWord = Literal["better", "worse", "unclear", "no verdict"]
SMALLEST = 0.02
"""The difference worth finding, where a smaller one is seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """On the later run. ``needed``: about so many more cases would tell; 0 where none are wanted."""

    word: VerdictWord
    words: str
    needed: int = 0


def give_verdict(
    before: RunAnswers, after: RunAnswers, pairs: Pairs, found: PairedDifference, *, smallest: float
) -> Verdict:
    """The verdict on all pairs."""
    if why := _why_none(before, after, pairs):
        return Verdict("no verdict", why)
    basis = f"{found.n:,} case{'s' if found.n != 1 else ''}"
    if found.clusters < found.n:
        basis += f" of {found.clusters:,} conversation{'s' if found.clusters != 1 else ''}"
    of = f"Of {basis}, {found.up:,} got better and {found.down:,} worse"
    points = f"{_signed(found.difference)} points {_interval(found)}"
    if found.direction != "unclear":
        return Verdict(found.direction, f"{found.direction.capitalize()}: {points}. {of}.")
    seen = abs(found.difference) >= smallest
    needed = max(1, pairs_needed(found.difference if seen else smallest, found.spread) - found.n)
    if max(-found.low, found.high) <= smallest:
        return Verdict("unclear", f"No difference worth speaking of: {points}. {of}.")
    what = "whether that is chance" if seen else f"a difference of {100 * smallest:g} points"
    return Verdict(
        "unclear", f"Too few cases to tell: {points}. {of}; about {needed:,} more would show {what}.", needed
    )


def _why_none(before: RunAnswers, after: RunAnswers, pairs: Pairs) -> str:
    for answers in (before, after):
        if answers.run.state in ACTIVE:
            return f"No verdict yet: run {answers.run.key} has not finished."
    for answers in (before, after):
        if answers.error_share > answers.most_errors:
            results = "1 result" if answers.errors == 1 else f"{answers.errors:,} results"
            return (
                f"No verdict: {results} of run {answers.run.key} "
                f"({100 * answers.error_share:.1f} %) could not be answered or graded, more than the "
                f"{100 * answers.most_errors:g} % allowed. Retry its errors first."
            )
    if len(pairs):
        return ""
    if pairs.left_out.total:
        return f"No verdict: no case can be compared ({pairs.left_out.words})."
    return "No verdict: neither run has a case."


def _interval(found: PairedDifference) -> str:
    return f"({_signed(found.low)} to {_signed(found.high)}, {100 * found.level:g} % interval)"


def _signed(share: float) -> str:
    """ "+1.3", "−0.4", in points."""
    return f"{100 * share:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0").replace("-", "−")
