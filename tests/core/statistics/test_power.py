"""How many pairs: inverse of power, published figures, and what simulation finds."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.evals.simulating import simulated_power
from core.statistics import paired_power, pairs_needed


@pytest.mark.parametrize("difference", [0.02, -0.05, 0.1, 0.3])
@pytest.mark.parametrize("spread", [0.0, 0.1, 0.4, 2.5])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_so_many_are_enough_and_one_fewer_is_not(difference: float, spread: float, power: float) -> None:
    needed = pairs_needed(difference, spread, power=power)
    assert paired_power(needed, difference, spread) >= power - 1e-9
    assert paired_power(needed - 1, difference, spread) < power


def test_connors_own_example_with_the_correction() -> None:
    """Without correction, 5 points at 12.5 % and 25 % discordance take 388 and 782 pairs (Connor's formula)."""
    for spread, plain in ((0.125, 388), (0.25, 782)):
        needed = pairs_needed(0.05, spread)
        root = 1.959964 * np.sqrt(spread) + 0.841621 * np.sqrt(spread - 0.05**2)
        assert np.ceil((root / 0.05) ** 2) == pytest.approx(plain, abs=2)
        assert plain < needed < plain + 2 / 0.05


@pytest.mark.parametrize(("difference", "discordance"), [(0.05, 0.15), (0.1, 0.2), (0.1, 0.4)])
def test_simulation_finds_the_power_that_was_planned(difference: float, discordance: float) -> None:
    needed = pairs_needed(difference, discordance)
    found = simulated_power(needed, difference, discordance, rounds=600, seed=5)
    assert 0.75 <= found <= 0.87


@pytest.mark.parametrize(
    ("difference", "spread", "power"), [(0, 0.1, 0.8), (1.2, 1, 0.8), (0.1, -1, 0.8), (0.1, 0.2, 1.0)]
)
def test_what_makes_no_sense(difference: float, spread: float, power: float) -> None:
    with pytest.raises(ValueError, match=r"out of range|must be"):
        pairs_needed(difference, spread, power=power)


def test_no_pairs_show_nothing() -> None:
    assert paired_power(0, 0.1, 0.2) == 0.0
