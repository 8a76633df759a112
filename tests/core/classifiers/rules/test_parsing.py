"""Rules as they are typed: what they mean, how they are printed, and what is said when they are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.classifiers import RulesError, format_rules, parse_rules
from core.classifiers.rules.conditions import AllOf, AnyOf, Not, Rules
from tests.core.classifiers.rules.making import written_rules

TYPED = """\
# the first that matches
yes when text contains “refund” or „money back“, and not channel is email
YES when words < 4 and (text is 'cancel' or customer plan is not "pro plus")   # short

no otherwise
"""
PRINTED = """\
# the first that matches
yes when text contains "refund" or "money back", and not channel is email
yes when words fewer than 4 and (text is "cancel" or not customer plan is "pro plus")  # short

no otherwise
"""


def test_rules_are_printed_in_one_way_and_keep_comments() -> None:
    assert format_rules(parse_rules(TYPED, ["yes", "no"])) == PRINTED


@settings(max_examples=40, deadline=None)
@given(written_rules())
def test_what_is_printed_reads_as_the_same(rules: Rules) -> None:
    assert parse_rules(format_rules(rules)) == rules


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from([*'yes no when text "a" and or not ( ) , < 3 is /x+/ \n # \\']), max_size=60))
def test_whatever_is_typed_reads_or_says_where_it_is_wrong(typed: str) -> None:
    try:
        parse_rules(typed, ["yes", "no"])
    except RulesError as error:
        lines = typed.splitlines()
        for problem in error.problems:
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('yess when text contains "a"', "1: “yess” is no answer of this question. Did you mean “yes”?"),
        ('when text contains "a"', "1: expected an answer, found “when”."),
        ('yes wenn text contains "a"', "5: expected “when” or “otherwise”, found “wenn”."),
        ("yes", "4: expected “when” and a condition, or “otherwise”, found the end of the line."),
        ('yes when txt contains "a"', "10: expected a condition, found “txt”. Did you mean “text”?"),
        ("yes when text contains refund", "24: expected words in quotation marks, found “refund”."),
        ('yes when text contains " "', "24: there is nothing between the quotation marks."),
        ('yes when text contains "a', '24: the text that begins here needs a closing " at its end.'),
        ("yes when text matches /a", "23: the pattern that begins here needs a second / at its end."),
        ("yes when text matches /(a/", "23: the pattern cannot be read: missing ) at its character 3."),
        ("yes when text matches /a*/", "23: the pattern matches every text, even an empty one."),
        (
            "yes when text matches /(a|a)+$/",
            "23: the pattern takes too long on long texts: it repeats what repeats already. "
            "Make it simpler.",
        ),
        ("yes when words < many", "18: expected a number, found “many”."),
        ("yes when (words < 3", "20: expected “)”, found the end of the line."),
        (
            "yes when words < 3 channel is chat",
            "20: expected “and”, “or” or the end of the line, found “channel”.",
        ),
        ("yes when words < 3,", "19: expected “and” or “or” after the comma, found the end of the line."),
        (
            "yes when words < 3 and channel is chat or language is de",
            "40: “or” after “and” can be read in two ways: put what belongs together in parentheses.",
        ),
        (
            'yes when text contains "a" or "b" and "c"',
            "35: “and” after “or” can be read in two ways: write two conditions, with parentheses "
            "around what belongs together.",
        ),
        (
            "yes when words < 3 & words > 1",
            "20: “&” means nothing here. Put words to look for in quotation marks.",
        ),
        ("no otherwise because", "14: “otherwise” needs no condition, found “because”."),
        ("yes when " + "not " * 40 + "words < 3", "114: this is more than 25 parentheses or “not” deep."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(line: str, problem: str) -> None:
    with pytest.raises(RulesError) as caught:
        parse_rules(line, ["yes", "no"])
    assert str(caught.value) == f"Line 1, column {problem}"


def test_every_wrong_line_is_told_and_otherwise_comes_last() -> None:
    with pytest.raises(RulesError) as caught:
        parse_rules("no otherwise\nyes when words < 3\n\nmaybe otherwise", ["yes", "no"])
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(2, 1), (4, 1)]
    assert "“otherwise” in line 1 comes last" in str(caught.value)


def test_a_comma_parts_what_came_before() -> None:
    (rule,) = parse_rules('yes when words < 3 or words > 9, and not text is "a" or "b"').rules
    assert isinstance(rule.condition, AllOf)
    either, denied = rule.condition.parts
    assert isinstance(either, AnyOf)
    assert isinstance(denied, Not)


@pytest.mark.parametrize("answer", ["late delivery", '"late delivery"', "LATE delivery"])
def test_an_answer_of_several_words_needs_no_quotation_marks(answer: str) -> None:
    (rule,) = parse_rules(f"{answer} otherwise", ["late delivery", "bug"]).rules
    assert rule.answer == "late delivery"


def test_too_much_is_refused() -> None:
    with pytest.raises(RulesError, match="50,001 characters; at most 50,000"):
        parse_rules("#" * 50_001)
    with pytest.raises(RulesError, match="Line 501, column 1: at most 500 rules"):
        parse_rules("yes when words < 3\n" * 501)
