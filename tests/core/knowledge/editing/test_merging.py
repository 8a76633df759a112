"""Three-way merge: what one side changed is taken, what both changed clashes, and no word is lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.knowledge.editing.merging import MergedText, merge_text

_word = st.sampled_from(["refund", "14", "days", "plan", "- ", "**", "für", "请求", "|"])
_lines = st.lists(st.lists(_word, max_size=6).map(" ".join), max_size=8)
_LONGEST = 12


@st.composite
def _three(draw: st.DrawFn) -> tuple[str, str, str]:
    """A text and two edits of it; what is typed is marked with its author."""
    base = draw(_lines)

    def edited(mark: str) -> str:
        lines = list(base)
        for count in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(lines)))
            typed = f"{mark}{count}"
            match draw(st.sampled_from(["insert", "replace", "delete", "word"])):
                case "replace" if at < len(lines):
                    lines[at] = typed
                case "delete" if at < len(lines):
                    del lines[at]
                case "word" if at < len(lines):
                    words = lines[at].split(" ")
                    words.insert(draw(st.integers(0, len(words))), typed)
                    lines[at] = " ".join(words)
                case _:
                    lines.insert(at, typed)
        return "\n".join(lines)

    return "\n".join(base), edited("mine"), edited("theirs")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


_any = st.text(alphabet="ab \n", max_size=30) | _lines.map("\n".join)


@settings(max_examples=200, deadline=None)
@given(_any, _any)
def test_an_unchanged_side_gives_the_other(base: str, other: str) -> None:
    assert merge_text(base, base, other) == MergedText(other, ())
    assert merge_text(base, other, base) == MergedText(other, ())
    assert merge_text(base, other, other) == MergedText(other, ())


@settings(max_examples=400, deadline=None)
@given(_three())
def test_nothing_typed_is_lost(texts: tuple[str, str, str]) -> None:
    base, mine, theirs = texts
    merged = merge_text(base, mine, theirs)
    kept = _words(merged.text) | set[str]().union(*(_words(each.mine) for each in merged.clashes))
    assert _words(mine) - _words(base) <= kept
    assert _words(theirs) - _words(base) <= _words(merged.text)
    for clash in merged.clashes:
        assert clash.theirs in merged.text
        assert clash.line <= merged.text.count("\n") + 2


@settings(max_examples=300, deadline=None)
@given(_three())
def test_it_does_not_matter_whose_is_whose(texts: tuple[str, str, str]) -> None:
    base, mine, theirs = texts
    one, other = merge_text(base, mine, theirs), merge_text(base, theirs, mine)
    assert len(one.clashes) == len(other.clashes)
    if not one.clashes:
        assert one.text == other.text


@settings(max_examples=200, deadline=None)
@given(_any, _any, _any)
def test_any_three_texts_merge(base: str, mine: str, theirs: str) -> None:
    merged = merge_text(base, mine, theirs)
    assert bool(merged.clashes) == bool(merge_text(base, theirs, mine).clashes)


_STEPS = "# Reset\n\n1. Open the page.\n2. Choose a plan that suits you and your whole team.\n3. Save."


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        pytest.param(
            _STEPS.replace("Open", "Go to"), _STEPS.replace("Save", "Store"),
            _STEPS.replace("Open", "Go to").replace("Save", "Store"), id="different lines",
        ),
        pytest.param(
            _STEPS.replace("1. Open the page.", "1. Sign in."), _STEPS.replace("2. Choose", "2. Pick"),
            _STEPS.replace("1. Open the page.", "1. Sign in.").replace("2. Choose", "2. Pick"),
            id="neighbouring lines",
        ),
        pytest.param(
            _STEPS.replace("Choose", "Pick"), _STEPS.replace("team", "company"),
            _STEPS.replace("Choose", "Pick").replace("team", "company"), id="far ends of one line",
        ),
        pytest.param(
            _STEPS + "\n4. Done.", _STEPS.replace("# Reset", "# Reset it"),
            _STEPS.replace("# Reset", "# Reset it") + "\n4. Done.", id="one appends",
        ),
        pytest.param(
            _STEPS.replace("3. Save.", ""), _STEPS.replace("Open", "Go to"),
            _STEPS.replace("3. Save.", "").replace("Open", "Go to"), id="one deletes",
        ),
    ],
)  # fmt: skip
def test_changes_in_different_places_are_put_together(mine: str, theirs: str, expected: str) -> None:
    assert merge_text(_STEPS, mine, theirs) == MergedText(expected, ())


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        pytest.param(_STEPS.replace("a plan", "one plan"), _STEPS.replace("a plan", "the plan"), id="word"),
        pytest.param(_STEPS.replace("a plan", "two plans"), _STEPS.replace("that", "which"), id="near"),
        pytest.param(_STEPS + "\n4. Done.", _STEPS + "\n4. Sign out.", id="both append"),
        pytest.param(_STEPS.replace("3. Save.", ""), _STEPS.replace("Save", "Store"), id="one deletes"),
    ],
)
def test_changes_of_one_place_are_for_a_person(mine: str, theirs: str) -> None:
    merged = merge_text(_STEPS, mine, theirs)
    assert merged.text == theirs
    (clash,) = merged.clashes
    assert clash.mine in mine
    assert merged.text.split("\n")[clash.line - 1].startswith(clash.theirs.split("\n")[0])


def test_a_megabyte_merges_at_once() -> None:
    lines = [f"Step {at}: choose plan {at % 97} and wait {at % 31} days." for at in range(25_000)]
    base = "\n".join(lines)
    mine = "\n".join(["New beginning.", *lines[:20_000], "mine", *lines[20_000:]])
    theirs = "\n".join(line for at, line in enumerate(lines) if at % 500)
    started = time.perf_counter()
    merged = merge_text(base, mine, theirs)
    assert time.perf_counter() - started < 5
    assert len(base) > 1_000_000
    assert {"New beginning.", "mine"} <= set(merged.text.split("\n")) | {c.mine for c in merged.clashes}
