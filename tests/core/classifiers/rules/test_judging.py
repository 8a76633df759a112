"""Rules as a classifier: probabilities, abstaining, reasons, and texts that are hard on patterns."""

from __future__ import annotations

import numpy as np
import pytest

from core.classifiers import Subject, Threshold, decide, get_kind
from core.classifiers.rules import patterns
from core.classifiers.rules.judging import NO_RULE
from core.errors import InvalidInput
from tests.core.classifiers.rules.making import REFUND, TOPICS, made, services

UNSURE = Threshold(familiarity=0.5)


def test_the_first_rule_that_matches_gives_the_answer_and_says_why() -> None:
    model = made('no when text contains "thanks"\nyes when text contains "refund"\n')
    scores = model.score([Subject("Refund! Thanks"), Subject("A refund"), Subject("Hello")])
    np.testing.assert_array_equal(scores.probabilities, [[0, 1], [1, 0], [0.5, 0.5]])
    np.testing.assert_array_equal(scores.familiarity, [1, 1, 0])
    assert scores.reasons == (
        'Line 1: text contains "thanks" (found “thanks”)',
        'Line 2: text contains "refund" (found “refund”)',
        NO_RULE,
    )


@pytest.mark.parametrize("threshold", [UNSURE, Threshold(confidence=0.6)])
def test_it_abstains_where_no_rule_matches(threshold: Threshold) -> None:
    scores = made('yes when text contains "refund"').score([Subject("Refund"), Subject("Hello")])
    sure, unsure = decide(scores, REFUND.answers, many=False, threshold=threshold)
    assert (sure.answer, sure.abstained) == ("yes", False)
    assert unsure.abstained


def test_otherwise_answers_the_rest() -> None:
    scores = made("yes when words > 3\nno otherwise").score([Subject("Hello")])
    (given,) = decide(scores, REFUND.answers, many=False, threshold=UNSURE)
    assert (given.answer, given.reason) == ("no", "Line 2: no other rule matches.")


def test_where_several_answers_may_be_right_every_matching_rule_gives_its_own() -> None:
    rules = (
        'billing when text contains "invoice"\nbug when text contains "error"\nlate delivery when words > 5'
    )
    subjects = [Subject("An error in my invoice"), Subject("Hello")]
    both, nothing = decide(made(rules, TOPICS).score(subjects), TOPICS.answers, many=True, threshold=UNSURE)
    assert (both.answer, both.confidence) == ("billing | bug", 1.0)
    assert (nothing.answer, nothing.abstained, nothing.confidence) == ("", False, 1.0)
    rest = made(f"{rules}\nbug otherwise", TOPICS).score(subjects)
    assert [each.answer for each in decide(rest, TOPICS.answers, many=True, threshold=UNSURE)] == [
        "billing | bug",
        "bug",
    ]


def test_a_pattern_that_takes_too_long_fails_for_that_text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "LIMIT", 0.01)
    model = made(r"yes when text matches /\w+\s*[€$]/")
    scores = model.score([Subject("a" * 100_000), Subject("It cost 5 €")])
    assert np.isnan(scores.probabilities[0]).all()
    assert "takes too long on this text" in scores.errors[0]
    np.testing.assert_array_equal(scores.probabilities[1], [1, 0])
    slow, quick = decide(scores, REFUND.answers, many=False, threshold=Threshold())
    assert slow.abstained
    assert slow.error == scores.errors[0]
    assert quick.error == ""


def test_a_very_long_text_is_judged() -> None:
    rules = 'yes when text contains word "refund" and words > 10000 and text ends with "end"\nno otherwise'
    scores = made(rules).score([Subject("word " * 20_000 + "refund end")])
    np.testing.assert_array_equal(scores.probabilities, [[1, 0]])


def test_nothing_to_judge() -> None:
    assert made("no when words < 1").score([]).probabilities.shape == (0, 2)


def test_a_version_is_its_settings() -> None:
    kind = get_kind("rules")
    settings = {"rules": "yes when words > 3\nno otherwise"}
    model = kind.fit(REFUND, settings, [], services=services())
    again = kind.load(REFUND, settings, model.dump(), services=services())
    subjects = [Subject("one two three four"), Subject("one")]
    np.testing.assert_array_equal(model.score(subjects).probabilities, again.score(subjects).probabilities)
    assert (kind.learns, model.features, model.dump()) == (False, "", b"")


@pytest.mark.parametrize("settings", [{}, {"rules": ""}, {"rules": "# to do"}, {"rules": "no otherwise"}])
def test_rules_need_a_condition(settings: dict[str, str]) -> None:
    (problem,) = get_kind("rules").problems(REFUND, settings)
    assert "write at least one rule with a condition" in problem
    with pytest.raises(InvalidInput):
        get_kind("rules").fit(REFUND, settings, [], services=services())


def test_problems_are_told_line_by_line() -> None:
    problems = get_kind("rules").problems(REFUND, {"rules": "yes when\nmaybe otherwise"})
    assert [problem.split(":")[0] for problem in problems] == ["Line 1, column 9", "Line 2, column 1"]
