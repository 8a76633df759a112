"""Configurations of promptfoo as cases: each prompt with the variables of each test is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.errors import InvalidInput
from core.evals.formats.carrying import KEY, settled, unpack
from core.evals.formats.chat import from_chat, name_of
from core.evals.formats.json_text import parse_json
from core.evals.formats.promptfoo.assertions import from_assertion, to_assertion
from core.evals.formats.promptfoo.templates import combinations, prompt_input, rendered, resolved
from core.evals.formats.promptfoo.writing import PROMPT, VARIABLE, shown_test, write_promptfoo
from core.evals.formats.promptfoo.yaml_text import read_yaml
from core.evals.formats.record import CaseRecord, Problem, Read, ReadOptions, WriteOptions
from core.evals.formats.registry import case_format

_KNOWN = ("description", "vars", "assert", "metadata")


@case_format(
    "promptfoo",
    label="promptfoo YAML",
    suffixes=(".yaml", ".yml"),
    recognises=lambda head: b"prompts" in head or b"tests" in head,
    write=write_promptfoo,
)
def read_promptfoo(content: bytes, options: ReadOptions) -> Read:
    """``defaultTest`` is part of each test; files that the configuration names are not read.

    Nothing in the file is carried out: assertions that are programs are kept as they are.
    """
    del options
    try:
        config, lines = read_yaml(content)
        if not isinstance(config, dict) or not isinstance(config.get("tests"), list):
            raise InvalidInput(
                "a configuration of promptfoo needs a list of tests; in files of their own they are not read"
            )
        prompts = _prompts(config.get("prompts", PROMPT))
    except InvalidInput as error:
        yield Problem(1, str(error))
        return
    default = config.get("defaultTest")
    places = lines.get("tests", [])
    for number, test in enumerate(config["tests"]):
        line = places[number] if number < len(places) else number + 1
        try:
            yield from _cases(test, default if isinstance(default, dict) else {}, prompts, config, line)
        except InvalidInput as error:
            name = test.get("description", "") if isinstance(test, dict) else ""
            yield Problem(line, str(error), str(name)[:200])


def _prompts(given: Any) -> list[str]:
    prompts = []
    for each in given if isinstance(given, list) else [given]:
        raw = each.get("raw") if isinstance(each, dict) else each
        if not isinstance(raw, str) or raw.startswith("file://"):
            raise InvalidInput(
                "prompts in files of their own are not read: put their text into the configuration"
            )
        prompts.append(raw)
    return prompts or [PROMPT]


def _cases(
    test: Any, default: Mapping[str, Any], prompts: Sequence[str], config: Mapping[str, Any], line: int
) -> Iterator[CaseRecord]:
    if not isinstance(test, dict):
        raise InvalidInput("a test must be an object; tests in files of their own are not read")
    carried, why = _carried(test)
    variables = {**_objects(default, "vars"), **_objects(test, "vars")}
    given = [*_list(default, "assert"), *_list(test, "assert")]
    notes = [why] if why else []
    unused = _unused(test, default, config, exported=carried is not None)
    for prompt in prompts:
        for chosen in combinations(variables):
            if carried is None:
                yield _from_elsewhere(test, prompt, chosen, given, unused, line).noting(*notes)
            else:
                yield _settled(carried, test, given, prompt, chosen, unused, line)


def _from_elsewhere(
    test: Mapping[str, Any],
    prompt: str,
    variables: Mapping[str, Any],
    assertions: Sequence[Any],
    unused: Mapping[str, Any],
    line: int,
) -> CaseRecord:
    variables, known = resolved(variables)
    asked, understood = prompt_input(prompt, variables)
    content, notes = from_chat(asked)
    if not understood or not known:
        notes = (*notes, "its prompt computes something, which stands in the message as it is written")
    expectations = tuple(from_assertion(each, variables) for each in assertions)
    kinds = sorted({_type(each["assertion"]) for each in expectations if each["kind"] == "unsupported"})
    if kinds:
        notes = (*notes, f"kept, but cannot be graded here: {', '.join(kinds)}")
    provenance: dict[str, Any] = {"format": "promptfoo"}
    if variables and VARIABLE not in variables:
        provenance["vars"] = dict(variables)
    if unused:
        provenance["unknown"] = dict(unused)
        notes = (*notes, f"kept with its origin and not used here: {', '.join(sorted(unused))}")
    metadata = test.get("metadata")
    if isinstance(metadata, dict) and (rest := {key: metadata[key] for key in metadata if key != KEY}):
        provenance["metadata"] = rest
    description = test.get("description")
    name = rendered(str(description), variables)[0] if description else ""
    return CaseRecord(
        name=name_of(content, name),
        input=content,
        expectations=expectations,
        provenance=provenance,
        notes=notes,
        line=line,
    )


def _carried(test: Mapping[str, Any]) -> tuple[CaseRecord | None, str]:
    metadata = test.get("metadata")
    packed = metadata.get(KEY) if isinstance(metadata, dict) else None
    if packed is None:
        return None, ""
    try:
        return unpack(parse_json(packed) if isinstance(packed, str) else packed), ""
    except InvalidInput as error:
        return None, f"read as it stands, because the case in its metadata is not usable: {error}"


def _settled(
    carried: CaseRecord,
    test: Mapping[str, Any],
    assertions: Sequence[Any],
    prompt: str,
    variables: Mapping[str, Any],
    unused: Mapping[str, Any],
    line: int,
) -> CaseRecord:
    """The carried case, with what was edited in the test."""
    ours = [(each, to_assertion(each, {})) for each in carried.expectations]
    left = [(each, made) for each, made in ours if made is not None]
    expectations: list[Mapping[str, Any]] = []
    found: list[Any] = []
    for assertion in assertions:
        same = next((pair for pair in left if _same(pair[1], assertion)), None)
        if same is not None:
            left.remove(same)
        expectations.append(same[0] if same else from_assertion(assertion, variables))
        found.append(same[1] if same else assertion)
    test_as_written = shown_test(carried, WriteOptions())
    shown = {
        "input": [PROMPT, test_as_written["vars"]],
        "expected": test_as_written.get("assert", []),
        "name": test_as_written["description"],
    }
    seen = {"input": [prompt, dict(variables)], "expected": found, "name": test.get("description", "")}
    if seen == shown:
        return replace(carried, line=line)
    record = _from_elsewhere(test, prompt, variables, assertions, unused, line)
    unseen = [each for each, made in ours if made is None]  # what promptfoo never saw nobody edited there
    return settled(carried, replace(record, expectations=(*expectations, *unseen)), shown=shown, found=seen)


def _same(ours: Mapping[str, Any], given: Any) -> bool:
    """Whether it is the assertion we wrote. How a criterion was asked then may differ from now."""
    if not isinstance(given, dict):
        return False
    if ours["type"] == "llm-rubric" == given.get("type"):
        return ours.get("metric") == given.get("metric") and ours.get("weight") == given.get("weight")
    return dict(ours) == given


def _unused(
    test: Mapping[str, Any], default: Mapping[str, Any], config: Mapping[str, Any], *, exported: bool
) -> dict[str, Any]:
    unused = {name: test[name] for name in test if name not in _KNOWN}
    if not exported:
        unused |= {f"defaultTest.{name}": default[name] for name in default if name not in _KNOWN}
        unused |= {
            name: config[name] for name in ("scenarios", "derivedMetrics", "transform") if name in config
        }
    return unused


def _type(assertion: Any) -> str:
    return str(assertion.get("type", "no type"))[:60] if isinstance(assertion, dict) else "no type"


def _objects(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name) or {}
    if not isinstance(found, dict):
        raise InvalidInput(f"{name} must be an object; in a file of its own it is not read")
    return found


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name) or []
    if not isinstance(found, list):
        raise InvalidInput(f"{name} must be a list")
    return found
