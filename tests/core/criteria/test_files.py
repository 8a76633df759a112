"""Criteria written in files."""

from __future__ import annotations

import pytest

from core.criteria import read_criteria
from core.errors import InvalidInput

YAML = """
question: Is it polite?
kind: yes_no
subjects: [reply, draft]
good: [yes]
examples:
  - {text: "As I said, no.", answer: no, why: It blames.}
"""


def test_yaml_words_stay_words() -> None:
    (polite,) = read_criteria(YAML, as_yaml=True)
    assert polite.good == ["yes"]
    assert polite.examples[0].answer == "no"
    assert polite.version is None


def test_one_object_or_a_list() -> None:
    one = '{"question": "A?", "kind": "scale", "subjects": ["reply"], "version": 2}'
    assert [each.version for each in read_criteria(one, as_yaml=False)] == [2]
    assert len(read_criteria(f"[{one}, {one}]", as_yaml=False)) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "This is not JSON"),
        ("[" * 100_000, "This is not JSON"),
        ("3", "Criterion 1, as a whole"),
        ("[{}]", "Criterion 1, question: field required"),
        ('[{"question": "A?", "kind": "note", "subjects": "reply"}]', "Criterion 1, subjects"),
        ('{"question": "A?", "kind": "note", "subjects": [], "colour": 1}', "Criterion 1, colour: extra"),
        ('{"question": "A?", "kind": "note", "subjects": [], "version": 0}', "Criterion 1, version"),
        ('{"question": "A?", "kind": "note", "subjects": [], "examples": [{}]}', "examples.0.text"),
    ],
)
def test_what_cannot_be_read(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read_criteria(text, as_yaml=False)


def test_broken_yaml_is_said() -> None:
    with pytest.raises(InvalidInput, match="This is not YAML"):
        read_criteria("a: [", as_yaml=True)
