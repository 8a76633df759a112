"""Figures in few words."""

from __future__ import annotations

from core.reporting import Estimate


def percent(share: float) -> str:
    """0.864 as "86.4%"."""
    return f"{100 * share:.1f}%"


def middle(estimate: Estimate) -> str:
    """The rate, or a dash where there is none."""
    return percent(estimate.rate.estimate) if estimate.rate and estimate.n else "–"


def interval(estimate: Estimate) -> str:
    """ "85.9 to 86.8%", empty where there is no rate."""
    rate = estimate.rate
    return f"{100 * rate.low:.1f} to {100 * rate.high:.1f}%" if rate and estimate.n else ""


def bracketed(estimate: Estimate) -> str:
    """ "86.4% (85.9 to 86.8%)"."""
    return f"{middle(estimate)} ({interval(estimate)})" if interval(estimate) else middle(estimate)
