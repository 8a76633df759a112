"""Word diffs and edit ratios."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conversations import edit_ratio, word_diff

_words = st.sampled_from(
    ["the", "refund", "is", "on", "its", "way", ".", ",", "請求書", "café", "שלום", "don't", "🙂", ""]
)
_spaces = st.sampled_from([" ", "  ", "\n", "\n\n", "", "\t", "\u00a0"])
_prose = st.lists(st.tuples(_words, _spaces), max_size=60).map(lambda pairs: "".join(w + s for w, s in pairs))
_texts = _prose | st.text(max_size=200)


def _joined(changes: list[dict[str, str]], *ops: str) -> str:
    return "".join(change["text"] for change in changes if change["op"] in ops)


@settings(max_examples=300, deadline=None)
@given(_texts, _texts)
def test_a_diff_holds_both_texts(before: str, after: str) -> None:
    changes = word_diff(before, after)
    assert _joined(changes, "equal", "delete") == before
    assert _joined(changes, "equal", "insert") == after
    assert all(change["text"] for change in changes)
    ops = [change["op"] for change in changes]
    assert all(one != two for one, two in pairwise(ops))
    assert ("insert", "delete") not in set(pairwise(ops))


@settings(max_examples=200, deadline=None)
@given(_texts, _texts)
def test_a_ratio_is_between_untouched_and_anew(before: str, after: str) -> None:
    assert 0 <= edit_ratio(before, after) <= 1
    assert edit_ratio(before, before) == 0
    assert edit_ratio(before, f" {before}\n") == 0, "white space is no edit"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", 0.0),
        ("", "all new", 1.0),
        ("all gone", "", 1.0),
        ("one two three four", "one two three five", 0.25),
        ("one two", "three four", 1.0),
    ],
)
def test_known_ratios(before: str, after: str, expected: float) -> None:
    assert edit_ratio(before, after) == pytest.approx(expected)


def test_only_the_changed_words_are_marked() -> None:
    assert word_diff("Your refund is on its way.", "Your full refund is on the way.") == [
        {"op": "equal", "text": "Your "},
        {"op": "insert", "text": "full "},
        {"op": "equal", "text": "refund is on "},
        {"op": "delete", "text": "its "},
        {"op": "insert", "text": "the "},
        {"op": "equal", "text": "way."},
    ]
    assert word_diff("請求書です", "領収書です") == [
        {"op": "delete", "text": "請求"},
        {"op": "insert", "text": "領収"},
        {"op": "equal", "text": "書です"},
    ]


@pytest.mark.parametrize("vocabulary", [1, 3, 50, 5000])
def test_ten_thousand_words_are_quick(vocabulary: int) -> None:
    chance = random.Random(1)
    before = [f"w{chance.randrange(vocabulary)}" for _ in range(10_000)]
    after = [word if chance.random() > 0.1 else "changed" for word in before]
    started = time.process_time()
    changes = word_diff(" ".join(before), " ".join(after))
    ratio = edit_ratio(" ".join(before), " ".join(after))
    assert time.process_time() - started < 2
    assert _joined(changes, "equal", "delete") == " ".join(before)
    assert ratio > 0
