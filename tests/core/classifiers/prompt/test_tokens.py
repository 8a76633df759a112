"""Probabilities from tokens, by hand-made tokens."""

from __future__ import annotations

import math

import pytest

from core.classifiers.prompt.tokens import Token, answer_probabilities

HEAD = '{"results": [{"id": "1-ab", "answer": "'
TAIL = '", "confidence": 1}]}'


def tokens(*written: tuple[str, dict[str, float]]) -> tuple[str, list[Token]]:
    pieces = [(HEAD, {HEAD: 1.0}), *written, (TAIL, {TAIL: 1.0})]
    text = "".join(piece for piece, _ in pieces)
    return text, [
        Token(
            piece.encode(),
            math.log(top[piece]),
            tuple((other.encode(), math.log(value)) for other, value in top.items()),
        )
        for piece, top in pieces
    ]


def test_an_answer_of_one_token() -> None:
    text, made = tokens(("yes", {"yes": 0.75, "no": 0.25}))
    assert answer_probabilities(text, made, "1-ab", ("yes", "no")) == pytest.approx({"yes": 0.75, "no": 0.25})


def test_answers_that_begin_alike_part_where_they_differ() -> None:
    text, made = tokens(
        ("card", {"card": 0.8, "cash": 0.2}),
        (" lost", {" lost": 0.5, " stolen": 0.25, " eaten": 0.25}),
    )
    answers = ("card lost", "card stolen", "cash")
    likely = answer_probabilities(text, made, "1-ab", answers)
    assert likely == pytest.approx({"card lost": 0.4 / 0.8, "card stolen": 0.2 / 0.8, "cash": 0.2 / 0.8})


def test_an_alternative_that_leaves_several_open_is_shared() -> None:
    text, made = tokens(("refund", {"refund": 0.6, "ca": 0.4}))
    likely = answer_probabilities(text, made, "1-ab", ("refund", "cancel", "card"))
    assert likely == pytest.approx({"refund": 0.6, "cancel": 0.2, "card": 0.2})


def test_an_answer_that_another_one_begins_with_needs_its_quote() -> None:
    text, made = tokens(("card", {"card": 1.0}))
    made[-1] = Token(
        TAIL.encode(), math.log(0.9), ((TAIL.encode(), math.log(0.9)), (b" lost", math.log(0.1)))
    )
    likely = answer_probabilities(text, made, "1-ab", ("card", "card lost"))
    assert likely == pytest.approx({"card": 0.9, "card lost": 0.1})


def test_a_token_that_begins_before_the_answer() -> None:
    text = HEAD + "no" + TAIL
    start, neither = HEAD[:-1].encode(), ((b'"', -9.0), (b"1", -9.0))
    made = [
        Token(start, 0.0),
        Token(b'"no', math.log(0.9), ((b'"no', math.log(0.9)), (b'"yes', math.log(0.1)), *neither)),
        Token(TAIL.encode(), 0.0),
    ]
    assert answer_probabilities(text, made, "1-ab", ("yes", "no")) == pytest.approx({"yes": 0.1, "no": 0.9})


def test_letters_split_over_tokens() -> None:
    text = HEAD + "évid" + TAIL
    accent = "é".encode()
    made = [
        Token(HEAD.encode(), 0.0),
        Token(accent[:1], math.log(0.8), ((accent[:1], math.log(0.8)), (b"no", math.log(0.2)))),
        Token(accent[1:] + b"vid", 0.0),
        Token(TAIL.encode(), 0.0),
    ]
    likely = answer_probabilities(text, made, "1-ab", ("évid", "no"))
    assert likely == pytest.approx({"évid": 0.8, "no": 0.2})


def test_where_nothing_can_be_told() -> None:
    text, made = tokens(("yes", {"yes": 1.0}))
    assert answer_probabilities(text, made, "1-ab", ("yes", "no")) is None  # no alternatives
    assert answer_probabilities(text, made, "2-ab", ("yes", "no")) is None  # another text
    assert answer_probabilities(text + " ", made, "1-ab", ("yes", "no")) is None  # other tokens
    assert answer_probabilities(text, [], "1-ab", ("yes", "no")) is None
