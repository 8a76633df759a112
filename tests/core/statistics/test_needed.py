"""How many labels a rate needs."""

from __future__ import annotations

import pytest

from core.statistics import labels_needed, wilson_rate


@pytest.mark.parametrize("rate", [0.0, 0.5, 0.8, 0.97, 1.0])
@pytest.mark.parametrize("half_width", [0.02, 0.1, 0.2])
def test_so_many_are_enough_and_one_fewer_is_not(rate: float, half_width: float) -> None:
    needed = labels_needed(rate, half_width)

    def half(n: int) -> float:
        found = wilson_rate(rate * n, n)
        return (found.high - found.low) / 2

    assert half(needed) <= half_width + 1e-12
    assert half(needed - 1) > half_width


def test_clusters_need_as_many_times_more() -> None:
    assert labels_needed(0.8, 0.05, 2.5) == pytest.approx(2.5 * labels_needed(0.8, 0.05), abs=1)


@pytest.mark.parametrize(
    ("rate", "half_width", "effect"), [(1.1, 0.1, 1), (0.5, 0, 1), (0.5, 0.5, 1), (0.5, 0.1, 0.5)]
)
def test_what_makes_no_sense(rate: float, half_width: float, effect: float) -> None:
    with pytest.raises(ValueError, match="out of range"):
        labels_needed(rate, half_width, effect)
