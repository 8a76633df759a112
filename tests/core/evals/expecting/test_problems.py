"""What people write wrongly, and what they read about it."""

from __future__ import annotations

from typing import Any

import pytest

from core.evals.expecting import describe_expectation, expectation_kinds, expectation_problems

RIGHT: list[dict[str, Any]] = [
    {"kind": "criterion", "criterion": "polite", "answers": ["yes"]},
    {"flag": 3, "criterion": "polite", "version": 1, "answer": "no", "strength": "weak", "better": "Dear"},
    {"kind": "decision", "decisions": ["abstain"], "reason": ""},
    {"kind": "cites", "article": "help/a/b"},
    {"kind": "cites_something", "weight": 2},
    {"kind": "contains", "texts": ["a"], "all": False, "ignore_case": True, "name": "says a"},
    {"kind": "not_contains", "texts": ["a"]},
    {"kind": "equals", "texts": ["a"], "ignore_case": False},
    {"kind": "starts_with", "texts": ["a"]},
    {"kind": "matches", "pattern": "a+", "not": True},
    {"kind": "is_json"},
    {"kind": "proposes", "action": "refund", "arguments": {"amount": 1}},
    {"kind": "proposes", "action": "refund", "arguments": {}},
    {"kind": "proposes_nothing"},
    {"kind": "reference", "text": "a", "at_least": None},
    {"kind": "reference", "text": "a", "at_least": 0},
    {"kind": "language", "locale": "pt_BR"},
    {"kind": "cost", "at_most": 0},
    {"kind": "latency", "at_most_ms": 1000},
    {"kind": "unsupported", "from": "promptfoo", "assertion": {"type": "javascript", "value": "1"}},
]


@pytest.mark.parametrize("right", RIGHT, ids=lambda each: str(each.get("kind")))
def test_what_is_right_has_no_problems_and_a_sentence(right: dict[str, Any]) -> None:
    assert expectation_problems([right]) == []
    words = describe_expectation(right)
    assert words
    assert "cannot be read" not in words
    assert not words.endswith(".")


def test_every_kind_is_among_them_and_says_what_it_is() -> None:
    assert {each.kind for each in expectation_kinds()} == {each.get("kind", "criterion") for each in RIGHT}
    assert all(each.title and each.hint for each in expectation_kinds())
    assert all(field.label for each in expectation_kinds() for field in each.fields)
    assert expectation_kinds()[0].kind == "criterion"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"kind": "cites"}, "Article: this is missing."),
        ({"kind": "cites", "article": "refunds"}, "no SOURCE/EXTERNAL_ID"),
        ({"kind": "contains", "texts": []}, "Words it says: this is missing."),
        ({"kind": "contains", "texts": "refund"}, "this is a list of texts"),
        ({"kind": "contains", "texts": ["a", " "]}, "a text that is not empty"),
        ({"kind": "contains", "texts": ["a"] * 51}, "at most 50"),
        ({"kind": "contains", "texts": ["a"], "all": "yes"}, "neither true nor false"),
        ({"kind": "contains", "texts": ["a"], "al": True}, "it knows no “al”"),
        ({"kind": "decision", "decisions": ["refuse"]}, "“refuse” is none of answer, abstain"),
        ({"kind": "decision", "decisions": ["abstain"], "reason": "mood"}, "“mood” is none of"),
        ({"kind": "reference", "text": "a", "at_least": 1.5}, "no number from 0 to 1"),
        ({"kind": "cost", "at_most": True}, "no number"),
        ({"kind": "cost", "at_most": float("nan")}, "no number"),
        ({"kind": "latency", "at_most_ms": 0}, "no number above 0"),
        ({"kind": "language", "locale": "English please"}, "no code of a language"),
        ({"kind": "proposes", "action": "refund", "arguments": [1]}, "names with values"),
        ({"kind": "proposes", "action": 5}, "Action: this is a text."),
        ({"kind": "is_json", "weight": 0}, "its weight is a number above 0"),
        ({"kind": "is_json", "weight": "2"}, "its weight is a number above 0"),
        ({"kind": "is_json", "name": ["a"]}, "its name is a text"),
        ({"kind": "horoscope"}, "“horoscope” is no kind of expectation"),
        ({"texts": ["a"]}, "it does not say what kind it is"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, Any], why: str) -> None:
    problems = expectation_problems([{"kind": "is_json"}, wrong])
    assert len(problems) == 1
    assert problems[0].startswith("Expectation 2")
    assert why in problems[0]
    assert "cannot be read" in describe_expectation(wrong)


def test_several_problems_are_said_at_once() -> None:
    problems = expectation_problems(
        [{"kind": "decision", "weight": -1, "decisions": ["x"], "reason": "y"}, {"kind": "cites"}]
    )
    assert len(problems) == 4


@pytest.mark.parametrize("nonsense", ["text", None, 5, ["kind"]])
def test_what_is_no_expectation_at_all(nonsense: Any) -> None:
    assert expectation_problems([nonsense])[0].startswith("Expectation 1: an expectation has names")


def test_words_for_people() -> None:
    titles = {"help/refunds": "Refunds after renewal", "polite": "Is it polite?"}
    assert describe_expectation({"kind": "cites", "article": "help/refunds"}, titles=titles) == (
        "Cites “Refunds after renewal”"
    )
    assert (
        describe_expectation({"kind": "not_contains", "texts": ["guarantee"]}) == "Does not say “guarantee”"
    )
    assert describe_expectation(RIGHT[0], titles=titles) == "“Is it polite?” is answered “yes”"
    assert describe_expectation(RIGHT[1], titles=titles) == "“Is it polite?” has a good answer, not “no”"
    assert describe_expectation(RIGHT[11]) == "Proposes “refund” with amount 1"
    assert describe_expectation({"kind": "is_json", "weight": 2.5, "name": "form"}) == (
        "form: Is JSON that can be read (counts 2.5 times)"
    )
