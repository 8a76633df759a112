"""Paired comparison: statsmodels' figures, groups respected, flips listed, verdict in words."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from core.classifiers.measure import compare


def pair(n: int, better: int, worse: int, *, wrong: int = 0) -> tuple[list[str], list[str], list[str]]:
    """First, second and wanted: ``better`` became right, ``worse`` became wrong, ``wrong`` stayed so."""
    wanted = ["a"] * n
    first = ["b"] * better + ["a"] * worse + ["b"] * wrong + ["a"] * (n - better - worse - wrong)
    second = ["a"] * better + ["b"] * worse + ["b"] * wrong + ["a"] * (n - better - worse - wrong)
    return first, second, wanted


@pytest.mark.parametrize(("better", "worse"), [(12, 3), (3, 12), (5, 5), (1, 0), (0, 0), (40, 20)])
def test_the_p_value_is_that_of_statsmodels(better: int, worse: int) -> None:
    first, second, wanted = pair(200, better, worse, wrong=10)
    found = compare(first, second, wanted, range(200), range(200))
    assert (found.n, found.better, found.worse) == (200, better, worse)
    table = [[200 - 10 - better - worse, worse], [better, 10]]
    assert found.p_value == pytest.approx(mcnemar(table, exact=True).pvalue if better + worse else 1.0)
    assert found.difference == pytest.approx((better - worse) / 200)
    assert found.low <= found.difference <= found.high


def test_better_worse_and_too_few() -> None:
    better = compare(*pair(300, 40, 10), range(300), range(300))
    assert (better.verdict, better.more) == ("better", 0)
    assert better.words.startswith("Better, by 10.0 points (")
    assert better.low > 0
    worse = compare(*pair(300, 10, 40), range(300), range(300))
    assert worse.verdict == "worse"
    assert worse.words.startswith("Worse, by 10.0 points (")
    unclear = compare(*pair(50, 3, 1), range(50), range(50))
    assert unclear.verdict == "too few to tell"
    assert f"about {unclear.more:,} more examples" in unclear.words
    grown = 50 + unclear.more
    same = compare(*pair(grown, 3 * grown // 50, grown // 50), range(grown), range(grown))
    assert same.verdict == "better"
    equal = compare(*pair(50, 0, 0), range(50), range(50))
    assert equal.verdict == "too few to tell"
    assert equal.low < 0 < equal.high
    assert "a difference of 2 points" in equal.words


def test_examples_of_one_conversation_are_one_piece_of_evidence() -> None:
    first, second, wanted = pair(300, 40, 10)
    apart = compare(first, second, wanted, range(300), range(300))
    groups = [at // 30 for at in range(300)]
    together = compare(first, second, wanted, groups, range(300))
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert together.verdict == "too few to tell"
    assert compare(first, second, wanted, ["one"] * 300, range(300)).verdict == "too few to tell"


def test_the_interval_holds_the_true_difference() -> None:
    """By simulation, with groups of three that share their fate: at least 92 of 100 do."""
    random = np.random.default_rng(5)
    held = 0
    sets = 200
    for _ in range(sets):
        fate = np.repeat(random.choice(3, 60, p=[0.12, 0.06, 0.82]), 3)
        first = np.where(fate == 0, "b", "a").tolist()
        second = np.where(fate == 1, "b", "a").tolist()
        found = compare(first, second, ["a"] * 180, np.arange(180) // 3, range(180))
        held += found.low <= 0.06 <= found.high
    assert held / sets > 0.92


def test_flips_are_listed_those_that_became_wrong_first() -> None:
    found = compare(
        ["a", "b", None, "a", "b"], ["a", "a", "a", "b", "c"], ["a"] * 5, range(5), [11, 12, 13, 14, 15]
    )
    assert [(each.example_id, each.before, each.after) for each in found.flips] == [
        (14, "a", "b"),
        (15, "b", "c"),
        (12, "b", "a"),
        (13, None, "a"),
    ]
    assert [each.is_right for each in found.flips] == [False, False, True, True]


def test_no_examples() -> None:
    found = compare([], [], [], [], [])
    assert (found.n, found.verdict, found.words) == (
        0,
        "too few to tell",
        "There is no example to compare on.",
    )
    with pytest.raises(ValueError, match="as many"):
        compare(["a"], [], [], [], [])
