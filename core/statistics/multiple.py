"""P-values that are read together."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p-value adjusted for all of them: below 0.05 at most once in 20 where nothing is true.

    Source: Holm 1979, Scandinavian Journal of Statistics 6:65-70. The same figures as statsmodels'
    ``multipletests(method="holm")``.
    """
    adjusted, least, left = [0.0] * len(p_values), 0.0, len(p_values)
    for place in sorted(range(len(p_values)), key=p_values.__getitem__):
        least = max(least, min(1.0, left * p_values[place]))
        adjusted[place], left = least, left - 1
    return adjusted
