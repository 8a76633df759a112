"""How many pairs show a difference, and how likely so many show it."""

from __future__ import annotations

import math

from scipy.special import ndtr, ndtri

from core.statistics.rates import check_level, normal_quantile


def pairs_needed(difference: float, spread: float, *, power: float = 0.8, level: float = 0.95) -> int:
    """Pairs with which a true difference is found with this power, two-sided.

    ``n = ((a + sqrt(a^2 + 4 d)) / (2 d))^2`` with ``a = z sqrt(s) + z' sqrt(s - d^2)``: Connor's formula
    with the continuity correction that an exact test amounts to.

    Source: Miettinen 1968, Biometrics 24:339-352; Connor 1987, Biometrics 43:207-211; correction Edwards
    1948, Psychometrika 13:185-187.

    Args:
        difference: -1 to 1, not 0.
        spread: mean squared difference of pairs: of yes and no the share that changes. Where conversations
            repeat, times their design effect.
        power: chance to find it, between 0 and 1.
        level: of the interval that must leave out 0.

    Raises:
        ValueError: an argument is out of range.
    """
    size, spread = _checked(difference, spread, level)
    if not 0.5 <= power < 1:
        raise ValueError(f"power {power}: must be from 0.5 to below 1")
    root = normal_quantile(level) * math.sqrt(spread) + float(ndtri(power)) * math.sqrt(spread - size**2)
    return math.ceil(((root + math.sqrt(root**2 + 4 * size)) / (2 * size)) ** 2 - 1e-9)


def paired_power(n: int, difference: float, spread: float, *, level: float = 0.95) -> float:
    """The chance that ``n`` pairs show a true difference; the inverse of :func:`pairs_needed`.

    Raises:
        ValueError: an argument is out of range.
    """
    size, spread = _checked(difference, spread, level)
    if n < 1:
        return 0.0
    reach = size * math.sqrt(n) - 1 / math.sqrt(n) - normal_quantile(level) * math.sqrt(spread)
    rest = math.sqrt(spread - size**2)
    return float(ndtr(reach / rest)) if rest > 0 else float(reach > 0)


def _checked(difference: float, spread: float, level: float) -> tuple[float, float]:
    """The size of the difference, and a spread that it is possible with."""
    check_level(level)
    size = abs(difference)
    if not 0 < size <= 1 or not spread >= 0:
        raise ValueError(f"difference {difference}, spread {spread}: out of range")
    return size, max(spread, size**2)
