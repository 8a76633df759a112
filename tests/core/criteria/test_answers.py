"""What counts as an answer."""

from __future__ import annotations

import pytest

from core.criteria import KINDS, Criterion, checked_answer, choices, given, is_good
from core.errors import InvalidInput


def asking(kind: str, *answers: str, good: tuple[str, ...] = ()) -> Criterion:
    return Criterion(name="x", question="X?", kind=kind, answers=list(answers), good=list(good))


def test_every_kind_has_choices() -> None:
    for kind in KINDS:
        criterion = asking(kind, "a", "b")
        assert choices(criterion)
        assert checked_answer(criterion, choices(criterion)[0]) == choices(criterion)[0]


def test_several_answers_are_stored_in_the_order_of_the_keys() -> None:
    areas = asking("many_of", "a", "b", "c", good=("a", "b"))
    assert checked_answer(areas, ["c", "a", "c"]) == "a | c"
    assert given("a | c") == ("a", "c")
    assert is_good(areas, "a | b") is True
    assert is_good(areas, "a | c") is False
    assert is_good(asking("one_of", "a", "b"), "a") is None


def test_more_answers_than_can_be_stored() -> None:
    intents = asking("many_of", *(f"{number:03} {'x' * 90}" for number in range(20)))
    with pytest.raises(InvalidInput, match="20 answers at once are too many"):
        checked_answer(intents, intents.answers)


def test_a_long_list_of_answers_is_not_read_out() -> None:
    intents = asking("one_of", *map(str, range(300)))
    with pytest.raises(InvalidInput, match=r"'no' does not answer .* 10, 11 and 288 more"):
        checked_answer(intents, "no")
