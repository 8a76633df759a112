"""When a figure rests on too little to say anything."""

from __future__ import annotations

from core.statistics.agreement import Kappa
from core.statistics.rates import Rate

FEWEST = 30
WIDEST_RATE, WIDEST_KAPPA = 0.30, 0.40


def too_few(figure: Rate | Kappa) -> str:
    """A plain warning when there are too few observations to say much; empty when there are enough.

    Too few is fewer than 30 (independent ones, where conversations repeat), or so few that the interval
    is wider than 30 points of a rate or 0.4 of a kappa.
    """
    things, widest = ("judgements", WIDEST_RATE) if isinstance(figure, Rate) else ("pairs", WIDEST_KAPPA)
    if not figure.n:
        return f"There are no {things} yet."
    if figure.n < FEWEST:
        only = f"Only {figure.n} {things}" if figure.n > 1 else f"Only one {things[:-1]}"
        return f"{only}: too few to say. From {FEWEST} on the figure begins to mean something."
    if isinstance(figure, Rate) and figure.effective_n < FEWEST:
        return (
            f"{figure.n} judgements, but they come from few conversations and are worth about "
            f"{figure.effective_n:.0f} independent ones: too few to say."
        )
    if isinstance(figure, Kappa) and figure.kappa is None:
        return ""
    if figure.high - figure.low > widest:
        return f"{figure.n} {things} leave a wide interval: read its ends, not the middle."
    return ""
