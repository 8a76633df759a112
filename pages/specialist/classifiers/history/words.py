"""Durations, costs and parts of history in plain words."""

from __future__ import annotations

from core.classifiers import BacktestEstimate
from core.classifiers.tables import Backtest
from pages.widgets.labels import CHANNELS, language

PLURALS = {"conversation": "conversations", "message": "customer messages", "reply": "replies"}


def duration(seconds: float) -> str:
    """ "under a second", "40 seconds", "12 minutes", "3.5 hours", "2 days"; rounded as far as it is known."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds" if seconds >= 1.5 else "a second"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 86400:.0f} days"


def dollars(cost: float | None) -> str:
    """ "free", "under $0.01", "$12.30"; None: no price is known."""
    if cost is None:
        return "a price nobody set"
    if cost == 0:
        return "free"
    return f"${cost:,.2f}" if cost >= 0.01 else "under $0.01"


def estimate_words(estimate: BacktestEstimate, subject_type: str) -> str:
    """What a backtest would take, in one or two sentences."""
    what = f"{estimate.total:,} {PLURALS[subject_type]}"
    cost = (
        "Nothing is paid for it."
        if estimate.cost == 0
        else f"It costs about {dollars(estimate.cost)}."
        if estimate.cost is not None
        else "What it costs cannot be said: set RATCHET_MODEL_PRICE_INPUT and RATCHET_MODEL_PRICE_OUTPUT."
    )
    return f"{what}: {'' if estimate.seconds < 1 else 'about '}{duration(estimate.seconds)}. {cost}"


def scope_words(backtest: Backtest) -> str:
    """Which part of history: "all of history", "since 3 Mar 2026, Chat"."""
    parts = []
    if backtest.since is not None:
        parts.append(f"since {backtest.since.day} {backtest.since:%b %Y}")
    if backtest.channel:
        parts.append(CHANNELS.get(backtest.channel, backtest.channel))
    if backtest.locale:
        parts.append(language(backtest.locale))
    return ", ".join(parts) or "all of history"
