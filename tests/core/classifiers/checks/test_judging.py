"""Checks as a kind of classifier: their settings, and what they answer where they cannot tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.classifiers import (
    Check,
    Question,
    Services,
    Subject,
    Threshold,
    checks,
    decide,
    get_check,
    get_kind,
)
from core.errors import InvalidInput
from core.settings import Settings

SHORT = Question("short", "Is it short?", "", "yes_no", ("yes", "no"))
TOPIC = Question("topic", "What is it about?", "", "one_of", ("billing", "bug"))
KIND = get_kind("check")


def services() -> Services:
    def never() -> None:
        raise AssertionError("checks need no vectors")

    return Services(Settings(), never)  # type: ignore[arg-type]


def test_it_answers_yes_no_or_abstains() -> None:
    settings = {"check": "reading_level", "parameters": {"fewest_words": 5}}
    model = KIND.fit(SHORT, settings, [], services=services())
    easy = "We got your note. We will look at it now. You will hear from us soon."
    hard = (
        "Administrative authorisation necessitates comprehensive documentation of organisational liabilities."
    )
    scores = model.score([Subject(easy), Subject(hard), Subject("Hello")])
    np.testing.assert_array_equal(scores.probabilities, [[1, 0], [0, 1], [0.5, 0.5]])
    assert scores.reasons[2] == "It has fewer than 5 words."
    yes, no, unsure = decide(scores, SHORT.answers, many=False, threshold=Threshold(familiarity=0.5))
    assert [(each.answer, each.abstained) for each in (yes, no)] == [("yes", False), ("no", False)]
    assert unsure.abstained
    assert (KIND.learns, model.features, model.dump()) == (False, "", b"")


def test_the_columns_follow_the_answers_of_the_question() -> None:
    turned = Question("short", "Is it short?", "", "yes_no", ("no", "yes"))
    model = KIND.load(turned, {"check": "length"}, b"", services=services())
    np.testing.assert_array_equal(model.score([Subject("Hello")]).probabilities, [[0, 1]])


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "Choose a check."),
        ({"check": "size"}, "There is no check 'size': choose one of citation_valid, language_matches,"),
        ({"check": "length", "parameters": [1]}, "The parameters of a check are names with values."),
        ({"check": "length", "parameters": {"least": -1}}, "At least: -1 is no whole number from 0 to"),
        ({"check": "length", "parameters": {"least": True}}, "At least: True is no whole number from 0"),
        ({"check": "length", "parameters": {"most": 2.5}}, "At most: 2.5 is no whole number from 0"),
        ({"check": "length", "parameters": {"unit": "lines"}}, "Counted in: 'lines' is none of words"),
        ({"check": "length", "parameters": {"max": 3}}, "“Length” knows no “max”: leave it out."),
        ({"check": "length", "parameters": {"least": 9, "most": 3}}, "At least 9 and at most 3: no text can"),
        ({"check": "greeting", "parameters": {"closing": "on"}}, "And ends with a closing line: 'on' is"),
    ],
)  # fmt: skip
def test_wrong_settings_are_told(settings: dict[str, Any], problem: str) -> None:
    (told,) = KIND.problems(SHORT, settings)
    assert told.startswith(problem)
    with pytest.raises(InvalidInput):
        KIND.fit(SHORT, settings, [], services=services())


def test_several_mistakes_are_told_at_once() -> None:
    settings = {"check": "length", "parameters": {"least": -1, "unit": "lines"}}
    assert len(KIND.problems(SHORT, settings)) == 2


def test_a_check_answers_only_yes_or_no() -> None:
    (problem,) = KIND.problems(TOPIC, {"check": "length"})
    assert "Choose a question with the answers yes and no." in problem


def test_every_check_says_what_yes_means_and_accepts_its_defaults() -> None:
    assert [made.name for made in checks()] == [
        "citation_valid", "language_matches", "contains_promise", "reading_level", "greeting", "length",
    ]  # fmt: skip
    for made in checks():
        assert made.hint.startswith("Yes: ")
        assert KIND.problems(SHORT, {"check": made.name}) == []
        for parameter in made.parameters:
            assert parameter.label
            if parameter.kind == "number":
                assert parameter.low <= int(parameter.default) <= parameter.high


@pytest.mark.parametrize("made", checks(), ids=lambda made: made.name)
def test_very_long_and_empty_texts_are_judged(made: Check) -> None:
    switched = {each.name: True for each in made.parameters if each.kind == "switch"}
    settings = {"check": made.name, "parameters": switched}
    model = KIND.fit(SHORT, settings, [], services=services())
    texts = ("", "word " * 20_000, "a" * 100_000, "我" * 20_000, "Hi" + "." * 100_000, "\n " * 50_000 + "a")
    subjects = [Subject(text, question=text) for text in texts]
    assert not np.isnan(model.score(subjects).probabilities).any()


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no check 'size'"):
        get_check("size")
