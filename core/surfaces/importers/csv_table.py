"""Conversations as a table: one row a message."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.conversations import ConversationRecord
from core.errors import InvalidInput
from core.surfaces.importers.building import build_conversation
from core.surfaces.importers.csv_columns import FIELDS, guess_delimiter, map_columns
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import conversation_importer
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source, check_encoding, decode_line

_BOM = b"\xef\xbb\xbf"
_MAX_ROW_BYTES = 8 * 1024 * 1024
_TAG_SEPARATORS = str.maketrans(";|", ",,")
_AUTHORS = {
    "customer": "customer", "user": "customer", "end-user": "customer", "end user": "customer",
    "client": "customer", "visitor": "customer", "contact": "customer", "requester": "customer",
    "rep": "rep", "agent": "rep", "operator": "rep", "support": "rep", "admin": "rep", "staff": "rep",
    "employee": "rep", "assistant": "assistant", "bot": "assistant", "ai": "assistant",
    "system": "system", "note": "system",
}  # fmt: skip


@conversation_importer("csv", label="CSV table", suffixes=(".csv", ".tsv"), passes=2)
def read_csv(source: Source, options: ImportOptions) -> Iterator[ConversationRecord | Reject | Remark]:
    """A table with a header row and one row a message; rows are grouped by conversation id.

    Columns are found by their names (`Ticket ID`, `From`, `Body` and the like) or named with
    `--map COLUMN=FIELD`. Separator: comma, semicolon, tab or bar, whichever the header shows.
    Values with separators or line breaks must be in double quotes, quotes inside doubled.

    | field | required | values |
    | --- | --- | --- |
    | `conversation_id` | yes | text; rows of one conversation need not stand together |
    | `author` | yes | `customer`, `rep`, `assistant`, `system`, or words like `agent`, `user`, `bot` |
    | `text` | yes | the message |
    | `created_at` | yes | a date (see Dates); messages are put in its order |
    | `message_id`, `name`, `html` | no | of the message |
    | `customer_id`, `customer_email` | no | default id: the e-mail address, else the conversation's id |
    | `customer_name`, `customer_locale` | no | the first filled one of a conversation counts |
    | `channel` | no | default: the `--channel` option, `chat` |
    | `subject`, `status`, `csat` | no | the first filled one counts |
    | `tags` | no | separated by comma, semicolon or bar |
    | `conversation_created_at` | no | default: the first message's date |

    A row that cannot be read is rejected alone; the other rows of its conversation go in. The
    file is read twice: once to find which rows belong together, once to import them.
    """
    with source.open() as handle:
        table = _Table(handle, source.path, options.columns)
        rows_of: dict[str, array[int]] = {}  # 16 bytes a row: the rows themselves stay in the file
        for row in table.rows():
            if isinstance(row, Reject | Remark):
                yield row
                continue
            name = row.fields.get("conversation_id", "").strip()
            if not name:
                yield Reject(row.line, "conversation_id is empty", dict(row.fields))
                continue
            rows_of.setdefault(name, array("q")).extend((row.start, row.line))
        for name, places in rows_of.items():
            yield from _conversation(name, list(table.reread(places)), options)


def read_header(handle: io.BufferedReader, path: Path) -> tuple[str, list[str]]:
    """The separator and the column names in the first line.

    Raises:
        InvalidInput: the line is empty, UTF-16 or no CSV.
    """
    first = handle.readline(_MAX_ROW_BYTES)
    check_encoding(first, path)
    header = decode_line(first.removeprefix(_BOM).rstrip(b"\r\n"), 1).text.replace("\x00", "")
    if not header.strip():
        raise InvalidInput(f"{path}: the first line is empty; it must name the columns")
    delimiter = guess_delimiter(header)
    try:
        names = next(csv.reader([header], delimiter=delimiter))
    except csv.Error as error:
        raise InvalidInput(f"{path}: the first line does not name columns: {error}") from None
    return delimiter, [name.strip() for name in names]


@dataclass(frozen=True)
class TableRow:
    """A row by field name, with its line and the byte it starts at."""

    fields: Mapping[str, str]
    line: int
    start: int


class _Table:
    """Rows of a CSV file that can be found again by their position."""

    def __init__(self, handle: io.BufferedReader, path: Path, mapping: Mapping[str, str]) -> None:
        self._handle = handle
        self._delimiter, self._names = read_header(handle, path)
        self._columns = map_columns(self._names, mapping)
        csv.field_size_limit(_MAX_ROW_BYTES)

    def rows(self) -> Iterator[TableRow | Reject | Remark]:
        """Every row from where the header ended."""
        lines = _Lines(self._handle, line=1)
        while True:
            start, number = self._handle.tell(), lines.line
            try:
                values = next(csv.reader(lines, delimiter=self._delimiter, strict=True))
            except StopIteration:
                return
            except csv.Error as error:
                # An unclosed quote swallows what follows: reject its first line, go on with the next.
                self._handle.seek(start)
                lines.line = number
                raw = next(lines)
                yield Reject(number + 1, f"not a CSV row: {error}", raw.rstrip("\r\n"))
                continue
            if lines.broken:
                lines.broken = False
                yield Remark(number + 1, "not valid UTF-8; read as well as possible")
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(self._names):
                yield Reject(
                    number + 1,
                    f"{len(values)} values, but the header names {len(self._names)} columns",
                    values,
                )
                continue
            yield TableRow(self._named(values), number + 1, start)

    def reread(self, places: array[int]) -> Iterator[TableRow]:
        """The rows at these (start, line) pairs, which :meth:`rows` has read before."""
        for index in range(0, len(places), 2):
            self._handle.seek(places[index])
            lines = _Lines(self._handle, line=places[index + 1] - 1)
            values = next(csv.reader(lines, delimiter=self._delimiter, strict=True))
            yield TableRow(self._named(values), places[index + 1], places[index])

    def _named(self, values: list[str]) -> dict[str, str]:
        return {field: values[index] for index, field in self._columns.items()}


class _Lines:
    """Text lines of a binary file, ends kept, never more of one row than allowed."""

    def __init__(self, handle: io.BufferedReader, *, line: int) -> None:
        self._handle = handle
        self.line = line
        self.broken = False
        self._row_bytes = 0

    def __iter__(self) -> _Lines:
        self._row_bytes = 0
        return self

    def __next__(self) -> str:
        raw = self._handle.readline(_MAX_ROW_BYTES)
        if not raw:
            raise StopIteration
        self._row_bytes += len(raw)
        if self._row_bytes > _MAX_ROW_BYTES:
            raise csv.Error("a quote is not closed, or the row is larger than 8 MB")
        self.line += 1
        line = decode_line(raw, self.line)
        self.broken = self.broken or line.broken
        return line.text.replace("\x00", "")


def _conversation(
    name: str, rows: list[TableRow], options: ImportOptions
) -> Iterator[ConversationRecord | Reject | Remark]:
    messages: list[dict[str, Any]] = []
    kept: list[TableRow] = []
    ids: dict[str, int] = {}
    for row in rows:
        message = _message(row)
        message_id = message["id"].strip()
        if message_id and ids.setdefault(message_id, row.line) != row.line:
            reason = f"the message id {message_id!r} was already used at line {ids[message_id]}"
            yield Reject(row.line, reason, dict(row.fields))
            continue
        try:  # one bad row must not take its conversation with it
            build_conversation(_frame(name, [row], [message], options), options=options, line=row.line)
        except InvalidInput as error:
            yield Reject(row.line, str(error).replace("messages[1].", ""), dict(row.fields))
            continue
        messages.append(message)
        kept.append(row)
    if not kept:
        return
    try:
        raw = _frame(name, kept, messages, options)
        yield build_conversation(raw, options=options, line=kept[0].line)
    except InvalidInput as error:
        for row in kept:
            yield Reject(row.line, str(error), dict(row.fields))


def _message(row: TableRow) -> dict[str, Any]:
    fields = row.fields
    author = fields.get("author", "").strip()
    return {
        "id": fields.get("message_id", ""),
        "author": _AUTHORS.get(author.lower(), author),
        "name": fields.get("name", ""),
        "text": fields.get("text", ""),
        "html": fields.get("html", ""),
        "created_at": fields.get("created_at", ""),
    }


def _frame(
    name: str, rows: list[TableRow], messages: list[dict[str, Any]], options: ImportOptions
) -> dict[str, Any]:
    """The conversation around ``messages``: of each column, the first value that is filled."""
    first = {
        field: next((value for row in rows if (value := row.fields.get(field, "").strip())), "")
        for field in FIELDS
    }
    return {
        "id": name,
        "channel": first["channel"].lower() or options.channel,
        "subject": first["subject"],
        "status": first["status"].lower(),
        "created_at": first["conversation_created_at"] or messages[0]["created_at"],
        "csat": _number(first["csat"]),
        "tags": first["tags"].translate(_TAG_SEPARATORS).split(",") if first["tags"] else [],
        "customer": {
            "id": first["customer_id"] or first["customer_email"].lower() or name,
            "name": first["customer_name"],
            "email": first["customer_email"],
            "locale": first["customer_locale"],
        },
        "messages": messages,
    }


def _number(text: str) -> object:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def table_head(path: Path, *, rows: int = 5) -> tuple[list[str], list[list[str]]]:
    """The column names and the first rows of a table, for a mapping form.

    Raises:
        InvalidInput: the file has no header.
    """
    source = Source(path)
    with source.open() as handle:
        delimiter, names = read_header(handle, path)
        csv.field_size_limit(_MAX_ROW_BYTES)
        reader = csv.reader(_Lines(handle, line=1), delimiter=delimiter)
        found: list[list[str]] = []
        try:
            while len(found) < rows and (values := next(reader, None)) is not None:
                if any(values):
                    found.append(values)
        except csv.Error:
            pass  # the import will say which row it is
    return names, found
