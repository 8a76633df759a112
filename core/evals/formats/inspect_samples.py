"""inspect_ai samples: ``{id, input, target, metadata}`` as a JSON array or JSON lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import InvalidInput
from core.evals.formats.json_text import encoded, json_lines, plain_json, to_json
from core.evals.formats.record import CaseRecord, Problem, Read, ReadOptions, WriteOptions
from core.evals.formats.registry import case_format
from core.evals.formats.samples import Shape, read_sample, write_sample

_SHAPE = Shape("inspect", expected="target", name="id", known=("id", "input", "target", "metadata"))
_SAMPLE = re.compile(rb'^[\[\s]*\{.*"input"\s*:', re.DOTALL)


def write_inspect(records: Sequence[CaseRecord], options: WriteOptions) -> bytes:
    """JSON lines that inspect_ai's ``json_dataset`` reads; the whole case travels in ``metadata``."""
    del options
    return b"".join(encoded(to_json(write_sample(each, _SHAPE))) + b"\n" for each in records)


@case_format(
    "inspect",
    label="inspect_ai samples",
    suffixes=(".jsonl", ".json", ".ndjson"),
    recognises=lambda head: bool(_SAMPLE.match(head)) and b'"eval"' not in head[:2_000],
    write=write_inspect,
)
def read_inspect(content: bytes, options: ReadOptions) -> Read:
    """An array counts entries, JSON lines count lines. ``choices``, ``files`` and the like are only kept."""
    if not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        for line, value in json_lines(content):
            yield (
                Problem(line, value)
                if isinstance(value, str)
                else read_sample(value, _SHAPE, options, line=line)
            )
        return
    try:
        samples = plain_json(content)
    except InvalidInput as error:
        yield Problem(1, str(error))
        return
    for number, value in enumerate(samples, start=1):
        if not isinstance(value, dict):
            yield Problem(number, "it must be a JSON object")
        else:
            yield read_sample(value, _SHAPE, options, line=number)
