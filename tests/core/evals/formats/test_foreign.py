"""Files of other tools, as people have them: good, odd and broken."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
import zstandard

from core.errors import InvalidInput
from core.evals.formats import CaseRecord, Problem, ReadOptions, get_case_format, guess_case_format


def read(name: str, content: str | bytes, expected_as: str = "") -> list[CaseRecord | Problem]:
    data = content.encode() if isinstance(content, str) else content
    return list(get_case_format(name).read(data, ReadOptions(expected_as)))


def one(name: str, content: str | bytes, expected_as: str = "") -> CaseRecord:
    (found,) = read(name, content, expected_as)
    assert isinstance(found, CaseRecord), found
    return found


def problem(name: str, content: str | bytes) -> Problem:
    (found,) = read(name, content)
    assert isinstance(found, Problem), found
    return found


def test_openai_evals() -> None:
    line = json.dumps(
        {
            "input": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "2+2?"}, {"type": "image_url"}]},
                {"role": "assistant", "content": "4"},
                {"role": "user", "content": "And 3+3?"},
            ],
            "ideal": ["6", "six"],
            "difficulty": 1,
        }
    )
    case = one("openai-evals", line)
    assert case.system == "Be brief."
    assert case.messages == (("customer", "2+2?"), ("assistant", "4"), ("customer", "And 3+3?"))
    assert case.expectations == (
        {"kind": "contains", "texts": ["6", "six"], "all": False, "ignore_case": False},
    )
    assert case.provenance["unknown"] == {"difficulty": 1}
    assert any("image_url" in note for note in case.notes)
    assert any("difficulty" in note for note in case.notes)
    assert one("openai-evals", line, "equals").expectations == ({"kind": "equals", "texts": ["6", "six"]},)


def test_broken_lines_are_named_and_the_others_read() -> None:
    good = '{"input": "Hi", "ideal": "Hello"}'
    content = (
        f'{good}\n\n{{broken\n[1]\n{{"ideal": 1}}\n{good.replace("Hi", "x" * 3)}\n'
        + '{"input": "a", "ideal": NaN}'
    )
    found = read("openai-evals", content)
    assert [(each.line, isinstance(each, Problem)) for each in found] == [
        (1, False), (3, True), (4, True), (5, True), (6, False), (7, True),
    ]  # fmt: skip


PROMPTFOO = """
prompts:
  - 'Answer {{name}}: {{question}}'
  - '[{"role": "system", "content": "You are {{name}}."}, {"role": "user", "content": "{{question}}"}]'
providers: [openai:gpt-x]
defaultTest:
  vars: {name: Ada}
  assert:
    - {type: cost, threshold: 0.1}
tests:
  - description: Refund
    vars: {question: no}
    assert:
      - type: contains-any
        value: [yes, '12:30']
        weight: 2
        metric: times
      - type: javascript
        value: process.exit(1)
      - type: not-icontains
        value: sorry {{name}}
      - type: is-json
        value: {type: object}
      - {type: equals, value: 12:30}
    options: {temperature: 0}
  - vars: {question: [a, b]}
  - vars: {question: '{% for x in y %}{{x}}{% endfor %}'}
  - 17
