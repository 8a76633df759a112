"""What importers hand over and what an import reports, free of any file format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.errors import InvalidInput
from core.llm import detect_language

PUBLIC, INTERNAL = "public", "internal"
AUDIENCES = (PUBLIC, INTERNAL)

_LONGEST_ID = 300
_LONGEST_TITLE = 500
LONGEST_BODY = 5_000_000
_LONGEST_LOCALE = 16


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """One article as its source has it.

    Attributes:
        external_id: Identifies the article in its source, for good.
        title: One line.
        body: Markdown (CommonMark with tables).
        audience: ``public`` or ``internal``.
        locale: Such as ``de`` or ``pt-BR``; empty means: find out from the text.
        tags: Free labels.
        translation_of: External id of the article this one translates.
        updated_at: When the source last changed it.
    """

    external_id: str
    title: str
    body: str = ""
    audience: str = PUBLIC
    locale: str = ""
    tags: Sequence[str] = ()
    translation_of: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was left out. ``position`` counts the records of the import from 1."""

    position: int
    external_id: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What an import did, in articles.

    Attributes:
        replaced: ids of those whose text was edited here before.
        undone_later: ids of those whose new text goes when a version starts that waits for its date here.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    replaced: list[str] = field(default_factory=list)
    undone_later: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def checked(record: ArticleRecord) -> ArticleRecord:
    """``record`` with its text made storable and its locale filled in.

    Raises:
        InvalidInput: a field is missing, too long, or not one of its allowed values.
    """
    external_id, title = record.external_id.strip(), " ".join(storable(record.title).split())
    if not external_id:
        raise InvalidInput("the article has no id")
    if len(external_id) > _LONGEST_ID or "\x00" in external_id or not _encodable(external_id):
        raise InvalidInput(f"the id must be at most {_LONGEST_ID} ordinary characters")
    if not title:
        raise InvalidInput("the article has no title")
    if len(record.body) > LONGEST_BODY:
        raise InvalidInput(f"the body has {len(record.body):,} characters; at most {LONGEST_BODY:,} are read")
    if record.audience not in AUDIENCES:
        raise InvalidInput(f"audience is {record.audience!r}; it must be `public` or `internal`")
    if len(record.locale) > _LONGEST_LOCALE:
        raise InvalidInput(f"locale is {record.locale[:40]!r}; write it like `de` or `pt-BR`")
    if record.updated_at is not None and record.updated_at.tzinfo is None:
        raise InvalidInput("updated_at needs a time zone, such as a final `Z`")
    body = storable(record.body)
    return ArticleRecord(
        external_id=external_id,
        title=title[:_LONGEST_TITLE],
        body=body,
        audience=record.audience,
        locale=record.locale.replace("_", "-") or detect_language(f"{title}\n{body}", fallback="en"),
        tags=tuple(dict.fromkeys(storable(tag) for tag in record.tags)),
        translation_of=record.translation_of[:_LONGEST_ID],
        updated_at=record.updated_at,
    )


def digest(record: ArticleRecord) -> str:
    """SHA-256 over what makes a version: title, body, audience and locale."""
    parts = (record.title, record.body, record.audience, record.locale)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def storable(text: str) -> str:
    """``text`` without what a database cannot keep."""
    # Postgres stores no NUL, and nothing stores half a surrogate pair.
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
