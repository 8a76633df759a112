"""Kappas against scikit-learn and statsmodels on the same data, and what must hold for any data."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from core.statistics import answer_agreement, cohen_kappa, fleiss_kappa, too_few

ANSWERS = ("yes", "no", "unsure")
SCALE = ("1", "2", "3", "4", "5")


def judged(seed: int, n: int, answers: tuple[str, ...], right: float) -> tuple[list[str], list[str]]:
    """Two judges who are each right so often, else pick any answer."""
    random = np.random.default_rng(seed)
    truth = random.choice(len(answers), n, p=np.arange(1, len(answers) + 1) / sum(range(len(answers) + 1)))
    said = [np.where(random.random(n) < right, truth, random.integers(0, len(answers), n)) for _ in range(2)]
    return [answers[code] for code in said[0]], [answers[code] for code in said[1]]


def crossed(first: list[str], second: list[str], answers: tuple[str, ...]) -> np.ndarray:
    table = np.zeros((len(answers), len(answers)))
    for one, other in zip(first, second, strict=True):
        table[answers.index(one), answers.index(other)] += 1
    return table


@pytest.mark.parametrize(("seed", "n", "right"), [(0, 40, 0.5), (1, 200, 0.9), (2, 1000, 0.1)])
def test_cohen_is_that_of_sklearn_with_the_interval_of_statsmodels(seed: int, n: int, right: float) -> None:
    first, second = judged(seed, n, ANSWERS, right)
    ours = cohen_kappa(first, second)
    theirs = inter_rater.cohens_kappa(crossed(first, second, ANSWERS))
    assert ours.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    assert (ours.kappa, ours.low, ours.high) == pytest.approx(
        (theirs.kappa, theirs.kappa_low, theirs.kappa_upp), abs=1e-9
    )
    assert ours.observed == np.mean([one == other for one, other in zip(first, second, strict=True)])
    assert ours.n == n


def test_the_weighted_kappa_of_a_scale() -> None:
    first, second = judged(3, 300, SCALE, 0.6)
    ours = cohen_kappa(first, second, order=SCALE)
    theirs = inter_rater.cohens_kappa(crossed(first, second, SCALE), wt="quadratic")
    assert ours.kappa == pytest.approx(cohen_kappa_score(first, second, weights="quadratic"), abs=1e-12)
    assert (ours.low, ours.high) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), abs=1e-9)


def test_fleiss_is_that_of_statsmodels() -> None:
    random = np.random.default_rng(4)
    table = random.multinomial(4, (0.5, 0.3, 0.2), 150)
    assert fleiss_kappa(table).kappa == pytest.approx(inter_rater.fleiss_kappa(table), abs=1e-12)


def test_the_published_example_of_fleiss() -> None:
    # Fleiss 1971, ten subjects, fourteen psychiatrists: 0.21
    table = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    assert fleiss_kappa(table).kappa == pytest.approx(0.20993, abs=1e-5)


def test_coverage_with_different_numbers_of_judges() -> None:
    """Judges who give the truth with chance r, else any of two: kappa of the population is r * r."""
    random = np.random.default_rng(6)
    covered = 0
    for _ in range(400):
        truth = random.random(80) < 0.5
        judges = random.integers(1, 5, 80)
        knows, guess = random.random((80, 4)) < 0.8, random.random((80, 4)) < 0.5
        yes = ((np.where(knows, truth[:, None], guess)) & (np.arange(4) < judges[:, None])).sum(1)
        kappa = fleiss_kappa(np.stack([yes, judges - yes], 1))
        covered += kappa.low <= 0.64 <= kappa.high
    assert covered / 400 >= 0.95 - 2 * (0.05 * 0.95 / 400) ** 0.5


def test_repeated_conversations_widen_the_interval() -> None:
    first, second = judged(7, 60, ANSWERS, 0.7)
    apart = cohen_kappa(first, second)
    copied = cohen_kappa(first * 4, second * 4, clusters=list(range(60)) * 4)
    believed = cohen_kappa(first * 4, second * 4)
    assert copied.kappa == pytest.approx(apart.kappa)
    assert copied.high - copied.low == pytest.approx(apart.high - apart.low, rel=0.05)
    assert believed.high - believed.low < 0.6 * (apart.high - apart.low)


def test_nothing_to_say() -> None:
    assert cohen_kappa([], []).kappa is None
    assert fleiss_kappa([]).kappa is None
    assert fleiss_kappa([[1, 0], [0, 1]]).n == 0
    always = cohen_kappa(["yes"] * 40, ["yes"] * 40)
    assert (always.kappa, always.observed, always.n) == (None, 1.0, 40)
    assert "no pairs" in too_few(cohen_kappa([], []))


def test_agreeing_on_a_few_is_not_certainty() -> None:
    few, many = cohen_kappa(list("aabb"), list("aabb")), cohen_kappa(list("ab") * 200, list("ab") * 200)
    assert few.kappa == many.kappa == 1.0
    assert few.low < 0.1
    assert many.low > 0.95
    assert "too few to say" in too_few(few)
    assert not too_few(many)


def test_answer_by_answer() -> None:
    pairs = [("yes", "yes")] * 40 + [("no", "no")] * 5 + [("yes", "no")] * 10
    found = answer_agreement(pairs)
    assert found["yes"].estimate == pytest.approx(80 / 90)
    assert found["no"].estimate == pytest.approx(10 / 20)
    assert (found["no"].successes, found["no"].n) == (10, 20)
    # twenty times "no" come from fifteen pairs, and ten of them were agreed on together
    assert found["no"].effective_n < 16


pairs = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=50)


@settings(max_examples=40, deadline=None)
@given(pairs)
def test_the_order_of_judges_and_of_subjects_does_not_matter(given_pairs: list[tuple[str, str]]) -> None:
    first, second = (list(column) for column in zip(*given_pairs, strict=True))
    ours, turned = cohen_kappa(first, second), cohen_kappa(second, first)
    again = cohen_kappa(first[::-1], second[::-1])
    assert (ours.kappa is None) == (turned.kappa is None) == (again.kappa is None)
    assert (ours.low, ours.high) == pytest.approx((turned.low, turned.high), abs=1e-9)
    assert (ours.low, ours.high) == pytest.approx((again.low, again.high), abs=1e-9)
    if ours.kappa is not None:
        assert -1 <= ours.low <= ours.kappa <= ours.high <= 1
        assert ours.kappa == pytest.approx(turned.kappa)
    assert answer_agreement(given_pairs) == answer_agreement([(other, one) for one, other in given_pairs])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=5), min_size=1, max_size=30))
def test_any_number_of_judges(said: list[list[str]]) -> None:
    table = [[Counter(answers)[answer] for answer in "abc"] for answers in said]
    kappa = fleiss_kappa(table)
    assert kappa.n == sum(len(answers) > 1 for answers in said)
    if kappa.kappa is not None:
        assert -1 <= kappa.low <= kappa.kappa <= kappa.high <= 1
    turned = fleiss_kappa([row[::-1] for row in table][::-1])
    assert (turned.low, turned.high) == pytest.approx((kappa.low, kappa.high), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from("abc"), min_size=2, max_size=40).filter(lambda answers: len(set(answers)) > 1)
)
def test_perfect_agreement_is_one(answers: list[str]) -> None:
    assert cohen_kappa(answers, answers).kappa == pytest.approx(1.0)
    assert fleiss_kappa(
        [[3 * (answer == each) for each in "abc"] for answer in answers]
    ).kappa == pytest.approx(1.0)


def test_data_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="same subjects"):
        cohen_kappa(["a"], [])
    with pytest.raises(ValueError, match="not in the order"):
        cohen_kappa(["a"], ["b"], order=["b"])
    with pytest.raises(ValueError, match="table"):
        fleiss_kappa([[-1, 3]])
