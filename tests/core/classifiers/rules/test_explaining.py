"""What each rule makes of a text, for the page."""

from __future__ import annotations

from core.classifiers import Subject, explain_rules, parse_rules
from core.classifiers.rules import PartVerdict

RULES = """
yes when text contains "refund" or "money", and not channel is email
no when words > 2

no otherwise
"""


def test_each_rule_and_each_test_has_its_verdict() -> None:
    subject = Subject("Refund my money", channel="chat")
    first, second, rest = explain_rules(parse_rules(RULES), subject)
    assert (first.line, first.answer, first.held, first.gives) == (2, "yes", True, True)
    assert first.tests == (
        PartVerdict('text contains "refund" or "money"', True, ("refund", "money")),
        PartVerdict("channel is email", False, ("chat",)),
    )
    assert (second.held, second.gives, second.tests[0].seen) == (True, False, ("3 words",))
    assert (rest.condition, rest.held, rest.gives) == ("otherwise", False, False)


def test_otherwise_gives_its_answer_when_nothing_held() -> None:
    verdicts = explain_rules(parse_rules(RULES), Subject("Refund", channel="email"))
    assert [(verdict.held, verdict.gives) for verdict in verdicts] == [
        (False, False),
        (False, False),
        (True, True),
    ]


def test_of_several_right_answers_each_rule_that_holds_gives_its_own() -> None:
    verdicts = explain_rules(parse_rules(RULES), Subject("my money back"), many=True)
    assert [verdict.gives for verdict in verdicts] == [True, True, False]


def test_a_pattern_that_takes_too_long_is_told() -> None:
    rules = parse_rules(r"yes when text matches /\w+\s*[€$]/")
    (verdict,) = explain_rules(rules, Subject("a" * 100_000))
    assert not verdict.held
    assert "takes too long" in verdict.error
