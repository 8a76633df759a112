"""Look at an input before importing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from core.conversations import ConversationRecord
from core.knowledge import ArticleRecord
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import (
    article_format,
    conversation_format,
    guess_article_format,
    guess_conversation_format,
)
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.running import existing, open_source

_ENTRIES_A_RECORD = 50
"""How much is looked at for each record wanted; a file of rejects only must not be read to its end."""

Record = TypeVar("Record", ConversationRecord, ArticleRecord)


@dataclass(frozen=True)
class Preview:
    """The first records of an input, as they would be imported, with what went wrong before them."""

    format: str
    records: tuple[ConversationRecord, ...] | tuple[ArticleRecord, ...]
    rejects: tuple[Reject, ...]


def preview_conversations(
    path: Path, *, options: ImportOptions, format: str | None = None, limit: int = 5
) -> Preview:
    """The first ``limit`` conversations, read but not stored.

    Raises:
        InvalidInput: as of the import.
    """
    chosen = conversation_format(format or guess_conversation_format(existing(path)))
    found = chosen.read(open_source(path, passes=chosen.passes), options)
    records, rejects = _first(found, ConversationRecord, limit)
    return Preview(chosen.name, tuple(records), tuple(rejects))


def preview_articles(
    path: Path, *, options: ImportOptions, format: str | None = None, limit: int = 5
) -> Preview:
    """The first ``limit`` articles, read but not stored.

    Raises:
        InvalidInput: as of the import.
    """
    chosen = article_format(format or guess_article_format(existing(path)))
    found = chosen.read(open_source(path, passes=1), options)
    records, rejects = _first(found, ArticleRecord, limit)
    return Preview(chosen.name, tuple(records), tuple(rejects))


def _first(
    found: Iterable[Record | Reject | Remark], kind: type[Record], limit: int
) -> tuple[list[Record], list[Reject]]:
    records: list[Record] = []
    rejects: list[Reject] = []
    for entry in islice(found, limit * _ENTRIES_A_RECORD):
        if isinstance(entry, kind):
            records.append(entry)
        elif isinstance(entry, Reject):
            rejects.append(entry)
        if len(records) == limit:
            break
    return records, rejects
