"""Examples as people paste or upload them: lines of text, JSON lines, or a table with a header."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.classifiers import MAX_TEXT, NewExample, Question
from core.criteria import given

csv.field_size_limit(10 * MAX_TEXT)

_TEXT = ("text", "message", "utterance", "sentence")
_ANSWER = ("answer", "label", "intent", "category", "class")
_NONE = ("", "none", "oos", "out of scope")
"""What people write where none of the answers is right, unless one of them is called so."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that makes no example, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Lines:
    """What a text or file holds. ``examples`` have the answers they came with, ``plain`` ones had none."""

    examples: tuple[NewExample, ...] = ()
    plain: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def read_lines(content: str, question: Question) -> Lines:
    """Read what somebody pasted or uploaded.

    JSON lines have ``text`` and ``answer`` (a list where several may be right). A table has a header that
    names its columns so. Anything else is one text a line, with a tab before its answer, if it has one.
    """
    content = content.lstrip("\ufeff").replace("\0", "")
    first = next((line for line in content.splitlines() if line.strip()), "")
    if first.lstrip().startswith("{"):
        rows = _json_rows(content)
    elif (delimiter := _delimiter(first)) is not None:
        rows = _table_rows(content, delimiter)
    else:
        rows = _plain_rows(content)
    return _checked(rows, question)


_Row = tuple[int, str, str | Sequence[str] | None] | Rejected
"""The number of the line, the text, and the answer where there is one."""


def _json_rows(content: str) -> Iterator[_Row]:
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            yield Rejected(number, "This is not a JSON object.")
            continue
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            yield Rejected(number, "It has no “text”.")
            continue
        answer = row.get("answer", row.get("label"))
        if isinstance(answer, list):
            yield number, row["text"], [str(each) for each in answer]
        else:
            yield number, row["text"], None if answer is None else str(answer)


def _delimiter(header: str) -> str | None:
    """What separates the columns, when the first line names a column of texts."""
    for delimiter in ("\t", ";", ","):
        names = [name.strip().strip('"').lower() for name in header.split(delimiter)]
        if len(names) > 1 and any(name in _TEXT for name in names):
            return delimiter
    return None


def _table_rows(content: str, delimiter: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    header = [name.strip().lower() for name in next(row for row in reader if any(row))]
    text_at = next(at for at, name in enumerate(header) if name in _TEXT)
    answer_at = next((at for at, name in enumerate(header) if name in _ANSWER), None)
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) <= max(text_at, answer_at or 0):
                yield Rejected(reader.line_num, "It has fewer columns than the first line.")
                continue
            yield reader.line_num, row[text_at], None if answer_at is None else row[answer_at]
    except csv.Error as error:
        yield Rejected(reader.line_num, f"The table cannot be read further: {error}.")


def _plain_rows(content: str) -> Iterator[_Row]:
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            answer, tab, text = line.partition("\t")
            yield (number, text, answer) if tab else (number, line, None)


def _checked(rows: Iterator[_Row], question: Question) -> Lines:
    known = {answer.casefold(): answer for answer in question.answers}
    examples: list[NewExample] = []
    plain: list[str] = []
    rejected: list[Rejected] = []
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        number, text, answer = row
        if not text.strip():
            rejected.append(Rejected(number, "It has no text."))
        elif len(text) > MAX_TEXT:
            rejected.append(
                Rejected(number, f"{len(text):,} characters are too many: {MAX_TEXT:,} is the most.")
            )
        elif answer is None:
            plain.append(text.strip())
        else:
            found = _answer(answer, question, known)
            if found is None:
                rejected.append(Rejected(number, f"“{answer}” is not an answer of this question."))
            else:
                examples.append(NewExample(text=text.strip(), answer=found))
    return Lines(tuple(examples), tuple(plain), tuple(rejected))


def _answer(
    written: str | Sequence[str], question: Question, known: dict[str, str]
) -> str | tuple[str, ...] | None:
    """The answer as the question has it, however it was capitalised; None when it has no such answer."""
    parts = [written] if isinstance(written, str) else list(written)
    if question.many:
        parts = [part for each in parts for part in given(each)]
    named = [part.strip().casefold() for part in parts]
    if all(each in _NONE and each not in known for each in named):
        return ""
    if any(each not in known for each in named) or (len(named) > 1 and not question.many):
        return None
    return tuple(known[each] for each in named) if question.many else known[named[0]]
