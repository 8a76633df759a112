"""How many observations a rate needs before it says enough."""

from __future__ import annotations

import math

from core.statistics.rates import check_level, normal_quantile


def labels_needed(rate: float, half_width: float, design_effect: float = 1.0, *, level: float = 0.95) -> int:
    """Observations from which Wilson's interval of this rate is no wider than wanted, to either side.

    Wilson's half width, solved for ``n`` (a quadratic in ``quantile**2 / n``).

    Args:
        rate: what is expected, 0 to 1.
        half_width: half of the interval's width, such as 0.1 for ten points to either side.
        design_effect: observations for the worth of one independent one, at least 1.
        level: between 0 and 1.

    Raises:
        ValueError: an argument is out of range.
    """
    check_level(level)
    if not 0 <= rate <= 1 or not 0 < half_width < 0.5 or not design_effect >= 1:
        raise ValueError(f"rate {rate}, half width {half_width}, design effect {design_effect}: out of range")
    squared = half_width**2
    linear, quadratic = rate * (1 - rate) - 2 * squared, 0.25 - squared
    ratio = (-linear + math.sqrt(linear**2 + 4 * quadratic * squared)) / (2 * quadratic)
    independent = math.ceil(normal_quantile(level) ** 2 / ratio - 1e-9)
    return math.ceil(independent * design_effect - 1e-9)
