"""How many pairs: inverse of power, published figures, and what simulation finds."""

from __future__ import annotations

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


@pytest.mark.parametrize(("discordance", "plain"), [(0.1, 312), (0.2, 626)])
def test_the_correction_adds_about_two_over_the_difference(discordance: float, plain: int) -> None:
    """Connor's formula without it: 312 and 626 pairs for five points."""
    assert pairs_needed(0.05, discordance) == pytest.approx(plain + 2 / 0.05, abs=2)


@pytest.mark.parametrize(("difference", "discordance"), [(0.05, 0.15), (0.1, 0.2), (0.1, 0.4)])
def test_simulation_finds_the_power_that_was_planned(difference: float, discordance: float) -> None:
    needed = pairs_needed(difference, discordance)
    found = simulated_power(needed, difference, discordance, rounds=400, seed=5)
    assert 0.74 <= found <= 0.88


@pytest.mark.parametrize(
    ("difference", "spread", "power"), [(0, 0.1, 0.8), (1.2, 1, 0.8), (0.1, -1, 0.8), (0.1, 0.2, 1.0)]
)
def test_what_makes_no_sense(difference: float, spread: float, power: float) -> None:
    with pytest.raises(ValueError, match=r"out of range|must be"):
        pairs_needed(difference, spread, power=power)


def test_no_pairs_show_nothing() -> None:
    assert paired_power(0, 0.1, 0.2) == 0.0
