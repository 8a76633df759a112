"""The figures behind the order: shares between 0 and 1, comparable, and fair to missing vectors."""

from __future__ import annotations

import numpy as np
import pytest

from core.knowledge.analysis import terms
from core.knowledge.lexical import Statistics
from core.knowledge.ranking import Fields, LexicalScorer, evidence, strength


def scorer(part: str, **frequencies: int) -> LexicalScorer:
    statistics = Statistics(1, 1, 1000, (3.0, 2.0, 50.0), frozenset({"en"}), dict(frequencies))
    return LexicalScorer(part, ["en"], statistics)


def fields(title: str = "", headings: str = "", body: str = "") -> Fields:
    return Fields("en", terms(title, "en"), terms(headings, "en"), terms(body, "en"))


def test_shares_grow_with_what_matches() -> None:
    score = scorer("refund annual plan", refund=20, annual=30, plan=300).score
    nothing = score(fields(body="passwords and keys"))
    common = score(fields(body="about your plan"))
    rare = score(fields(body="about a refund"))
    everything = score(fields(title="Annual plan refund", body="refund of an annual plan"))
    assert nothing == (0, 0)
    assert 0 < common[0] < rare[0] < everything[0] <= 1
    assert everything[1] == pytest.approx(1)


def test_a_title_says_more_than_the_body() -> None:
    score = scorer("refund", refund=20).score
    filler = " word" * 50
    assert score(fields(title="Refund", body=filler))[0] > score(fields(body=f"refund {filler}"))[0]


def test_no_passage_has_to_match_a_whole_letter() -> None:
    letter = "refund annual plan " + " ".join(f"filler{number}" for number in range(60))
    score = scorer(letter, refund=20, annual=30, plan=300).score
    share, covered = score(fields(title="Annual plan refund", body="refund of an annual plan"))
    assert share > 0.2
    assert covered < 0.1


def test_languages_do_not_mix() -> None:
    assert scorer("refund", refund=20).score(Fields("de", [], [], ["refund"])) == (0, 0)


def test_a_missing_vector_neither_helps_nor_harms_much() -> None:
    lexical = np.array([[0.6], [0.6], [0.1]])
    values = evidence(lexical, np.array([[0.6], [np.nan], [0.1]], dtype=np.float32))
    assert values[0] == pytest.approx(values[1], abs=0.05)
    assert values[2] < values[1]


def test_idle_talk_around_a_question_does_not_weaken_its_answer() -> None:
    asked = evidence(np.array([[0.7], [0.1]]), None)
    wrapped = evidence(np.array([[0.7, 0.0, 0.0], [0.1, 0.0, 0.0]]), None)
    assert wrapped[0] == pytest.approx(asked[0])


def test_strength_keeps_the_order_between_0_and_1() -> None:
    values = strength(np.linspace(-1, 3, 50))
    assert (np.diff(values) > 0).all()
    assert values[0] < 0.01
    assert values[-1] > 0.99
