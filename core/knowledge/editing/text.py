"""What people edit of an article, as one value that can be compared, merged, frozen and released."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core.errors import InvalidInput
from core.knowledge.records import AUDIENCES, LONGEST_BODY, PUBLIC, ArticleRecord, storable
from core.knowledge.tables import ArticleEdit

_LONGEST = {"title": 500, "note": 500, "locale": 16, "translation_of": 300}
_NOT_A_WORD = re.compile(r"[\W_]+")
_SLUG_LENGTH = 60


@dataclass(frozen=True, slots=True)
class EditText:
    """The fields of an article that an edit may change.

    Attributes:
        body: Markdown.
        audience: ``public`` or ``internal``.
        locale: empty means: find out from the text when it is released.
        translation_of: external id of the article this one translates.
        review_on: when its owner should look at it again.
        effective_from: when it should go live; None: with its release.
        note: what changed and why; stays with the version.
    """

    title: str = ""
    body: str = ""
    audience: str = PUBLIC
    locale: str = ""
    tags: tuple[str, ...] = ()
    translation_of: str = ""
    owner_id: int | None = None
    review_on: date | None = None
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """For a JSON column; see :meth:`from_json`."""
        return {
            "title": self.title,
            "body": self.body,
            "audience": self.audience,
            "locale": self.locale,
            "tags": list(self.tags),
            "translation_of": self.translation_of,
            "owner_id": self.owner_id,
            "review_on": self.review_on.isoformat() if self.review_on else None,
            "effective_from": self.effective_from.isoformat() if self.effective_from else None,
            "effective_until": self.effective_until.isoformat() if self.effective_until else None,
            "note": self.note,
        }

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> EditText:
        """What :meth:`to_json` wrote."""
        values = dict(stored)
        values["tags"] = tuple(values.get("tags") or ())
        values["review_on"] = date.fromisoformat(values["review_on"]) if values.get("review_on") else None
        for name in ("effective_from", "effective_until"):
            values[name] = datetime.fromisoformat(values[name]) if values.get(name) else None
        return EditText(**values)

    def record(self, external_id: str) -> ArticleRecord:
        """As what is published."""
        return ArticleRecord(
            external_id=external_id,
            title=self.title,
            body=self.body,
            audience=self.audience,
            locale=self.locale,
            tags=self.tags,
            translation_of=self.translation_of,
        )


def text_of(edit: ArticleEdit) -> EditText:
    """What a working copy says now."""
    return EditText(
        title=edit.title,
        body=edit.body,
        audience=edit.audience,
        locale=edit.locale,
        tags=tuple(edit.tags),
        translation_of=edit.translation_of,
        owner_id=edit.owner_id,
        review_on=edit.review_on,
        effective_from=edit.effective_from,
        effective_until=edit.effective_until,
        note=edit.note,
    )


def write_text(edit: ArticleEdit, text: EditText) -> None:
    """Let a working copy say ``text``."""
    edit.title, edit.body, edit.audience, edit.locale = text.title, text.body, text.audience, text.locale
    edit.tags, edit.translation_of, edit.note = list(text.tags), text.translation_of, text.note
    edit.owner_id, edit.review_on = text.owner_id, text.review_on
    edit.effective_from, edit.effective_until = text.effective_from, text.effective_until


def storable_text(text: EditText) -> EditText:
    """``text`` as it can be stored. What is unfinished may be: an empty title, an unknown translation.

    Raises:
        InvalidInput: a field is longer than can be kept, or not one of its allowed values.
    """
    for name, longest in _LONGEST.items():
        value = getattr(text, name)
        if len(value) > longest:
            raise InvalidInput(
                f"The {name.replace('_', ' ')} has {len(value):,} characters; {longest} are kept. Shorten it."
            )
    if len(text.body) > LONGEST_BODY:
        raise InvalidInput(
            f"The text has {len(text.body):,} characters; at most {LONGEST_BODY:,} are kept. Split it."
        )
    if text.audience not in AUDIENCES:
        raise InvalidInput("The audience must be `public` or `internal`.")
    for value in (text.effective_from, text.effective_until):
        if value is not None and value.tzinfo is None:
            raise InvalidInput("A date to start or end at needs a time zone.")
    return replace(
        text,
        title=" ".join(storable(text.title).split()),
        body=storable(text.body).replace("\r\n", "\n").replace("\r", "\n"),
        locale=storable(text.locale).strip().replace("_", "-"),
        tags=tuple(dict.fromkeys(tag for tag in (storable(each).strip() for each in text.tags) if tag)),
        translation_of=storable(text.translation_of).strip(),
        note=storable(text.note),
    )


def new_external_id(title: str, edit_id: int) -> str:
    """The id of an article that is made here: readable, and one for each working copy."""
    slug = _NOT_A_WORD.sub("-", title.lower())[:_SLUG_LENGTH].strip("-")
    return f"{slug or 'article'}-{edit_id}"
