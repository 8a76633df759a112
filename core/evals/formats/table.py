"""Cases as CSV, one a row: for spreadsheets.

| column | needed | values |
| --- | --- | --- |
| `input` | yes | what the customer says; or a JSON list of `{"author", "text"}` or `{"role", "content"}` |
| `name` | no | default: how the input begins |
| `system` | no | the system message |
| `expected` | no | a text; what it means is said when importing |
| `contains`, `not_contains` | no | texts that must, or must not, be in the reply: one a line |
| `reference` | no | a good reply |
| `expectations` | no | JSON list, any kind |
| `locale`, `channel`, `theme` | no | text |
| `tags` | no | separated by commas |
| `weight` | no | more than 0; 1 by default |
| `polarity` | no | positive or negative |
| `critical` | no | yes or no |
| `ratchet` | no | written by the export: the whole case. What is edited beside it counts |

The separator is comma, semicolon or tab, whichever the first line shows. Columns of other names are kept with
the origin of the case.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.errors import InvalidInput
from core.evals.formats.carrying import KEY, check_messages, checked_weight, pack, settled, unpack
from core.evals.formats.cells import guarded, unguarded
from core.evals.formats.chat import from_chat, name_of
from core.evals.formats.expected import expectations_of
from core.evals.formats.json_text import clean_text, encoded, parse_json, to_json
from core.evals.formats.record import CaseRecord, Problem, Read, ReadOptions, WriteOptions
from core.evals.formats.registry import case_format

COLUMNS = (
    "name", "input", "system", "expectations", "locale", "channel", "theme", "tags", "weight", "polarity",
    "critical", KEY,
)  # fmt: skip
_ONLY_READ = ("expected", "contains", "not_contains", "reference")
_ALSO = {
    "question": "input",
    "prompt": "input",
    "target": "expected",
    "ideal": "expected",
    "answer": "expected",
}
_LONGEST_CELL = 16_000_000
_YES = frozenset({"yes", "true", "1", "x", "ja", "wahr"})
_PARTS = {"input": ("input", "system"), "expected": ("expectations",)}


def write_table(records: Sequence[CaseRecord], options: WriteOptions) -> bytes:
    """UTF-8 with its mark and CRLF, as Excel wants it; nothing in it runs as a formula."""
    del options
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for record in records:
        cells = _cells(record) | {KEY: to_json(pack(record))}
        writer.writerow([guarded(cells[name]) for name in COLUMNS])
    return b"\xef\xbb\xbf" + encoded(buffer.getvalue())


@case_format(
    "csv",
    label="CSV table",
    suffixes=(".csv", ".tsv"),
    recognises=lambda head: b"\0" not in head[:4],
    write=write_table,
)
def read_table(content: bytes, options: ReadOptions) -> Read:
    """``line`` is the line on which a row begins."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        yield Problem(line, "not UTF-8: save the table as “CSV UTF-8”")
        return
    previous = csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [_column(name) for name in next(rows, [])]
        if "input" not in header and KEY not in header:
            yield Problem(1, "the first line has to name the columns, and a column “input” is missing")
            return
        if len(set(header)) < len(header):
            yield Problem(1, "two columns have the same name")
            return
        yield from _rows(rows, header, options)
    except csv.Error as error:
        yield Problem(rows.line_num, f"not CSV from here on: {error}")
    finally:
        csv.field_size_limit(previous)


def _rows(rows: Any, header: list[str], options: ReadOptions) -> Iterator[CaseRecord | Problem]:
    line = rows.line_num + 1
    for row in rows:
        began, line = line, rows.line_num + 1
        if not any(row):
            continue
        if len(row) != len(header):
            yield Problem(began, f"it has {len(row)} cells, and the first line names {len(header)} columns")
            continue
        cells = {name: clean_text(unguarded(value)) for name, value in zip(header, row, strict=True)}
        try:
            yield _record(cells, options, began)
        except InvalidInput as error:
            yield Problem(began, str(error), cells.get("name", "")[:200])


def _record(cells: Mapping[str, str], options: ReadOptions, line: int) -> CaseRecord:
    carried, note = None, ""
    if cells.get(KEY):
        try:
            carried = unpack(parse_json(cells[KEY]))
        except InvalidInput as error:
            note = f"read as it stands, because the column “{KEY}” is not usable: {error}"
    if carried is not None:
        shown = _cells(carried)
        # a spreadsheet that rewrites a value (1 for 1.0, TRUE for yes) has not edited it
        same = {
            name: shown[name]
            for name in COLUMNS
            if name in cells and name in shown and _same(name, cells[name], shown[name])
        }
        cells = {**cells, **same}
        found = {name: cells[name] for name in shown if name in cells}
        if all(found[name] == shown[name] for name in found) and not any(
            cells.get(name) for name in _ONLY_READ
        ):
            return replace(carried, line=line)
        seen = _from_cells({**shown, **cells}, options, line)
        return settled(carried, seen, shown=_by_part(shown), found=_by_part({**shown, **cells}))
    seen = _from_cells(cells, options, line)
    return seen.noting(note) if note else seen


