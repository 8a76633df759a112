"""Our own format: one whole case a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.errors import InvalidInput
from core.evals.formats.carrying import KEY, VERSION, pack, unpack
from core.evals.formats.json_text import encoded, json_lines, to_json
from core.evals.formats.record import CaseRecord, Problem, Read, ReadOptions, WriteOptions
from core.evals.formats.registry import case_format

_MARK = f'{{"{KEY}":{VERSION},'.encode()


def write_ratchet(records: Sequence[CaseRecord], options: WriteOptions) -> bytes:
    """JSON lines, UTF-8."""
    del options
    return b"".join(encoded(to_json({KEY: VERSION, **pack(each)})) + b"\n" for each in records)


@case_format(
    "ratchet",
    label="Ratchet JSON lines",
    suffixes=(".jsonl", ".ndjson"),
    recognises=lambda head: head.startswith(_MARK),
    write=write_ratchet,
)
def read_ratchet(content: bytes, options: ReadOptions) -> Read:
    """The fields are those of :class:`CaseRecord`; a field nobody knows is kept in the provenance."""
    del options
    for line, value in json_lines(content):
        if isinstance(value, str):
            yield Problem(line, value)
            continue
        try:
            record = unpack(value)
        except InvalidInput as error:
            yield Problem(line, str(error), str(value.get("name", ""))[:200])
            continue
        unknown = {name: value[name] for name in value if name not in _KNOWN}
        if unknown:
            record = replace(record, provenance={**record.provenance, "unknown": unknown}).noting(
                f"fields that are not known here are kept with its origin: {', '.join(sorted(unknown))}"
            )
        yield replace(record, line=line)


_KNOWN = frozenset({KEY, "provenance", *pack(CaseRecord())})