"""


def test_promptfoo() -> None:
    found = read("promptfoo", PROMPTFOO)
    assert [each.line for each in found] == [11, 11, 26, 26, 26, 26, 27, 27, 28]
    plain, chat = found[0], found[1]
    assert isinstance(plain, CaseRecord)
    assert isinstance(chat, CaseRecord)
    assert plain.messages == (("customer", "Answer Ada: no"),)
    assert (chat.system, chat.messages) == ("You are Ada.", (("customer", "no"),))
    assert plain.name == "Refund"
    cost, any_of, script, unwanted, schema, same = plain.expectations
    assert cost == {"kind": "cost", "at_most": 0.1}
    assert any_of == {
        "kind": "contains", "texts": ["yes", "12:30"], "all": False, "ignore_case": False, "weight": 2.0,
        "name": "times",
    }  # fmt: skip
    assert script == {
        "kind": "unsupported", "from": "promptfoo",
        "assertion": {"type": "javascript", "value": "process.exit(1)"},
    }  # fmt: skip
    assert unwanted == {"kind": "not_contains", "texts": ["sorry Ada"], "ignore_case": True}
    assert schema["kind"] == "unsupported"
    assert same["texts"] == ["12:30"]  # not 750, which YAML 1.1 makes of it
    assert any("is-json, javascript" in note for note in plain.notes)
    assert plain.provenance["unknown"] == {"options": {"temperature": 0}}
    assert isinstance(found[6], CaseRecord)
    assert any("computes" in note for note in found[6].notes)
    assert isinstance(found[8], Problem)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]" for n in range(9)
)
_TWENTY = str(list(range(20)))
COMBINED = f"prompts: ['{{{{a}}}}']\ntests: [{{vars: {{a: {_TWENTY}, b: {_TWENTY}, c: {_TWENTY}}}}}]"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("tests: file://tests.csv", "files of their own"),
        ("prompts: [file://p.txt]\ntests: []", "files of their own"),
        ("a: [1,\n b: }", "line 2"),
        ("a: &a [*a]\ntests: []", "larger than anybody"),
        ("[" * 300_000, "nested too deeply"),
        (BOMB, "larger"),
        (b"\xff\xfe", "UTF-8"),
        ("just text", "list of tests"),
        (COMBINED, "combinations"),
    ],
)  # fmt: skip
def test_files_of_promptfoo_that_cannot_be_read(content: str | bytes, said: str) -> None:
    assert said in problem("promptfoo", content).reason


def test_inspect_samples() -> None:
    samples = [
        {
            "id": "greet",
            "input": "Hi",
            "target": ["Hello", "Hi"],
            "choices": ["A", "B"],
            "metadata": {"level": 2},
        },
        {"id": 2, "input": [{"role": "user", "content": "Bye"}], "target": "x" * 200},
    ]
    for content in (json.dumps(samples), "\n".join(map(json.dumps, samples))):
        greet, bye = read("inspect", content)
        assert isinstance(greet, CaseRecord)
        assert isinstance(bye, CaseRecord)
        assert greet.name == "greet"
        assert greet.provenance["metadata"] == {"level": 2}
        assert any("choices" in note for note in greet.notes)
        assert bye.expectations == ({"kind": "reference", "text": "x" * 200},)
        assert (greet.line, bye.line) == (1, 2)
    assert "line 2" in problem("inspect", '[{"input": "a"},\n {]').reason


def _log(**sample: Any) -> dict[str, Any]:
    return {
        "id": 1, "epoch": 1, "input": "Hi", "target": "Hello", "messages": [],
        "attachments": {"abc": "A long text"},
        "output": {"model": "m", "choices": [{"message": {"role": "assistant", "content": "Hello!"}}]},
        "scores": {"match": {"value": "C", "answer": "Hello!", "explanation": "attachment://abc"}},
    } | sample  # fmt: skip


def _archive(*samples: dict[str, Any], zstd: bool = False, broken: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({"eval": {"task": "greet", "model": "m"}}))
        for sample in samples:
            archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
    content = buffer.getvalue()
    if zstd:  # as inspect_ai packs today
        content = _as_zstandard(content)
    return content[: len(content) // 2] if broken else content


def _as_zstandard(content: bytes) -> bytes:
    """The same members, stored packed by Zstandard and declared so, which zipfile cannot write by itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        sizes = {}
        for member in source.infolist():
            plain = source.read(member)
            sizes[member.filename] = len(plain)
            target.writestr(member.filename, zstandard.compress(plain))
        for member in target.infolist():
            member.compress_type, member.file_size = 93, sizes[member.filename]
    return out.getvalue()


