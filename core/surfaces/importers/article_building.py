"""From loosely shaped fields to a checked :class:`ArticleRecord`. Every article format ends here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from core.errors import InvalidInput
from core.knowledge import ArticleRecord
from core.surfaces.importers.dates import parse_when
from core.surfaces.importers.fields import clean_text
from core.surfaces.importers.options import ImportOptions

MAX_BODY = 5_000_000
_MAX_ID = 300
_MAX_TITLE = 500
_AUDIENCES = ("public", "internal")


def build_article(raw: object, *, options: ImportOptions) -> ArticleRecord:
    """Check ``raw`` (the shape of the JSON-lines contract) and make a record of it.

    Raises:
        InvalidInput: a required field is missing or a value cannot be right; says which.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInput("an article must be a JSON object")
    audience = raw.get("audience") or options.audience
    if audience not in _AUDIENCES:
        raise InvalidInput(f"audience is {str(audience)[:40]!r}; it must be one of {', '.join(_AUDIENCES)}")
    body = _text(raw, "body", limit=MAX_BODY)
    if not body.strip():
        raise InvalidInput("body is empty")
    updated = raw.get("updated_at")
    return ArticleRecord(
        external_id=_label(raw, "id", limit=_MAX_ID),
        title=_label(raw, "title", limit=_MAX_TITLE, cut=True),
        body=body,
        audience=str(audience),
        locale=_optional(raw, "locale", limit=16).replace("_", "-") or options.locale,
        tags=_tags(raw.get("tags")),
        updated_at=None if updated in (None, "") else _updated(updated, options),
        translation_of=_optional(raw, "translation_of", limit=_MAX_ID),
    )


def _updated(value: object, options: ImportOptions) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()  # what YAML makes of a bare date
    try:
        return parse_when(value, zone=options.zone)
    except InvalidInput as error:
        raise InvalidInput(f"updated_at: {error}") from None


def _label(fields: Mapping[str, Any], key: str, *, limit: int, cut: bool = False) -> str:
    value = fields.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        raise InvalidInput(f"{key} is missing")
    if not isinstance(value, str):
        raise InvalidInput(f"{key} must be text")
    label = clean_text(" ".join(value.split()))
    if not label:
        raise InvalidInput(f"{key} is empty")
    if len(label) > limit and not cut:
        raise InvalidInput(f"{key} is longer than {limit} characters")
    return label[:limit]


def _optional(fields: Mapping[str, Any], key: str, *, limit: int) -> str:
    return "" if fields.get(key) in (None, "") else _label(fields, key, limit=limit)


def _text(fields: Mapping[str, Any], key: str, *, limit: int) -> str:
    value = fields.get(key)
    if value is None:
        raise InvalidInput(f"{key} is missing")
    if not isinstance(value, str):
        raise InvalidInput(f"{key} must be text")
    if len(value) > limit:
        raise InvalidInput(f"{key} is longer than {limit:,} characters")
    return clean_text(value.replace("\r\n", "\n").replace("\r", "\n"))


def _tags(value: object) -> list[str]:
    if value in (None, ""):
        return []
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        raise InvalidInput("tags must be a list of texts")
    return list(dict.fromkeys(clean_text(tag.strip())[:100] for tag in value if tag.strip()))
