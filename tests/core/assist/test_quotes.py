"""Quotes are found although details differ, and what counts is the passage's own wording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assist.grounding.quotes import locate, normalised

PASSAGE = """## How to ask

1. Open **Billing > Invoices** and choose the [invoice](https://example.org/i?a=1).
2. Select *Request refund*.

Refunds take 5–7 business days — “weekends” don’t count. Set `max_retries` to 3."""


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Select *Request refund*.", "Select *Request refund*."),
        ("Select Request refund", "Select *Request refund"),
        ("open billing > invoices and choose the invoice.", None),
        ('Refunds take 5-7 business days - "weekends" don\'t count.', None),
        ("Refunds   take\n5–7 business days", "Refunds take 5–7 business days"),
        ("choose the invoice. Select Request refund", None),
        ("Set max_retries to 3", None),
        ("Refunds take 5–7 busines days", "Refunds take 5–7 business days"),
        ("Refunds take … Set max_retries to 3", None),
    ],
)
def test_found(quote: str, found: str | None) -> None:
    place = locate(quote, PASSAGE)
    assert place is not None
    assert place.similarity > 0.9
    if found is not None:
        assert PASSAGE[place.start : place.end] == found


@pytest.mark.parametrize(
    "quote",
    [
        "Refunds are paid in cash at any branch office",
        "",
        "   ",
        "…",
        "*",
        "Set max_retries to 3 … Refunds take",
        "Open Billing and Invoices and choose any invoice you like from the list that appears, then wait "
        * 5,
    ],
)
def test_not_found(quote: str) -> None:
    assert locate(quote, PASSAGE) is None


def test_the_place_is_whole_words() -> None:
    place = locate("efunds take 5–7 business day", PASSAGE)
    assert place is not None
    assert PASSAGE[place.start : place.end] == "Refunds take 5–7 business days" or place.similarity == 1.0


@given(st.text(alphabet="ab1 .*_-\n#[]()`…“é", min_size=1, max_size=60), st.data())
def test_any_piece_of_a_passage_is_found_inside_it(passage: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(passage) - 1))
    end = data.draw(st.integers(start + 1, len(passage)))
    quote = passage[start:end]
    place = locate(quote, passage)
    if place is not None:
        assert 0 <= place.start < place.end <= len(passage)
        assert normalised(passage[place.start : place.end])


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_breaks_it(quote: str, passage: str) -> None:
    place = locate(quote, passage)
    assert place is None or 0 <= place.start < place.end <= len(passage)


@given(st.text(alphabet="abcdefg hij.", min_size=8, max_size=80).map(lambda text: " ".join(text.split())))
def test_word_for_word_quotes_are_word_for_word(text: str) -> None:
    passage = f"Before it. {text} After it."
    place = locate(text, passage)
    if len(text) > 3 and ".." not in text:
        assert place is not None
        assert place.similarity == 1.0
