"""Fixed-sequence testing of thresholds: exact figures. Its promise is simulated where it is used."""

from __future__ import annotations

import numpy as np
import pytest

from core.statistics import Tally, independence, lower_bound, lowest_threshold, p_value


def test_groups_count_for_as_much_as_they_are_worth() -> None:
    rng = np.random.default_rng(2)
    groups = [str(at // 5) for at in range(1000)]
    scores = np.full(1000, 0.7)
    together = np.repeat(rng.random(200) < 0.7, 5)
    apart = rng.random(1000) < 0.7
    assert independence(scores, together, groups) == pytest.approx(0.2, abs=0.01)
    assert 0.75 < independence(scores, apart, groups) <= 1
    assert independence(scores, apart, [str(at) for at in range(1000)]) == 1
    assert independence(scores, apart, ["one"] * 1000) == pytest.approx(0.001)
    assert p_value(Tally(0.9, 100, 100, 0.2), precision=0.9) == pytest.approx(0.9**20)


def test_a_sequence_stops_at_the_first_hypothesis_that_stands() -> None:
    good, bad = Tally(0.9, 100, 100), Tally(0.8, 200, 150)
    lucky = Tally(0.7, 2000, 1990)  # not reached from above: 100 of 2000 and 1000 of 2000 are the starts
    assert lowest_threshold([good, bad], precision=0.9, delta=0.1) == good
    assert lowest_threshold([good, bad, lucky], precision=0.9, delta=0.1) == lucky  # a start of its own
    assert lowest_threshold([bad], precision=0.9, delta=0.1) is None
    assert lowest_threshold([], precision=0.9, delta=0.1) is None


def test_exact_figures() -> None:
    assert p_value(Tally(0.5, 22, 22), precision=0.9) == pytest.approx(0.9**22)
    assert lower_bound(22, 22, confidence=0.9) == pytest.approx(0.1 ** (1 / 22))
    assert lower_bound(0, 10, confidence=0.9) == 0
