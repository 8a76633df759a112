"""Read a file with an importer, without a database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.conversations import ConversationRecord
from core.knowledge import ArticleRecord
from core.surfaces.importers import (
    ImportOptions,
    Reject,
    Remark,
    Source,
    article_format,
    conversation_format,
)


@dataclass
class Found:
    """What came out of a file, in order, by kind."""

    records: list[ConversationRecord]
    rejects: list[Reject]
    remarks: list[Remark]


@dataclass
class FoundArticles:
    records: list[ArticleRecord]
    rejects: list[Reject]
    remarks: list[Remark]


def read(path: Path, format: str, **options: Any) -> Found:
    chosen = conversation_format(format)
    entries = list(chosen.read(Source(path, passes=chosen.passes), ImportOptions(**options)))
    assert all(isinstance(entry, ConversationRecord | Reject | Remark) for entry in entries)
    return Found(
        [entry for entry in entries if isinstance(entry, ConversationRecord)],
        [entry for entry in entries if isinstance(entry, Reject)],
        [entry for entry in entries if isinstance(entry, Remark)],
    )


def read_articles(path: Path, format: str, **options: Any) -> FoundArticles:
    chosen = article_format(format)
    entries = list(chosen.read(Source(path), ImportOptions(**options)))
    assert all(isinstance(entry, ArticleRecord | Reject | Remark) for entry in entries)
    return FoundArticles(
        [entry for entry in entries if isinstance(entry, ArticleRecord)],
        [entry for entry in entries if isinstance(entry, Reject)],
        [entry for entry in entries if isinstance(entry, Remark)],
    )


def conversation(id: str = "c-1", **changes: Any) -> dict[str, Any]:
    """A conversation as the JSON-lines contract wants it, with some fields changed."""
    return {
        "id": id,
        "channel": "chat",
        "subject": "Invoice",
        "customer": {"id": "u-1", "name": "Ada", "email": "ada@example.org", "locale": "en"},
        "created_at": "2026-11-02T09:30:00Z",
        "messages": [message()],
    } | changes


def message(text: str = "Where is my invoice?", **changes: Any) -> dict[str, Any]:
    return {"author": "customer", "text": text, "created_at": "2026-11-02T09:30:00Z"} | changes


def write_lines(path: Path, *values: Any) -> Path:
    path.write_text(
        "".join(
            (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) + "\n"
            for value in values
        ),
        encoding="utf-8",
    )
    return path
