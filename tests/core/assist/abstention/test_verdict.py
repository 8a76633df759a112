"""Below the chosen level: held back, with a reason and a concrete question."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.assist import REASONS
from core.assist.abstention import (
    NAMES,
    CitedSentence,
    SignalInput,
    Verdict,
    prepare,
    score,
    signals,
    verdict,
)
from core.assist.tables import Calibration
from tests.core.assist.abstention.making import OTHER_REFUND, REFUND, REGION, examples, found, given

CALIBRATION = prepare(examples(300), source="labelled", scope="a test")


def held_against(threshold: float, given: SignalInput, calibration: Calibration = CALIBRATION) -> Verdict:
    live = Calibration(**{**calibration.model_dump(), "threshold": threshold})
    return verdict(given, signals(given), live)


def test_without_a_calibration_nothing_changes() -> None:
    for decision in ("answer", "abstain", "escalate"):
        asked = given(decision=decision)
        assert verdict(asked, signals(asked), None) == Verdict(decision)


def test_above_the_threshold_it_is_an_answer_with_its_score() -> None:
    asked = given()
    seen = held_against(0.5, asked)
    assert seen.decision == "answer"
    assert not seen.held_back
    assert seen.score == score(signals(asked), CALIBRATION)
    assert seen.score is not None
    assert seen.score > 0.8


def test_a_threshold_of_zero_holds_nothing_back() -> None:
    assert held_against(0.0, given(passages=(), sentences=(), factual=5)).decision == "answer"


def test_an_abstaining_model_keeps_its_own_reason() -> None:
    assert held_against(0.99, given(decision="abstain")) == Verdict("abstain")


FILLING = " ".join(f"{first}{second}ation" for first in "bcdfghkl" for second in ("ar", "em", "ol", "ut"))
DOMAIN = "Unlock the name at your old registrar and give us the transfer code. A move lasts five days."
CASES: Mapping[str, tuple[SignalInput, tuple[str, ...]]] = {
    "missing_knowledge": (
        given("Do you offer discounts for universities?", passages=(found(REFUND, score=0.2),)),
        ("“Refunds”", "“discounts”", "“universities”"),
    ),
    "conflicting_sources": (
        given(passages=(found(REFUND), found(OTHER_REFUND, article=2, title="Terms", score=0.78))),
        ("“Refunds”", "14 days", "“Terms”", "30 days"),
    ),
    "several_resolutions": (
        given(
            "How do I move it?",
            passages=(
                found(REGION, title="Regions", score=0.6),
                found(DOMAIN, article=2, title="Domains", score=0.59),
            ),
            sentences=(CitedSentence(REGION, REGION, 1.0),),
        ),
        ("“Regions”", "“Domains”"),
    ),
    "needs_tool": (given("Can I get a refund for purchase HA-20417?"), ("HA-20417",)),
    "policy": (
        given(warnings=("It promises a refund after 14 days.",)),
        ("promises a refund after 14 days",),
    ),
}


@pytest.mark.parametrize("reason", CASES)
def test_each_reason_comes_with_a_question_that_names_things(reason: str) -> None:
    asked, named = CASES[reason]
    seen = held_against(0.999, asked)
    assert (seen.decision, seen.reason) == ("abstain", reason)
    assert seen.reason in REASONS
    assert set(seen.weakest) <= set(NAMES)
    for text in named:
        assert text in seen.question
    assert seen.question.endswith("?")


def test_nothing_found_asks_plainly() -> None:
    seen = held_against(0.999, given(passages=(), sentences=(), factual=1))
    assert seen.reason == "missing_knowledge"
    assert seen.question.startswith("No article was found.")


def test_a_long_statement_is_cut_at_a_word() -> None:
    long = REFUND.split(".")[0] + " " + FILLING + "."
    other = OTHER_REFUND[:-1] + " " + FILLING + "."
    passages = (found(long), found(other, article=2, title="Terms", score=0.79))
    seen = held_against(0.999, given(passages=passages, sentences=(CitedSentence(long, long, 1.0),)))
    assert seen.reason == "conflicting_sources"
    assert len(seen.question) < 400
