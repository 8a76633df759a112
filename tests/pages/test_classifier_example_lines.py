"""Examples as people paste them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.classifiers import MAX_TEXT, Question
from pages.specialist.classifiers.example_lines import read_lines


def question(**changes: Any) -> Question:
    values: dict[str, Any] = {
        "name": "want",
        "question": "What do they want?",
        "guidance": "",
        "kind": "one_of",
        "answers": ("Refund", "login"),
    }
    return Question(**values | changes)


def found(content: str, **changes: Any) -> list[tuple[str, Any]]:
    return [(each.text, each.answer) for each in read_lines(content, question(**changes)).examples]


@pytest.mark.parametrize(
    "content",
    [
        '{"text": "Geld zurück", "answer": "refund"}\n\n{"text": "Hm", "answer": ""}',
        "text,answer\nGeld zurück,REFUND\nHm,none\n",
        'answer;text\nRefund;"Geld zurück"\n;Hm',
        "\ufeffanswer\ttext\nrefund\tGeld zurück\nOOS\tHm",
        "refund\tGeld zurück\n\tHm",
    ],
    ids=["json lines", "commas", "semicolons", "tabs", "pasted"],
)
def test_every_form_reads_alike(content: str) -> None:
    assert found(content) == [("Geld zurück", "Refund"), ("Hm", "")]


def test_lines_without_answers_wait_for_one() -> None:
    lines = read_lines("Money back, please\n\n  Reset it ", question())
    assert lines.plain == ("Money back, please", "Reset it")
    assert not lines.examples
    assert not lines.rejected


def test_several_answers() -> None:
    listed = json.dumps({"text": "Both", "answer": ["login", "refund"]})
    assert found(listed, kind="many_of") == [("Both", ("login", "Refund"))]
    assert found("login | refund\tBoth", kind="many_of") == [("Both", ("login", "Refund"))]


def test_what_makes_no_example_is_named_with_its_line() -> None:
    content = "\n".join(
        [
            '{"text": "Fine", "answer": "login"}',
            "{not json}",
            '{"answer": "login"}',
            '{"text": " ", "answer": "login"}',
            '{"text": "Which cake?", "answer": "cake"}',
            json.dumps({"text": "x" * (MAX_TEXT + 1), "answer": "login"}),
            json.dumps({"text": "Two at once", "answer": ["login", "refund"]}),
        ]
    )
    lines = read_lines(content, question())
    assert [each.text for each in lines.examples] == ["Fine"]
    assert [each.line for each in lines.rejected] == [2, 3, 4, 5, 6, 7]
    assert "not an answer" in lines.rejected[3].reason


def test_an_answer_that_is_called_none_is_one() -> None:
    assert found("none\tNothing", answers=("none", "login")) == [("Nothing", "none")]


def test_a_table_that_breaks_off_keeps_what_was_read() -> None:
    lines = read_lines('text,answer\nFine,login\nshort\n"never closed', question())
    assert [each.text for each in lines.examples] == ["Fine"]
    assert lines.rejected
