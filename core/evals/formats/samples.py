"""What openai/evals and inspect_ai have in common: an input, an expected text, and metadata."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.errors import InvalidInput
from core.evals.formats.carrying import KEY, pack, settled, unpack
from core.evals.formats.chat import from_chat, name_of, to_chat
from core.evals.formats.expected import expectations_of, expected_of, with_expected
from core.evals.formats.record import CaseRecord, Problem, ReadOptions


@dataclass(frozen=True, slots=True)
class Shape:
    """Names of one tool's sample. ``expected``: of the field with what is expected; ``name``: of its id."""

    tool: str
    expected: str
    known: tuple[str, ...]
    name: str = ""


def write_sample(record: CaseRecord, shape: Shape) -> dict[str, Any]:
    """A sample other tools can run; the whole case is in its metadata."""
    return {**_shown(record, shape), "metadata": {KEY: pack(record)}}


def read_sample(
    value: dict[str, Any], shape: Shape, options: ReadOptions, *, line: int
) -> CaseRecord | Problem:
    """A case made of a sample."""
    name = value.get(shape.name) if shape.name else ""
    try:
        return _read(value, shape, options, line)
    except InvalidInput as error:
        return Problem(line, str(error), str(name or "")[:200])


def _read(value: dict[str, Any], shape: Shape, options: ReadOptions, line: int) -> CaseRecord:
    if "input" not in value:
        raise InvalidInput("input is missing")
    metadata = value.get("metadata")
    carried = metadata.get(KEY) if isinstance(metadata, dict) else None
    if carried is None:
        return _from_elsewhere(value, shape, options, line)
    try:
        case = unpack(carried)
    except InvalidInput as error:
        seen = _from_elsewhere(value, shape, options, line)
        return seen.noting(f"read as it stands, because the case in its metadata is not usable: {error}")
    shown = _parts(_shown(case, shape), shape)
    found = _parts(value, shape)
    if found == shown:
        return replace(case, line=line)
    seen = _from_elsewhere(value, shape, options, line)
    if found["expected"] != shown["expected"]:
        edited = with_expected(case.expectations, value.get(shape.expected), options.expected_as)
        seen = replace(seen, expectations=edited)
    return settled(case, seen, shown=shown, found=found)


def _from_elsewhere(value: dict[str, Any], shape: Shape, options: ReadOptions, line: int) -> CaseRecord:
    content, notes = from_chat(value["input"])
    metadata = value.get("metadata")
    kept = {name: value[name] for name in value if name not in shape.known and value[name] is not None}
    provenance: dict[str, Any] = {"format": shape.tool}
    if kept:
        provenance["unknown"] = kept
        notes = (*notes, f"kept with its origin and not used here: {', '.join(sorted(kept))}")
    if isinstance(metadata, dict) and (rest := {key: metadata[key] for key in metadata if key != KEY}):
        provenance["metadata"] = rest
    name = value.get(shape.name) if shape.name else ""
    if name not in (None, ""):
        provenance["id"] = name
    return CaseRecord(
        name=name_of(content, None if shape.name == "id" and isinstance(name, int) else name),
        input=content,
        expectations=expectations_of(value.get(shape.expected), options.expected_as),
        provenance=provenance,
        notes=notes,
        line=line,
    )


def _shown(record: CaseRecord, shape: Shape) -> dict[str, Any]:
    shown: dict[str, Any] = {"input": to_chat(record), shape.expected: expected_of(record.expectations)}
    if shape.name:
        shown = {shape.name: _identity(record), **shown}
    return shown


def _parts(sample: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """What may have been edited. Logs say more of each message, and know a single text as a list."""
    asked, expected = sample.get("input"), sample.get(shape.expected) or ""
    if isinstance(asked, list):
        asked = [
            {"role": each.get("role"), "content": each.get("content")} if isinstance(each, dict) else each
            for each in asked
        ]
    if isinstance(expected, list) and len(expected) == 1:
        expected = expected[0]
    return {"input": asked, "expected": expected}


def _identity(record: CaseRecord) -> str:
    """Unique in a file: tools refuse two samples with one id."""
    return f"{record.name[:80]} ({record.digest[:12]})" if record.digest else record.name
