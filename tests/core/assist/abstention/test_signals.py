"""What can be seen of a draft."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as generated
from hypothesis import strategies as some

from core.assist.abstention import NAMES, CitedSentence, Found, SignalInput, signals
from tests.core.assist.abstention.making import OTHER_REFUND, REFUND, REGION, found, given


def test_every_signal_of_a_good_draft_is_high() -> None:
    seen = signals(given(classifier=0.9))
    assert set(seen) == set(NAMES)
    assert seen["retrieval"] == 0.8
    assert seen["margin"] == pytest.approx(0.625)
    assert seen["coverage"] == seen["supported"] == seen["support"] == seen["agreement"] == seen["clean"] == 1


def test_what_is_not_known_is_absent_not_zero() -> None:
    seen = signals(given(confidence=None))
    assert "own" not in seen
    assert "classifier" not in seen


def test_nothing_found_is_the_lowest() -> None:
    seen = signals(given(passages=(), sentences=(), factual=0))
    assert (seen["retrieval"], seen["margin"], seen["reach"], seen["coverage"]) == (0, 0, 0, 0)


def test_a_second_passage_of_the_same_article_is_no_rival() -> None:
    alone = signals(given(passages=(found(REFUND), found(REGION, score=0.79))))
    rival = signals(given(passages=(found(REFUND), found(REGION, article=2, score=0.79))))
    assert alone["margin"] == 1
    assert rival["margin"] < 0.02


@pytest.mark.parametrize(
    "other",
    [
        OTHER_REFUND,
        "You cannot ask for a refund within 14 days of the purchase.",
        "You can never ask for a refund within 14 days of the purchase.",
    ],
)
def test_articles_that_contradict_each_other_disagree(other: str) -> None:
    passages = (found(REFUND), found(other, article=2, title="Terms", score=0.7))
    assert signals(given(passages=passages))["agreement"] < 0.5


@pytest.mark.parametrize(
    "other",
    [
        "You can ask for a refund within 14 days of the purchase, by mail or by phone.",
        "An annual plan can be changed within 30 days.",
        "Backups are kept for 30 days and are never deleted earlier.",
    ],
)
def test_other_numbers_on_other_matters_are_no_contradiction(other: str) -> None:
    passages = (found(REFUND), found(other, article=2, title="Other", score=0.7))
    assert signals(given(passages=passages))["agreement"] == 1


def test_a_contradiction_on_something_not_asked_does_not_count() -> None:
    shared = "A backup of the database is kept for {} days in the archive."
    passages = (found(shared.format(7)), found(shared.format(30), article=2, title="Terms", score=0.7))
    assert signals(given("How do I rename my team?", passages=passages))["agreement"] == 1
    assert signals(given("How long is a backup kept?", passages=passages))["agreement"] < 0.5


def test_half_an_answer_covers_half_of_the_question() -> None:
    both = "How do I get a refund for the purchase? And how do I move the site to a new region?"
    partly = signals(given(both))["coverage"]
    sentences = (*given().sentences, CitedSentence(REGION, REGION, 1.0))
    assert partly < 0.7 < signals(given(both, sentences=sentences, factual=2))["coverage"]


def test_greetings_are_no_part_of_the_question() -> None:
    plain = signals(given())["coverage"]
    assert (
        signals(given("Hello!\nCan I get a refund for my purchase?\nThank you very much."))["coverage"]
        == plain
    )


def test_lost_sentences_and_warnings_lower_their_signals() -> None:
    seen = signals(given(factual=4, warnings=("It promises a date.", "It blames the customer.")))
    assert seen["supported"] == 0.25
    assert seen["clean"] == pytest.approx(1 / 3, abs=1e-4)


def test_a_sentence_with_two_quotes_counts_once() -> None:
    one = CitedSentence(REFUND, REFUND, 1.0)
    seen = signals(given(sentences=(one, CitedSentence(REFUND, "refund", 0.2)), factual=2))
    assert (seen["supported"], seen["support"]) == (0.5, 1.0)


texts = some.text(max_size=80)
shares = some.floats(0, 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@generated(
    texts,
    some.lists(some.builds(Found, some.integers(1, 3), texts, texts, shares), max_size=5),
    some.lists(some.builds(CitedSentence, texts, texts, shares), max_size=3),
    some.integers(0, 9),
)
def test_anything_gives_shares(
    question: str, passages: list[Found], sentences: list[CitedSentence], factual: int
) -> None:
    seen = signals(SignalInput((question,), tuple(passages), tuple(sentences), factual))
    assert all(0 <= value <= 1 for value in seen.values())


def test_long_input_is_quick() -> None:
    """Ten long passages and a long mail, none seen before: a few milliseconds of the draft's path."""
    words = [
        f"{stem}{end}" for end in "abcdefghijklmnop" for stem in ("deploy", "refund", "region", "invoic")
    ]

    def fresh(number: int) -> SignalInput:
        lines = [" ".join(words[(at + number) % 38 :][:9]) for at in range(120)]
        passages = tuple(
            found(". ".join(lines[at * 12 : at * 12 + 12]) + f" {number}", article=at, score=0.9 - at / 100)
            for at in range(10)
        )
        return given(f"{' '.join(words)} {number}?", passages=passages)

    signals(fresh(0))  # loads stemmers and word lists
    taken = []
    for number in range(1, 6):
        one = fresh(number)
        started = time.process_time()
        signals(one)
        taken.append(time.process_time() - started)
    assert min(taken) < 0.01
