"""Folds: groups stay whole, answers are spread, and the same seed gives the same folds."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.classifiers.measure import folds


def test_a_group_never_straddles_and_answers_are_spread_evenly() -> None:
    random = np.random.default_rng(1)
    groups = random.integers(0, 150, 600).tolist()
    answers = random.choice(["a", "b", "c"], 600, p=[0.7, 0.25, 0.05]).tolist()
    made = folds(groups, answers, count=5, seed=3)
    assert made.count == 5
    assert made.note == ""
    for group in set(groups):
        assert (
            len({fold for fold, own in zip(made.of_row.tolist(), groups, strict=True) if own == group}) == 1
        )
    for answer, slack in (("a", 0.04), ("b", 0.05), ("c", 0.15)):
        counts = np.bincount(made.of_row[np.array(answers) == answer], minlength=5)
        assert np.abs(counts / counts.sum() - 0.2).max() <= slack
    assert np.abs(np.bincount(made.of_row) - 120).max() <= 6


def test_single_rows_are_spread_exactly() -> None:
    answers = ["a"] * 50 + ["b"] * 7
    made = folds(range(57), answers, count=5, seed=0)
    assert np.bincount(made.of_row[:50]).tolist() == [10] * 5
    assert sorted(np.bincount(made.of_row[50:], minlength=5).tolist()) == [1, 1, 1, 2, 2]


def test_the_same_seed_gives_the_same_folds_and_another_one_others() -> None:
    groups, answers = [at // 2 for at in range(100)], ["a", "b"] * 50
    first = folds(groups, answers, seed=1).of_row
    assert (first == folds(groups, answers, seed=1).of_row).all()
    assert (first != folds(groups, answers, seed=2).of_row).any()


def test_fewer_groups_than_folds_is_said() -> None:
    made = folds(["x", "x", "y", "z"], ["a", "b", "a", "b"], count=5, seed=0)
    assert made.count == 3
    assert sorted(set(made.of_row.tolist())) == [0, 1, 2]
    assert made.note == "The examples come from 3 conversations only, so there are 3 folds, not 5."
    alone = folds(["x", "x"], ["a", "b"], count=5, seed=0)
    assert (alone.count, alone.of_row.tolist()) == (1, [0, 0])


def test_several_answers_at_once_are_spread_one_by_one() -> None:
    answers = ["a | b"] * 20 + ["a"] * 30 + ["b"] * 10
    made = folds(range(60), answers, count=5, seed=0)
    has_b = np.array(["b" in each for each in answers])
    assert np.bincount(made.of_row[has_b], minlength=5).tolist() == [6] * 5


def test_ten_thousand_rows_take_a_moment() -> None:
    random = np.random.default_rng(0)
    answers = [f"a{at}" for at in random.integers(0, 77, 10_000)]
    started = time.process_time()
    folds(random.integers(0, 8000, 10_000).tolist(), answers, seed=0)
    assert time.process_time() - started < 1


def test_what_cannot_be_dealt() -> None:
    with pytest.raises(ValueError, match="as many"):
        folds([1], [])
    with pytest.raises(ValueError, match="at least 2"):
        folds([1, 2], ["a", "b"], count=1)
