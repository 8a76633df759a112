"""From signals to a probability."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as some

from core.assist.abstention import Calibrator, Example, read_labelled, shortage
from core.assist.abstention.calibrating import ENOUGH_FOR_ISOTONIC, fit
from core.errors import InvalidInput
from tests.core.assist.abstention.making import examples


def test_too_few_outcomes_are_named_by_number() -> None:
    few = examples(40)
    missing = shortage(few)
    assert missing.outcomes == 20
    with pytest.raises(InvalidInput, match="20 more in all"):
        fit(few)
    only_right = [Example(each.signals, True, each.group) for each in examples(100)]
    with pytest.raises(InvalidInput, match="10 more that were wrong"):
        fit(only_right)


@pytest.mark.parametrize("count", [150, 600, ENOUGH_FOR_ISOTONIC + 500])
def test_scores_are_probabilities_that_come_true(count: int) -> None:
    """At each size, so with each way to calibrate: predicted and observed agree on new data."""
    made = fit(examples(count)).calibrator
    fresh = examples(4000, seed=99)
    scores = np.array([made.probability(each.signals) for each in fresh])
    right = np.array([each.right for each in fresh])
    allowed = 0.12 if count < 200 else 0.07
    for part in np.array_split(np.argsort(scores), 5):
        assert abs(scores[part].mean() - right[part].mean()) < allowed


def test_cross_fitted_scores_do_not_flatter() -> None:
    """Where signals are chance, the reported order is chance, although a fit in sample finds one."""
    rng = np.random.default_rng(3)
    names = ("retrieval", "margin", "reach", "coverage", "support", "own")
    chance = [
        Example({name: float(rng.random()) for name in names}, bool(rng.random() < 0.5), str(number))
        for number in range(120)
    ]
    fitted = fit(chance)
    right = np.array([each.right for each in chance])

    def order(scores: list[float]) -> float:
        values = np.array(scores)
        return float((values[right][:, None] > values[~right][None, :]).mean())

    assert order([fitted.calibrator.probability(each.signals) for each in chance]) > 0.53
    assert order(list(fitted.scores)) < 0.53


def test_a_conversation_is_never_split() -> None:
    """Twins of one conversation: seeing one would give away the other."""
    rng = np.random.default_rng(4)
    twins: list[Example] = []
    for number in range(60):
        own, right = float(rng.random()), bool(rng.random() < 0.5)
        twins += [Example({"own": own, "retrieval": 0.5}, right, f"c{number}")] * 2
    fitted = fit(twins)
    for first, second in zip(fitted.scores[::2], fitted.scores[1::2], strict=True):
        assert first == second


@settings(max_examples=50, deadline=None)
@generated(some.floats(0, 1), some.floats(0, 1), some.floats(0, 1), some.floats(0, 1))
def test_a_better_signal_never_lowers_the_score(low: float, high: float, other: float, own: float) -> None:
    low, high = sorted((low, high))
    for made in FITS:
        worse = made.probability({"retrieval": low, "coverage": other, "own": own})
        assert worse <= made.probability({"retrieval": high, "coverage": other, "own": own}) + 1e-12


SAID = "A refund is possible."
FITS = tuple(fit(examples(count)).calibrator for count in (80, 300, ENOUGH_FOR_ISOTONIC))


def test_it_survives_json() -> None:
    for made in FITS:
        again = Calibrator.from_json(json.loads(json.dumps(made.as_json())))
        seen = {"retrieval": 0.3, "coverage": 0.9}
        assert again.probability(seen) == made.probability(seen)


def test_an_absent_signal_counts_as_the_mean() -> None:
    made = FITS[0]
    usual = {"retrieval": 0.4, "coverage": 0.6, "own": made.centre["own"]}
    assert made.probability({"retrieval": 0.4, "coverage": 0.6}) == pytest.approx(made.probability(usual))
    assert made.probability({"nonsense": 1.0}) == made.probability({})


def test_the_shortfall_names_what_is_weak() -> None:
    pulls = FITS[1].shortfall({"retrieval": 0.05, "coverage": 0.9, "own": 0.5})
    assert next(iter(pulls)) == "retrieval"
    assert pulls["retrieval"] > 1
    assert pulls["coverage"] < 0


def test_labelled_rows_are_read_with_signals_or_with_what_gives_them() -> None:
    rows = [
        {"signals": {"retrieval": 0.5, "unknown": 7}, "right": True, "group": "a"},
        {
            "questions": ["Can I get a refund?"],
            "passages": [
                {"article_id": 1, "title": "Refunds", "text": "A refund is possible.", "score": 0.7}
            ],
            "sentences": [{"text": "A refund is possible.", "quote": "A refund is possible.", "support": 1}],
            "right": False,
        },
    ]
    first, second = read_labelled(rows)
    assert first == Example({"retrieval": 0.5}, True, "a")
    assert (second.signals["retrieval"], second.signals["coverage"], second.group) == (0.7, 1.0, "row 2")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"signals": {"retrieval": 0.5}}, "Row 1: `right`"),
        ({"signals": {"retrieval": 2}, "right": True}, "within 0 and 1"),
        ({"signals": {"retrieval": float("nan")}, "right": True}, "within 0 and 1"),
        ({"signals": {"mood": 1}, "right": True}, "no known signal"),
        ({"signals": 3, "right": True}, "Row 1"),
        ({"right": True}, "questions"),
        ({"questions": ["a"], "passages": [{}], "right": True}, "article_id"),
    ],
)
def test_a_bad_row_is_named(row: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        list(read_labelled([row]))
