"""Answers are hidden whole, and their texts are left alone where they look unfamiliar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.classifiers.measure import near_scope
from core.errors import InvalidInput
from tests.core.classifiers.measure.making import SERVICES, CentroidKind, FixedKind, examples, question


def test_what_is_far_from_all_answers_is_caught_and_what_is_like_them_is_not() -> None:
    far, rows = examples(30, count=6, spread=0.5)
    found = near_scope(CentroidKind(), question(6), {}, far, services=SERVICES, features=rows)
    assert found.by_familiarity is not None
    assert found.by_familiarity.estimate > 0.95
    assert found.by_familiarity.n == 180
    assert list(found.by_answer) == list(question(6).answers)
    near, rows = examples(30, count=6, spread=4.0)
    found = near_scope(CentroidKind(), question(6), {}, near, services=SERVICES, features=rows)
    assert found.by_familiarity is not None
    assert found.by_familiarity.estimate < 0.3
    assert found.by_familiarity.low < found.by_familiarity.estimate < found.by_familiarity.high


def test_nothing_of_a_hidden_answer_is_taught_and_many_answers_are_hidden_together() -> None:
    made, rows = examples(10, count=12)
    made[0] = replace(made[0], held_out=True)
    kind = CentroidKind()
    found = near_scope(kind, question(12), {}, made, services=SERVICES, features=rows)
    assert len(kind.taught) == 5
    assert [len({each.answer for each in taught}) for taught in kind.taught] == [9, 9, 10, 10, 10]
    assert found.by_confidence.n == 119
    assert not any(each.held_out for taught in kind.taught for each in taught)


def test_a_text_that_shares_a_conversation_with_what_was_taught_is_not_new() -> None:
    made, rows = examples(10, count=4)
    made = [replace(each, group=f"g{at % 10}") for at, each in enumerate(made)]
    kind = CentroidKind()
    found = near_scope(kind, question(4), {}, made, services=SERVICES, features=rows)
    assert found.by_confidence.n < 40  # only the groups that were kept aside remain
    assert found.by_confidence.n == 4 * 2


def test_what_cannot_be_checked() -> None:
    made, rows = examples(10, count=3)
    for kind, asked, match in (
        (CentroidKind(), question(3), "at least 4 answers with examples; there are 3"),
        (CentroidKind(), question(3, "many_of"), "none can be hidden"),
        (FixedKind(), question(3), "does not learn"),
    ):
        with pytest.raises(InvalidInput, match=match):
            near_scope(kind, asked, {}, made, services=SERVICES, features=rows)
    four, rows = examples(5, count=4)
    together = [replace(each, group="one") for each in four]
    with pytest.raises(InvalidInput, match="too few conversations"):
        near_scope(CentroidKind(), question(4), {}, together, services=SERVICES, features=rows)
