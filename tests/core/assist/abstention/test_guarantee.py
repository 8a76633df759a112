"""The guarantee, checked by simulation, and the curve it is read from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from core.assist.abstention import aurc, curve, interval, level, reliability
from core.assist.abstention.calibrating import fit
from tests.core.assist.abstention.making import examples

DELTA = 0.1
SETS = 500


def violations(draw: object, *, precision: float, n: int, weight_of: int = 1) -> tuple[float, float]:
    """Shares of simulated calibration sets that broke the promise, and that found any threshold."""
    broken = found = 0
    rng = np.random.default_rng(11)
    truth = np.sort(draw(rng, 100_000))[::-1]  # type: ignore[operator]
    for _ in range(SETS):
        chances = np.repeat(draw(rng, n // weight_of), weight_of)  # type: ignore[operator]
        fates = np.repeat(rng.random(n // weight_of), weight_of) < chances
        groups = [str(at // weight_of) for at in range(len(chances))]
        chosen = level(curve(chances.tolist(), fates.tolist(), groups), precision=precision).point
        if chosen is not None:
            found += 1
            broken += truth[truth >= chosen.threshold].mean() < precision
    return broken / SETS, found / SETS


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("n", [80, 400])
def test_the_wanted_precision_is_missed_in_at_most_delta_of_the_sets(spread: float, n: int) -> None:
    """Scores as good as they get, so that only chance can break the promise."""
    broken, _ = violations(lambda rng, size: expit(2.0 + spread * rng.normal(size=size)), precision=0.9, n=n)
    assert broken <= DELTA


def test_the_hardest_case_every_threshold_just_misses() -> None:
    """All drafts are right with 0.895: whatever threshold is given breaks the promise of 0.9."""
    broken, _ = violations(lambda rng, size: 0.895 + 1e-6 * rng.random(size), precision=0.9, n=300)
    assert broken <= DELTA


def test_the_guarantee_has_power() -> None:
    """It does not keep its promise by never giving a threshold."""
    _, found = violations(lambda rng, size: expit(2.5 + rng.normal(size=size)), precision=0.9, n=400)
    assert found > 0.9


def test_conversations_with_several_drafts_do_not_count_several_times() -> None:
    """Five drafts that share one fate are one outcome; taken for five, the promise breaks too often."""

    def draw(rng: np.random.Generator, size: int) -> np.ndarray:
        return expit(1.6 + 0.8 * rng.normal(size=size))

    broken, _ = violations(draw, precision=0.9, n=400, weight_of=5)
    assert broken <= DELTA


def test_the_promise_holds_for_what_is_deployed() -> None:
    """Cross-fitted scores choose the threshold; a fit on everything is then used with it."""
    rng = np.random.default_rng(0)
    fresh = examples(8_000, seed=12_345)
    signals = {name: np.array([each.signals[name] for each in fresh]) for name in fresh[0].signals}
    right = np.array([each.right for each in fresh])
    broken = found = 0
    sets = 80
    for _ in range(sets):
        known = examples(150, seed=int(rng.integers(1 << 30)))
        fitted = fit(known)
        points = curve(fitted.scores, [each.right for each in known], [each.group for each in known])
        chosen = level(points, precision=0.85).point
        if chosen is None:
            continue
        made = fitted.calibrator
        logits = made.intercept + sum(
            weight * (signals[name] - made.centre[name]) / made.spread[name]
            for name, weight in made.weights.items()
        )
        found += 1
        broken += right[expit(logits) >= chosen.threshold].mean() < 0.85
    assert found > sets / 2
    assert broken / sets <= DELTA


def test_the_curve_counts_what_is_above_each_threshold() -> None:
    points = curve([0.9, 0.9, 0.6, 0.3], [True, True, False, True])
    assert [(p.threshold, p.n, p.right, p.coverage) for p in points] == [
        (0.9, 2, 2, 0.5),
        (0.6, 3, 2, 0.75),
        (0.3, 4, 3, 1.0),
    ]
    assert all(p.low <= p.precision <= p.high for p in points)


def test_aurc_against_hand_counted_figures() -> None:
    assert aurc([0.9, 0.8, 0.7], [True, True, False]) == pytest.approx((0 + 0 + 1 / 3) / 3)
    assert aurc([0.7, 0.8, 0.9], [True, True, False]) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert aurc([0.5, 0.5], [True, False]) == aurc([0.5, 0.5], [False, True]) == pytest.approx(0.5)


def test_reliability_bins_hold_everything_once() -> None:
    scores = np.linspace(0, 1, 97)
    bins = reliability(scores.tolist(), (scores > 0.5).tolist())
    assert sum(each.n for each in bins) == 97
    assert bins[0].observed == 0
    assert bins[-1].observed == 1


def test_the_interval_is_wilsons() -> None:
    low, high = interval(17, 20)
    assert (round(low, 2), round(high, 2)) == (0.64, 0.95)  # Wilson, n=20 around 85 %
    assert interval(0, 0) == (0.0, 1.0)
