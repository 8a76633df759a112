"""What we write comes back as the same cases, whatever people typed; what others edited comes back edited."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.evals.formats import CaseRecord, Problem, ReadOptions, WriteOptions, case_formats, get_case_format
from core.evals.formats.promptfoo.folding import FOLD

WRITABLE = [each.name for each in case_formats() if each.write]
ODD = (
    "no", "12:30", "1e3", "0o14", "2026-01-01", "null", "~", "- a", "# b", "{{ name }}", "{% raw %}", "{#",
    "{{{", "file:///etc/passwd", "package:x:y", "=1+1", "'=1", "@x", "\r", "a\r\nb", "\u202eabc\u202c",
    "שלום", "\x07\x1b[0m", "\x85\u2028\ufeff", "👋🏽", '[{"author": "customer", "text": "x"}]', "a;b,c\td",
    "{{ env.HOME }}", "}}", "%}", "a #} b", "&a *a",
)  # fmt: skip
WORDS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40),
    st.lists(st.sampled_from(ODD), min_size=2, max_size=4).map("".join),
)
SAID = WORDS.filter(lambda text: bool(text.strip()))
TEXTS = st.lists(SAID, min_size=1, max_size=3)
EXPECTED = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("contains"), "texts": TEXTS, "all": st.booleans(), "ignore_case": st.booleans()},
        optional={"weight": st.sampled_from([0.5, 2.5]), "name": SAID},
    ),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["equals", "starts_with", "not_contains"]), "texts": TEXTS},
        optional={"ignore_case": st.booleans()},
    ),
    st.fixed_dictionaries({"kind": st.just("reference"), "text": SAID}),
    st.fixed_dictionaries({"kind": st.just("criterion"), "criterion": SAID, "answers": st.just(["yes"])}),
    st.sampled_from(
        [
            {"kind": "matches", "pattern": r"\bGröße\b\d+$", "not": False},
            {"kind": "is_json"},
            {"kind": "cost", "at_most": 0.01},
            {"kind": "latency", "at_most_ms": 500},
            {"kind": "decision", "decisions": ["abstain"], "reason": ""},
            {"kind": "cites", "article": "help/refunds"},
            {"flag": 7, "criterion": "polite", "answer": "no", "better": "Dear Ada"},
        ]
    ),
)


@st.composite
def records(draw: Any) -> CaseRecord:
    authors = draw(st.lists(st.sampled_from(["customer", "rep", "assistant", "system"]), max_size=3))
    messages = [{"author": author, "text": draw(WORDS)} for author in [*authors, "customer"]]
    steps = [{"action": "x", "result": {"a": draw(WORDS)}}]
    return CaseRecord(
        name=draw(SAID),
        input={"messages": messages, "system": draw(WORDS), "steps": steps},
        complete=True,
        expectations=tuple(draw(st.lists(EXPECTED, max_size=4))),
        theme=draw(WORDS),
        tags=tuple(draw(st.lists(WORDS, max_size=2))),
        channel="chat",
        locale="de-AT",
        weight=draw(st.floats(0.001, 1000)),
        polarity=draw(st.sampled_from(["", "positive", "negative"])),
        critical=draw(st.booleans()),
        digest="d" * 64,
        snapshot_id="s" * 64,
    )


def back(name: str, content: bytes) -> list[CaseRecord | Problem]:
    return list(get_case_format(name).read(content, ReadOptions()))


def written(name: str, *cases: CaseRecord) -> bytes:
    write = get_case_format(name).write
    assert write is not None
    return write(cases, WriteOptions(questions={"polite": "Is it polite?"}))


@pytest.mark.parametrize("name", WRITABLE)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=records())
def test_the_same_case_comes_back(name: str, case: CaseRecord) -> None:
    other = replace(case, name="another one")
    first, second = back(name, written(name, case, other))
    assert isinstance(first, CaseRecord)
    assert replace(first, line=0) == case
    assert isinstance(second, CaseRecord)
    assert replace(second, line=0) == other
    assert first.line < second.line


@pytest.mark.parametrize("name", WRITABLE)
def test_a_huge_case_comes_back(name: str) -> None:
    text = "Größe {{ x }} \n" * 20_000
    case = CaseRecord(name="huge", input={"messages": [{"author": "customer", "text": text}]}, complete=True)
    (found,) = back(name, written(name, case))
    assert isinstance(found, CaseRecord)
    assert found.messages == (("customer", text),)


@pytest.mark.parametrize("name", WRITABLE)
@settings(max_examples=150, deadline=None)
@given(content=st.one_of(st.binary(max_size=300), WORDS.map(lambda text: text.encode())))
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    for each in back(name, content):
        assert isinstance(each, CaseRecord | Problem)


CASE = CaseRecord(
    name="Refund",
    input={"messages": [{"author": "customer", "text": "Where is my refund?"}], "note": "kept"},
    complete=True,
    expectations=(
        {"kind": "contains", "texts": ["14 days"], "all": True, "ignore_case": False, "weight": 2.0},
        {"kind": "decision", "decisions": ["answer"], "reason": ""},
        {"kind": "criterion", "criterion": "polite", "answers": ["yes"]},
    ),
    tags=("billing",),
    weight=3.0,
    digest="d" * 64,
)


def test_what_is_edited_in_promptfoo_counts_and_the_rest_stays() -> None:
    config = yaml.safe_load(written("promptfoo", CASE))
    test = config["tests"][0]
    assert [each["type"] for each in test["assert"]] == ["contains", "llm-rubric"]
    assert test["assert"][1]["value"].startswith("Is it polite?")
    test["assert"][0]["value"] = "10 days"
    test["assert"].append({"type": "icontains", "value": "sorry"})
    (found,) = back("promptfoo", yaml.safe_dump(config).encode())
    assert isinstance(found, CaseRecord)
    assert found.input == CASE.input
    assert (found.digest, found.weight, found.tags) == (CASE.digest, 3.0, ("billing",))
    kinds = [(each["kind"], each.get("texts")) for each in found.expectations]
    assert kinds == [
        ("contains", ["10 days"]), ("criterion", None), ("contains", ["sorry"]), ("decision", None),
    ]  # fmt: skip
    assert found.expectations[0]["weight"] == 2.0
    assert "edited since it was exported: expected" in found.notes[-1]

    test["vars"]["chat"] = json.dumps([{"role": "user", "content": "Where is my money?"}])
    (found,) = back("promptfoo", yaml.safe_dump(config).encode())
    assert isinstance(found, CaseRecord)
    assert found.messages == (("customer", "Where is my money?"),)
    assert (found.complete, found.digest) == (False, "")


@pytest.mark.parametrize(("name", "field"), [("openai-evals", "ideal"), ("inspect", "target")])
def test_what_is_edited_in_samples_counts(name: str, field: str) -> None:
    sample = json.loads(written(name, CASE))
    assert sample[field] == "14 days"
    sample[field] = ["10 days", "ten days"]
    (found,) = back(name, json.dumps(sample).encode())
    assert isinstance(found, CaseRecord)
    assert found.expectations == (
        {**CASE.expectations[0], "texts": ["10 days", "ten days"]},
        *CASE.expectations[1:],
    )
    assert found.digest == CASE.digest
    sample["input"].append({"role": "assistant", "content": "On its way."})
    (found,) = back(name, json.dumps(sample).encode())
    assert isinstance(found, CaseRecord)
    assert found.messages[-1] == ("assistant", "On its way.")
    assert not found.complete


def test_a_table_goes_through_a_spreadsheet() -> None:
    rows = list(csv.reader(io.StringIO(written("csv", CASE, CASE).decode("utf-8-sig"))))
    at = {name: place for place, name in enumerate(rows[0])}
    rows[1][at["weight"]], rows[1][at["critical"]] = "3,0", "FALSE"  # as a German Excel saves it
    rows[2][at["tags"]], rows[2][at["weight"]] = "billing; urgent, vip", "5"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    same, edited = back("csv", out.getvalue().encode("utf-8-sig"))
    assert isinstance(same, CaseRecord)
    assert isinstance(edited, CaseRecord)
    assert replace(same, line=0) == CASE
    assert (edited.tags, edited.weight) == (("billing; urgent", "vip"), 5.0)
    assert (edited.input, edited.expectations, edited.digest) == (CASE.input, CASE.expectations, CASE.digest)


def test_no_cell_runs_as_a_formula() -> None:
    for text in ("=HYPERLINK()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        case = replace(CASE, name=text, input={"messages": [{"author": "customer", "text": text}]})
        rows = list(csv.reader(io.StringIO(written("csv", case).decode("utf-8-sig"), newline="")))
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])


def test_promptfoo_is_told_what_makes_no_difference() -> None:
    case = replace(CASE, expectations=({"kind": "contains", "texts": ["don’t  –  wait…"]},))
    (made,) = yaml.safe_load(written("promptfoo", case))["tests"][0]["assert"]
    assert made == {"type": "icontains", "value": "don't - wait...", "transform": FOLD}
