"""Nearly the same text, differently answered."""

from __future__ import annotations

from core.classifiers import nearest_contradictions

_LONG = " ".join(f"word{place}" for place in range(60))  # far beyond what is compared with everything


def test_pairs_are_found_whatever_their_length_and_order_of_words() -> None:
    texts = [
        "please cancel my plan",
        "my plan, please cancel!",
        "something else altogether",
        _LONG,
        " ".join(reversed(_LONG.split())) + " more",
        "cancel my plan please",
    ]
    found = nearest_contradictions(texts, ["a", "b", "b", "a", "b", "a"])
    assert [(one, other) for one, other, _ in found] == [(0, 1), (1, 5), (3, 4)]
    assert found[0][2] == 1.0
    assert 0.98 < found[2][2] < 1


def test_pairs_on_the_border_between_short_and_long() -> None:
    short = ("abcdefghi " * 31).strip()
    longer = ("abcdefghi " * 34).strip()
    assert len(short) < 320 < len(longer)
    ((one, other, alike),) = nearest_contradictions([short, longer], ["a", "b"])
    assert (one, other) == (0, 1)
    assert alike > 0.9


def test_equal_answers_and_empty_texts_are_no_pairs() -> None:
    assert nearest_contradictions(["same", "same"], ["a", "a"]) == []
    assert nearest_contradictions(["", "!!", "?"], ["a", "b", "c"]) == []
    assert nearest_contradictions([], []) == []
