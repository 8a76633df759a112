"""Which column of a table means what."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence

from core.errors import InvalidInput

FIELDS: dict[str, tuple[str, ...]] = {
    "conversation_id": ("conversation", "ticket", "ticket id", "case", "case id", "thread id", "chat id",
                        "session id", "dialogue id", "id"),
    "created_at": ("date", "time", "timestamp", "sent at", "sent", "created", "message created at",
                   "datetime"),
    "author": ("author type", "sender type", "role", "from", "sender", "speaker", "direction"),
    "text": ("message", "body", "content", "comment", "message text", "utterance", "description"),
    "message_id": ("message no", "comment id", "utterance id"),
    "name": ("author name", "sender name", "display name", "agent name"),
    "html": ("html body", "body html"),
    "customer_id": ("user id", "requester id", "contact id", "client id"),
    "customer_name": ("requester", "requester name", "user name", "customer", "contact name"),
    "customer_email": ("email", "e mail", "requester email", "user email", "contact email"),
    "customer_locale": ("locale", "language", "lang"),
    "channel": ("via", "medium"),
    "subject": ("title", "topic"),
    "status": ("state", "ticket status"),
    "csat": ("rating", "satisfaction", "score"),
    "tags": ("labels", "tag"),
    "conversation_created_at": ("ticket created at", "opened at", "started at"),
}  # fmt: skip
"""Our fields, each with other names headers use for it."""

REQUIRED = ("conversation_id", "author", "text", "created_at")


def guess_delimiter(header: str) -> str:
    """The separator that splits the header into most columns."""
    return max(",;\t|", key=lambda candidate: _width(header, candidate))


def guess_columns(names: Sequence[str]) -> dict[str, str]:
    """Column name -> field, for every column whose name is known. A field is given only once."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for attempt in range(max(len(words) for words in FIELDS.values()) + 1):
        for field, words in FIELDS.items():
            if field in taken or attempt > len(words):
                continue
            wanted = _plain(field if attempt == 0 else words[attempt - 1])
            for name in names:
                if name not in found and _plain(name) == wanted:
                    found[name] = field
                    taken.add(field)
                    break
    return found


def map_columns(names: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """Column index -> field. What ``mapping`` (column name -> field) says wins; the rest is guessed.

    Raises:
        InvalidInput: the mapping names an unknown column or field, or a required field is missing.
    """
    for column, field in mapping.items():
        if column not in names:
            raise InvalidInput(f"There is no column {column!r}; the header has: {', '.join(names)}.")
        if field not in FIELDS:
            raise InvalidInput(f"There is no field {field!r}; choose one of: {', '.join(FIELDS)}.")
    if len(set(mapping.values())) != len(mapping):
        raise InvalidInput("Two columns are mapped to the same field.")
    guessed = guess_columns([name for name in names if name not in mapping])
    chosen = {name: field for name, field in guessed.items() if field not in mapping.values()} | dict(mapping)
    missing = [field for field in REQUIRED if field not in chosen.values()]
    if missing:
        raise InvalidInput(
            f"No column for {', '.join(missing)}. The header has: {', '.join(names)}. "
            f"Say which is which with --map COLUMN={missing[0]}."
        )
    index = {name: position for position, name in reversed(list(enumerate(names)))}
    return {index[name]: field for name, field in chosen.items()}


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", spaced).lower().split())


def _width(header: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=delimiter), []))
    except csv.Error:
        return 0
