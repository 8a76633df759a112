"""Conversations from an Intercom export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.conversations import AttachmentRecord, ConversationRecord
from core.errors import InvalidInput
from core.surfaces.importers.building import build_conversation
from core.surfaces.importers.fields import clean_text
from core.surfaces.importers.json_items import Item, items, layout_of, side_list
from core.surfaces.importers.json_lines import check_new
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import conversation_importer
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source
from core.surfaces.mail import fold, make_safe

_CHANNELS = {"email": "email", "phone_call": "voice", "phone_switch": "voice", "phone": "voice"}
_STATUSES = {"open": "open", "snoozed": "waiting", "closed": "closed"}
_AUTHORS = {"user": "customer", "lead": "customer", "contact": "customer", "admin": "rep", "team": "rep",
            "bot": "assistant"}  # fmt: skip
_Fields = Mapping[str, Any]


@conversation_importer(
    "intercom", label="Intercom conversations (JSON)", suffixes=(".json", ".ndjson"), passes=2
)
def read_intercom(source: Source, options: ImportOptions) -> Iterator[ConversationRecord | Reject | Remark]:
    """Conversations with their parts: one a line, an array, or `{"conversations": [...]}`.

    ```json
    {"type": "conversation", "id": "163", "created_at": 1762072200, "state": "open", "title": "Invoice",
     "source": {"type": "email", "id": "1", "subject": "<p>Invoice</p>", "body": "<p>Hello</p>",
                "author": {"type": "user", "id": "5310", "name": "Ada", "email": "ada@example.org"}},
     "contacts": {"contacts": [{"type": "contact", "id": "5310", "external_id": "70"}]},
     "conversation_parts": {"conversation_parts": [
         {"id": "2", "part_type": "comment", "body": "<p>Hi</p>", "created_at": 1762072300,
          "author": {"type": "admin", "id": "274", "name": "Jo"}}]},
     "tags": {"tags": [{"name": "billing"}]}, "conversation_rating": {"rating": 4}}
    ```

    | conversation | here |
    | --- | --- |
    | `id`, `created_at` (seconds since 1970 or ISO 8601) | the same; required |
    | `source` | the first message |
    | `conversation_parts` | messages; parts without text or attachments (assignments, ...) are left out |
    | `author.type` | user, lead, contact: customer; admin, team: rep; bot: assistant |
    | `part_type` note | an internal note: a system message |
    | `body` | sanitised HTML, and the same as text |
    | `attachments` | name, type and size: an export does not hold the files |
    | `contacts` or the first author who is one | the customer; a `contacts` list beside is used |
    | `state` | open: open; snoozed: waiting; closed: closed |
    | `priority` "priority" | priority 2 |
    | `source.type` | email: email; phone call: voice; others: chat |
    | `conversation_rating.rating` | CSAT |
    """
    layout = layout_of(source)
    contacts = {
        str(contact["id"]): contact
        for contact in side_list(source, layout, name="contacts")
        if "id" in contact
    }
    seen: dict[str, int] = {}
    for item in items(source, layout, within="conversations"):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            record = build_conversation(_conversation(item.value, contacts), options=options, line=item.line)
            check_new(record.external_id, item.line, seen)
        except InvalidInput as error:
            yield Reject(item.line, str(error), item.value)
            continue
        yield record


def _conversation(raw: _Fields, contacts: Mapping[str, _Fields]) -> dict[str, Any]:
    opening = _fields(raw.get("source"))
    channel = _CHANNELS.get(str(opening.get("type")), "chat")
    parts = _listed(raw.get("conversation_parts"), "conversation_parts")
    first = {**opening, "created_at": raw.get("created_at"), "part_type": "comment"}
    messages = [message for part in [first, *parts] if (message := _message(part, channel)) is not None]
    return {
        "id": raw.get("id"),
        "channel": channel,
        "subject": _subject(raw, opening),
        "status": _STATUSES.get(str(raw.get("state"))),
        "priority": 2 if raw.get("priority") == "priority" else 3,
        "created_at": raw.get("created_at"),
        "tags": [
            name for tag in _listed(raw.get("tags"), "tags") if isinstance(name := tag.get("name"), str)
        ],
        "csat": _fields(raw.get("conversation_rating")).get("rating"),
        "customer": _customer(raw, opening, parts, contacts),
        "messages": messages,
    }


def _customer(
    raw: _Fields, opening: _Fields, parts: list[_Fields], contacts: Mapping[str, _Fields]
) -> dict[str, Any]:
    authors = [_fields(part.get("author")) for part in [opening, *parts]]
    wrote = next((author for author in authors if _AUTHORS.get(str(author.get("type"))) == "customer"), {})
    linked = next(iter(_listed(raw.get("contacts"), "contacts")), {})
    key = str(linked.get("id") or wrote.get("id") or "")
    known: dict[str, Any] = {**wrote, **linked, **contacts.get(key, {})}
    return {
        "id": key or known.get("external_id"),
        "name": known.get("name"),
        "email": known.get("email"),
        "locale": known.get("language_override") or known.get("browser_language"),
        "phone": known.get("phone"),
    }


def _message(part: _Fields, channel: str) -> dict[str, Any] | None:
    attachments = _attachments(part)
    body = part.get("body")
    if part.get("redacted") is True:
        body = "<p>(redacted)</p>"
    if body is not None and not isinstance(body, str):
        raise InvalidInput("a body must be text")
    safe = make_safe(clean_text(body)) if body else None
    if (safe is None or not safe.html) and not attachments:
        return None
    author = _fields(part.get("author"))
    kind = _AUTHORS.get(str(author.get("type")), "system")
    text = safe.text if safe else "(only attachments)"
    folded = fold(text) if channel == "email" else None
    return {
        "id": part.get("id"),
        "author": "system" if str(part.get("part_type")).startswith("note") else kind,
        "name": author.get("name"),
        "text": (folded.text if folded else text) or "(no text)",
        "folded": folded.folded if folded else "",
        "html": safe.html if safe else "",
        "created_at": part.get("created_at"),
        "attachments": attachments,
    }


def _subject(raw: _Fields, opening: _Fields) -> str:
    title = raw.get("title") or opening.get("subject") or ""
    return make_safe(clean_text(title)).text if isinstance(title, str) else ""


def _attachments(part: _Fields) -> list[AttachmentRecord]:
    return [
        AttachmentRecord(
            name=str(entry.get("name") or "attachment")[:300],
            media_type=str(entry.get("content_type") or "")[:200],
            size=size if isinstance(size := entry.get("filesize"), int) and 0 <= size < 1 << 50 else 0,
            note="not part of the export",
        )
        for entry in _listed(part.get("attachments"), "attachments")
    ]


def _listed(value: object, name: str) -> list[_Fields]:
    """The objects of a list, given bare or wrapped as ``{name: [...]}``."""
    if isinstance(value, Mapping):
        value = value.get(name) or value.get("data")
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _fields(value: object) -> _Fields:
    return value if isinstance(value, Mapping) else {}
