"""The learning curve rises with examples, few fits make it, and its band holds what more would show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.classifiers.measure import learning_curve
from core.errors import InvalidInput
from tests.core.classifiers.measure.making import SERVICES, CentroidKind, FixedKind, examples, question


def test_more_examples_help_and_the_band_says_how_sure_that_is() -> None:
    made, rows = examples(200, count=8, spread=2.2)
    kind = CentroidKind()
    points = learning_curve(kind, question(8), {}, made, services=SERVICES, features=rows)
    assert [each.n for each in points] == [75, 150, 300, 600, 1200]
    assert len(kind.taught) == 10
    assert points[-1].accuracy > points[0].accuracy
    assert all(each.low < each.accuracy < each.high for each in points)
    assert points[0].high - points[0].low < 0.25
    again = learning_curve(CentroidKind(), question(8), {}, made, services=SERVICES, features=rows)
    assert again == points


def test_the_examples_that_judge_are_never_taught_nor_their_groups() -> None:
    made, rows = examples(40, group_size=4)
    made[0] = replace(made[0], held_out=True)
    kind = CentroidKind()
    learning_curve(kind, question(), {}, made, services=SERVICES, features=rows, sizes=[20, 1000], repeats=1)
    small, whole = kind.taught
    assert {each.example_id for each in small} < {each.example_id for each in whole}
    assert len(small) == 20
    assert {each.answer for each in small} == set(question().answers)
    taught = {each.group for each in whole}
    assert 20 <= len(taught) < 30
    assert not any(each.held_out for each in whole)
    assert len(whole) == sum(each.group in taught and not each.held_out for each in made)


def test_sizes_that_make_no_classifier_give_no_point() -> None:
    made, rows = examples(10)
    points = learning_curve(
        CentroidKind(), question(), {}, made, services=SERVICES, features=rows, sizes=[1, 12]
    )
    assert [each.n for each in points] == [12]


def test_where_there_is_no_curve() -> None:
    made, rows = examples(5)
    with pytest.raises(InvalidInput, match="does not learn"):
        learning_curve(FixedKind(), question(), {}, made, services=SERVICES)
    together = [replace(each, group="one") for each in made]
    with pytest.raises(InvalidInput, match="one conversation"):
        learning_curve(CentroidKind(), question(), {}, together, services=SERVICES, features=rows)
