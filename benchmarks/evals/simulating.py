"""Runs drawn at random: what the statistics of comparisons say when the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.statistics import clustered_rate, holm, paired_difference, pass_power

_ALIKE = 0.6  # share of answers that follow their conversation's luck
_WEIGHTS = (1.0, 1.0, 1.0, 2.0, 5.0)
_TRUTH = 200_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A world to draw two runs from.

    Each case has its own chance to pass, of mean ``base`` and with ``change`` added in the second run.
    ``size``: cases a conversation on average; those share their chance and most of their luck.
    """

    n: int
    base: float
    repeats: int = 1
    size: int = 1
    weighted: bool = False
    change: float = 0.0

    def __str__(self) -> str:
        parts = [f"n={self.n}", f"base={self.base:g}"]
        parts += [f"k={self.repeats}"] if self.repeats > 1 else []
        parts += [f"{self.size} a conversation"] if self.size > 1 else []
        parts += ["weights"] if self.weighted else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Drawn outcomes; of repeats, their mean."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    clusters: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """Shares of the rounds: called better or worse, and the interval held the truth."""

    false_alarms: float
    coverage: float


KINDS = (
    ("independent", 1, 1, False),
    ("repeats (3)", 3, 1, False),
    ("weights", 1, 1, True),
    ("clustered (4)", 1, 4, False),
    ("clustered, repeats, weights", 3, 4, True),
)
SIZES, BASES = (20, 50, 100, 300, 1000), (0.5, 0.8, 0.95)
FALSE_ALARMS = [
    Scene(n, base, repeats, size, weighted)
    for _, repeats, size, weighted in KINDS
    for n in (20, 100, 300)
    for base in BASES
]
"""Some of the worlds, for the tests."""


def draw_pairs(scene: Scene, random: np.random.Generator) -> Pairs:
    """Two runs over the same cases."""
    clusters = _clusters(scene.n, scene.size, random)
    chances = _chances(scene.base, int(clusters[-1]) + 1, random)[clusters]
    weights = random.choice(_WEIGHTS, scene.n) if scene.weighted else np.ones(scene.n)
    return Pairs(
        _outcomes(chances, clusters, scene.repeats, random),
        _outcomes(np.clip(chances + scene.change, 0, 1), clusters, scene.repeats, random),
        clusters,
        weights,
    )


def simulate(scene: Scene, *, rounds: int, seed: int) -> Found:
    """How often a paired comparison alarms, and how often its interval holds the true difference."""
    random = np.random.default_rng(seed)
    truth = _true_change(scene)
    alarms = held = 0
    for _ in range(rounds):
        pairs = draw_pairs(scene, random)
        found = paired_difference(pairs.before, pairs.after, pairs.clusters, weights=pairs.weights)
        alarms += found.direction != "unclear"
        held += found.low <= truth <= found.high
    return Found(alarms / rounds, held / rounds)


def simulated_power(n: int, difference: float, discordance: float, *, rounds: int, seed: int) -> float:
    """How often a true difference is found with so many pairs, of which this share changes."""
    random = np.random.default_rng(seed)
    up, down = (discordance + difference) / 2, (discordance - difference) / 2
    found = 0
    for _ in range(rounds):
        drawn = random.random(n)
        after, before = drawn < up, (drawn >= up) & (drawn < up + down)
        found += paired_difference(before, after, np.arange(n)).direction == "better"
    return found / rounds


def rate_coverage(*, n: int, base: float, size: int, rounds: int, seed: int) -> float:
    """How often the interval of a clustered rate holds the true share."""
    random = np.random.default_rng(seed)
    held = 0
    for _ in range(rounds):
        clusters = _clusters(n, size, random)
        chances = _chances(base, int(clusters[-1]) + 1, random)[clusters]
        rate = clustered_rate(_outcomes(chances, clusters, 1, random), clusters)
        held += rate.low <= base <= rate.high
    return held / rounds


def pass_coverage(*, n: int, base: float, tries: int, k: int, size: int, rounds: int, seed: int) -> float:
    """How often the interval of pass^k holds the true share; tries of a case are independent."""
    random = np.random.default_rng(seed)
    truth = float((_chances(base, _TRUTH, random) ** k).mean())
    held = 0
    for _ in range(rounds):
        clusters = _clusters(n, size, random)
        chances = _chances(base, int(clusters[-1]) + 1, random)[clusters]
        rate = pass_power(random.binomial(tries, chances), np.full(n, tries), k, clusters)
        held += rate.low <= truth <= rate.high
    return held / rounds


def look_at_many(*, criteria: int, n: int, rounds: int, seed: int) -> tuple[float, float]:
    """How often some criterion seems changed though none is: each read alone, and adjusted."""
    random = np.random.default_rng(seed)
    alone = adjusted = 0
    for _ in range(rounds):
        p_values = []
        for _ in range(criteria):
            pairs = draw_pairs(Scene(n, 0.7), random)
            p_values.append(paired_difference(pairs.before, pairs.after, pairs.clusters).p_value)
        alone += min(p_values) < 0.05
        adjusted += min(holm(p_values)) < 0.05
    return alone / rounds, adjusted / rounds


def _clusters(n: int, size: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Conversations of 1 to ``2 * size - 1`` cases."""
    if size == 1:
        return np.arange(n)
    sizes = random.integers(1, 2 * size, n)
    return np.repeat(np.arange(n), sizes)[:n]


def _chances(base: float, count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Some cases nearly always pass, some nearly never: as suites are."""
    return random.beta(base, 1 - base, count)


def _outcomes(
    chances: NDArray[np.float64],
    clusters: NDArray[np.int64],
    repeats: int,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    count = len(chances)
    luck = random.random((repeats, count))
    if clusters[-1] + 1 < count:
        common = random.random((1, int(clusters[-1]) + 1))[:, clusters]
        luck = np.where(random.random((repeats, count)) < _ALIKE, common, luck)
    return np.asarray((luck < chances).mean(axis=0), dtype=np.float64)


def _true_change(scene: Scene) -> float:
    if not scene.change:
        return 0.0
    chances = _chances(scene.base, _TRUTH, np.random.default_rng(1))
    return float((np.clip(chances + scene.change, 0, 1) - chances).mean())