@pytest.mark.parametrize("packed", ["json", "zip", "zstd"])
def test_inspect_logs(packed: str) -> None:
    samples = [_log(), _log(epoch=2, scores={"match": {"value": "I"}}), _log(id=2, input="attachment://abc")]
    if packed == "json":
        content = json.dumps(
            {"version": 2, "eval": {"task": "greet", "model": "m"}, "samples": samples}
        ).encode()
    else:
        content = _archive(*samples, zstd=packed == "zstd")
    assert guess_case_format("log.json" if packed == "json" else "log.eval", content).name == "inspect-log"
    greet, long = read("inspect-log", content)
    assert isinstance(greet, CaseRecord)
    assert isinstance(long, CaseRecord)
    assert long.messages == (("customer", "A long text"),)
    assert greet.expectations[0]["texts"] == ["Hello"]
    results = greet.provenance["results"]
    assert [each["scores"]["match"]["value"] for each in results] == ["C", "I"]
    assert results[0]["answer"] == "Hello!"
    assert results[0]["scores"]["match"]["explanation"] == "A long text"
    assert greet.provenance["task"] == "greet"


def test_broken_logs() -> None:
    assert "broke off" in problem("inspect-log", _archive(_log(), broken=True)).reason
    assert "samples" in problem("inspect-log", '{"eval": {}}').reason
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "header.json" in problem("inspect-log", empty.getvalue()).reason


def test_a_small_archive_that_holds_a_huge_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.evals.formats.archive.MOST_BYTES", 1_000_000)
    for zstd in (False, True):
        bomb = _archive(_log(input="x" * 5_000_000), zstd=zstd)
        assert len(bomb) < 100_000
        assert "more than" in problem("inspect-log", bomb).reason


def test_a_plain_table() -> None:
    content = (
        "Question;Expected;contains;not_contains;tags;weight;critical;mood\r\n"
        '"Where is\nmy refund?";14 days;;;"a, b";2,5;yes;angry\r\n'
        "Next;;Hello\r\n"
        'Third;;"Hello\nDear";Bye;;;no;\r\n'
        "Bad weight;;;;;-1;;\r\n"
    )
    first, short, third, bad = read("csv", content)
    assert isinstance(first, CaseRecord)
    assert first.messages == (("customer", "Where is\nmy refund?"),)
    assert (first.tags, first.weight, first.critical) == (("a", "b"), 2.5, True)
    assert first.expectations[0]["texts"] == ["14 days"]
    assert first.provenance["unknown"] == {"mood": "angry"}
    assert isinstance(short, Problem)
    assert short.line == 4
    assert isinstance(third, CaseRecord)
    assert [each["texts"] for each in third.expectations] == [["Hello", "Dear"], ["Bye"]]
    assert isinstance(bad, Problem)
    assert (bad.line, "weight" in bad.reason) == (7, True)


def test_tables_that_cannot_be_read() -> None:
    assert "“input” is missing" in problem("csv", "a,b\n1,2\n").reason
    assert "CSV UTF-8" in problem("csv", b"input\nGr\xf6\xdfe\n").reason
    assert "not CSV" in problem("csv", 'input\n"open').reason


def test_our_own_format_refuses_what_is_not_ours() -> None:
    found = read(
        "ratchet",
        '{"ratchet":1,"input":{"messages":[{"author":"customer","text":"Hi"}]},"mood":3}\n'
        '{"ratchet":1}\n{"ratchet":1,"format":2,"input":{}}\n'
        '{"ratchet":1,"input":{"messages":[{"author":"ghost","text":"Hi"}]}}\n'
        '{"ratchet":1,"input":{"messages":[]},"weight":"heavy"}',
    )
    assert isinstance(found[0], CaseRecord)
    assert found[0].provenance["unknown"] == {"mood": 3}
    assert [isinstance(each, Problem) and each.line for each in found[1:]] == [2, 3, 4, 5]


def test_the_format_is_guessed() -> None:
    for name, content, wanted in (
        ("a.jsonl", b'{"ratchet":1,"input":{}}', "ratchet"),
        ("a.jsonl", b'{"input":"x","ideal":"y"}', "openai-evals"),
        ("a.jsonl", b'{"id":1,"input":"x","target":"y"}', "inspect"),
        ("a.json", b'[{"input":"x"}]', "inspect"),
        ("a.yml", b"tests: []", "promptfoo"),
        ("A.CSV", b"input\nx", "csv"),
    ):
        assert guess_case_format(name, content).name == wanted
    with pytest.raises(InvalidInput, match="none of the formats"):
        guess_case_format("a.txt", b"hello")
