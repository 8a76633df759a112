"""openai/evals: ``{"input": [chat], "ideal": text or texts}``, one sample a line."""

from __future__ import annotations

from collections.abc import Sequence

from core.evals.formats.json_text import encoded, json_lines, to_json
from core.evals.formats.record import CaseRecord, Problem, Read, ReadOptions, WriteOptions
from core.evals.formats.registry import case_format
from core.evals.formats.samples import Shape, read_sample, write_sample

_SHAPE = Shape("openai-evals", expected="ideal", known=("input", "ideal", "metadata"))


def write_openai_evals(records: Sequence[CaseRecord], options: WriteOptions) -> bytes:
    """JSON lines; the whole case travels in ``metadata``, which openai/evals does not look at."""
    del options
    return b"".join(encoded(to_json(write_sample(each, _SHAPE))) + b"\n" for each in records)


@case_format(
    "openai-evals",
    label="openai/evals JSON lines",
    suffixes=(".jsonl", ".ndjson"),
    recognises=lambda head: b'"ideal"' in head,
    write=write_openai_evals,
)
def read_openai_evals(content: bytes, options: ReadOptions) -> Read:
    """Chat roles become authors; what ``ideal`` asks for is said by :attr:`ReadOptions.expected_as`."""
    for line, value in json_lines(content):
        if isinstance(value, str):
            yield Problem(line, value)
            continue
        yield read_sample(value, _SHAPE, options, line=line)