def _from_cells(cells: Mapping[str, str], options: ReadOptions, line: int) -> CaseRecord:
    content, notes = _input(cells)
    unknown = {
        name: value
        for name, value in cells.items()
        if value and name not in COLUMNS and name not in _ONLY_READ
    }
    provenance: dict[str, Any] = {"format": "csv"}
    if unknown:
        provenance["unknown"] = unknown
        notes = (*notes, f"columns kept with its origin and not used here: {', '.join(sorted(unknown))}")
    critical = cells.get("critical", "").strip().lower()
    return CaseRecord(
        name=name_of(content, cells.get("name", "")),
        input=content,
        expectations=_expectations(cells, options),
        theme=cells.get("theme", "").strip(),
        tags=tuple(tag.strip() for tag in cells.get("tags", "").split(",") if tag.strip()),
        channel=cells.get("channel", "").strip(),
        locale=cells.get("locale", "").strip(),
        weight=checked_weight(cells["weight"].strip().replace(",", "."))
        if cells.get("weight", "").strip()
        else 1.0,
        polarity=cells.get("polarity", "").strip().lower(),
        critical=critical in _YES,
        provenance=provenance,
        notes=notes,
        line=line,
    )


def _input(cells: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    given: Any = cells.get("input", "")
    notes: tuple[str, ...] = ()
    listed = _listed(given)
    if listed is not None and all("author" in each for each in listed):
        content: dict[str, Any] = {
            "messages": [{"author": each["author"], "text": each.get("text")} for each in listed]
        }
        check_messages(content)
    else:
        content, notes = from_chat(listed if listed is not None else given)
    if cells.get("system"):
        content["system"] = cells["system"]
    return content, notes


def _listed(given: str) -> list[dict[str, Any]] | None:
    """The messages of a cell that holds a list of them; None when it is a text."""
    if not given.lstrip().startswith("["):
        return None
    try:
        value = parse_json(given)
    except InvalidInput:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        return None
    return value if all("author" in each or "role" in each for each in value) else None


def _expectations(cells: Mapping[str, str], options: ReadOptions) -> tuple[Mapping[str, Any], ...]:
    made: list[Mapping[str, Any]] = []
    if cells.get("expectations", "").strip():
        value = parse_json(cells["expectations"])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise InvalidInput("expectations must be a JSON list of objects")
        made += value
    for name in ("contains", "not_contains"):
        if texts := [text for text in cells.get(name, "").splitlines() if text.strip()]:
            made.append(
                {"kind": name, "texts": texts, "ignore_case": True}
                | ({"all": True} if name == "contains" else {})
            )
    if cells.get("reference", "").strip():
        made.append({"kind": "reference", "text": cells["reference"]})
    made += expectations_of(cells.get("expected", ""), options.expected_as)
    return tuple(made)


def _cells(record: CaseRecord) -> dict[str, str]:
    return {
        "name": record.name,
        "input": _shown_input(record),
        "system": record.system,
        "expectations": to_json(list(record.expectations)) if record.expectations else "",
        "locale": record.locale,
        "channel": record.channel,
        "theme": record.theme,
        "tags": ", ".join(record.tags),
        "weight": f"{record.weight:g}",
        "polarity": record.polarity,
        "critical": "yes" if record.critical else "no",
    }


def _shown_input(record: CaseRecord) -> str:
    messages = record.messages
    if len(messages) == 1 and messages[0][0] == "customer" and _listed(messages[0][1]) is None:
        return messages[0][1]
    return to_json([{"author": author, "text": text} for author, text in messages])


def _by_part(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells by what :func:`settled` calls them."""
    parts: dict[str, Any] = {part: [cells.get(name, "") for name in names] for part, names in _PARTS.items()}
    parts["expected"] += [cells.get(name, "") for name in _ONLY_READ]
    names = ("name", "locale", "channel", "theme", "tags", "weight", "polarity", "critical")
    return parts | {name: cells.get(name, "") for name in names}


def _same(name: str, cell: str, shown: str) -> bool:
    if name == "weight":
        try:
            return float(cell.replace(",", ".")) == float(shown)
        except ValueError:
            return False
    if name == "critical":
        return (cell.strip().lower() in _YES) == (shown == "yes")
    # spreadsheets write line breaks their own way
    return cell.replace("\r\n", "\n") == shown.replace("\r\n", "\n")


def _column(name: str) -> str:
    plain = name.strip().lower().replace(" ", "_")
    return _ALSO.get(plain, plain)


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
