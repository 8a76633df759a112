"""Labels as CSV, one a line with a header. Read and written as a stream."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from core.conversations import Reject
from core.criteria import MARKED, SEPARATOR, given
from core.errors import InvalidInput
from core.labelling.records import LabelRecord, answered, read_moment

COLUMNS = (
    "id",
    "subject_type",
    "subject_id",
    "conversation",
    "criterion",
    "version",
    "answer",
    "reason",
    "span",
    "judge",
    "created_at",
    "text",
)
_LONGEST_FIELD = 16_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the start of a cell."""


def write_label_csv(records: Iterable[LabelRecord], *, kind: str) -> Iterator[str]:
    """The header and one row a label. Spans are JSON; several answers are joined as they are stored.

    Args:
        kind: of the criterion the records answer; CSV looks the same for all.
    """
    del kind
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerow([_guarded(field) for field in _row(record)])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def read_label_csv(handle: BinaryIO, *, kind: str) -> Iterator[LabelRecord | Reject]:
    """The rows; ``line`` is the line on which a row ends. Columns may stand in any order.

    Needed are ``answer``, ``judge`` and one of ``subject_id`` and ``conversation``.
    """
    lines = io.TextIOWrapper(handle, encoding="utf-8-sig", errors="replace", newline="")
    previous = csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader(lines, strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        missing = [name for name in ("answer", "judge") if name not in header]
        if not {"subject_id", "conversation"} & set(header):
            missing.append("subject_id")
        if missing:
            yield Reject(1, f"the first line has to name the columns; missing: {', '.join(missing)}")
            return
        for row in rows:
            if not any(row):
                continue
            fields = {name: _unguarded(value) for name, value in zip(header, row, strict=False)}
            try:
                if len(row) != len(header):
                    raise InvalidInput(f"it has {len(row)} fields, and the first line names {len(header)}")
                yield _record(fields, rows.line_num, kind)
            except InvalidInput as error:
                yield Reject(rows.line_num, str(error), fields.get("id", "")[:200])
    except csv.Error as error:
        yield Reject(rows.line_num, f"not CSV from here on, the rest was not read: {error}")
    finally:
        csv.field_size_limit(previous)
        lines.detach()


def _row(record: LabelRecord) -> list[str]:
    return [
        record.external_id,
        record.subject_type,
        "" if record.subject_id is None else str(record.subject_id),
        record.conversation,
        record.criterion,
        "" if record.version is None else str(record.version),
        SEPARATOR.join(record.answers),
        record.reason,
        "" if record.span is None else json.dumps(record.span, ensure_ascii=False),
        record.judge,
        record.created_at.isoformat() if record.created_at else "",
        record.text,
    ]


def _record(fields: dict[str, str], line: int, kind: str) -> LabelRecord:
    reason, answer = fields.get("reason", ""), fields.get("answer", "")
    spans = [_span(fields["span"])] if fields.get("span") else []
    if kind == "span" and answer == MARKED and not spans:
        raise InvalidInput("it is marked, but “span” does not say what")
    answers, span = answered(kind, given(answer) if answer else (), spans, reason)
    if kind in ("span", "note") and answer and (answer,) != answers:
        raise InvalidInput(f"the answer {answer[:80]!r} does not fit the rest of the line")
    return LabelRecord(
        subject_type=fields.get("subject_type", ""),
        subject_id=_number(fields, "subject_id"),
        answers=answers,
        judge=fields.get("judge", ""),
        conversation=fields.get("conversation", ""),
        criterion=fields.get("criterion", ""),
        version=_number(fields, "version"),
        reason=reason,
        span=span,
        created_at=read_moment(fields.get("created_at")),
        external_id=fields.get("id", ""),
        text=fields.get("text", ""),
        line=line,
    )


def _span(field: str) -> dict[str, Any]:
    try:
        span = json.loads(field)
    except (ValueError, RecursionError):
        span = None
    if not isinstance(span, dict):
        raise InvalidInput('the span must be JSON such as {"start": 0, "end": 5, "text": "Hello"}')
    return span


def _number(fields: dict[str, str], name: str) -> int | None:
    value = fields.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdecimal()) or len(value) > 18:
        raise InvalidInput(f"{name} is {value[:40]!r}; it must be a whole number")
    return int(value)


def _guarded(field: str) -> str:
    """With an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{field}" if field.startswith((*_FORMULA, "'")) else field


def _unguarded(field: str) -> str:
    return field[1:] if field.startswith("'") and field[1:].startswith((*_FORMULA, "'")) else field
