"""One figure with everything a reader must know before believing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.statistics import Rate, clustered_rate, too_few


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its interval, what it was counted on, and how that was drawn.

    Attributes:
        label: what it is of, such as a week, a source or a question.
        rate: None where what was found must not be called a rate.
        n: observations.
        clusters: conversations they come from; observations of one conversation resemble each other.
        sample: how they came to be looked at, in words.
        probability: whether ``rate`` speaks for all of what ``sample`` names. Where it is False and there
            is a rate all the same, it speaks only for those who answered.
        warning: what keeps the figure from being taken at its face; empty when nothing does.
        what: which answers are counted.
        found: what was found, in words, where that is no rate.
    """

    label: str
    rate: Rate | None
    n: int
    clusters: int
    sample: str
    probability: bool
    warning: str = ""
    what: str = ""
    found: str = ""


def clustered_counts(counts: Mapping[tuple[int, int], int], *, level: float = 0.95) -> Rate:
    """The clustered rate of a histogram: (observations, hits) of a conversation -> how many are like it.

    A million conversations need some hundred entries; they are unfolded here, not in the database.
    """
    kinds = [(size, hits, times) for (size, hits), times in counts.items() if size and times]
    table = np.array(kinds, dtype=np.int64).reshape(-1, 3)
    sizes = np.repeat(table[:, 0], table[:, 2])
    hits = np.repeat(table[:, 1], table[:, 2])
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(clusters)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return clustered_rate(place < np.repeat(hits, sizes), clusters, level=level)


def counted(
    label: str, counts: Mapping[tuple[int, int], int], *, sample: str, what: str = "", warning: str = ""
) -> Estimate:
    """An estimate from a complete count, by conversation; see :func:`clustered_counts`."""
    rate = clustered_counts(counts)
    clusters = sum(times for (size, _), times in counts.items() if size)
    few = too_few(rate)
    return Estimate(
        label, rate, rate.n, clusters, sample, True, " ".join(filter(None, [few, rate.note, warning])), what
    )
