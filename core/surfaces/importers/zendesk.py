"""Conversations from a Zendesk ticket export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.conversations import AttachmentRecord, ConversationRecord
from core.errors import InvalidInput
from core.surfaces.importers.building import build_conversation
from core.surfaces.importers.json_items import Item, items, layout_of, side_list
from core.surfaces.importers.json_lines import check_new
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import conversation_importer
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source
from core.surfaces.mail import fold

_STATUSES = {
    "new": "open", "open": "open", "pending": "waiting", "hold": "waiting", "solved": "resolved",
    "closed": "closed",
}  # fmt: skip
_PRIORITIES = {"urgent": 1, "high": 2, "normal": 3, "low": 4}
_SATISFACTION = {"good": 5, "bad": 1}
_CHANNELS = {
    "email": "email", "mail": "email", "voice": "voice", "phone": "voice", "phone_call_inbound": "voice",
    "web_widget": "embedded", "web": "email", "web_service": "email", "api": "email", "web form": "email",
    "mobile_sdk": "embedded", "mobile": "embedded",
}  # fmt: skip
_Fields = Mapping[str, Any]


@conversation_importer("zendesk", label="Zendesk tickets (JSON)", suffixes=(".json", ".ndjson"), passes=2)
def read_zendesk(source: Source, options: ImportOptions) -> Iterator[ConversationRecord | Reject | Remark]:
    """Tickets with their comments: one ticket a line, an array, or `{"tickets": [...], "users": [...]}`.

    ```json
    {"id": 35436, "subject": "Invoice", "status": "open", "priority": "high", "tags": ["billing"],
     "created_at": "2026-11-02T09:30:00Z", "requester_id": 20978392, "via": {"channel": "email"},
     "satisfaction_rating": {"score": "good"},
     "comments": [{"id": 1, "author_id": 20978392, "plain_body": "Hello", "html_body": "<p>Hello</p>",
                   "public": true, "created_at": "2026-11-02T09:30:00Z", "attachments": []}]}
    ```

    | ticket | here |
    | --- | --- |
    | `id`, `created_at`, `subject`, `tags` | the same; `id` and `created_at` are required |
    | `comments` | messages; without comments `description` is the only message |
    | `comments[].author_id` | the requester and end users are the customer, others reps |
    | `comments[].public` false | an internal note: a system message |
    | `plain_body`, else `body`; `html_body` | text; sanitised HTML |
    | `attachments` | name, type and size: a ticket export does not hold the files |
    | `requester_id` with the `users` list, or `requester` in the ticket | the customer |
    | `status` | new, open: open; pending, hold: waiting; solved: resolved; closed: closed |
    | `priority` | urgent 1, high 2, normal 3, low 4 |
    | `via.channel` | voice and phone: voice; mail, web form: email; widget, SDK: embedded; others: chat |
    | `satisfaction_rating.score` | good: CSAT 5, bad: CSAT 1 |

    Deleted tickets are rejected. The `users` list may stand before or after the tickets.
    """
    layout = layout_of(source)
    users = {str(user["id"]): user for user in side_list(source, layout, name="users") if "id" in user}
    seen: dict[str, int] = {}
    for item in items(source, layout, within="tickets"):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            record = build_conversation(_ticket(item.value, users), options=options, line=item.line)
            check_new(record.external_id, item.line, seen)
        except InvalidInput as error:
            yield Reject(item.line, str(error), item.value)
            continue
        yield record


def _ticket(ticket: _Fields, users: Mapping[str, _Fields]) -> dict[str, Any]:
    if ticket.get("status") == "deleted":
        raise InvalidInput("the ticket is deleted")
    known = {**users, **_embedded(ticket)}
    requester = str(ticket.get("requester_id") or _fields(ticket.get("requester")).get("id") or "")
    person = known.get(requester, {})
    channel = _CHANNELS.get(str(_fields(ticket.get("via")).get("channel") or "email").lower(), "chat")
    status = ticket.get("status")
    return {
        "id": ticket.get("id"),
        "channel": channel,
        "subject": ticket.get("subject") or ticket.get("raw_subject"),
        "status": _STATUSES.get(status, status) if isinstance(status, str) else None,
        "priority": _PRIORITIES.get(str(ticket.get("priority")), 3),
        "created_at": ticket.get("created_at"),
        "tags": ticket.get("tags"),
        "csat": _SATISFACTION.get(str(_fields(ticket.get("satisfaction_rating")).get("score"))),
        "customer": {
            "id": requester or None,
            "name": person.get("name"),
            "email": person.get("email"),
            "locale": person.get("locale"),
            "phone": person.get("phone") if isinstance(person.get("phone"), str) else "",
            "time_zone": person.get("iana_time_zone"),
        },
        "messages": _messages(ticket, requester, known, channel),
    }


def _messages(
    ticket: _Fields, requester: str, known: Mapping[str, _Fields], channel: str
) -> list[dict[str, Any]]:
    comments = ticket.get("comments")
    if isinstance(comments, Mapping):  # {"comments": {"comments": [...]}}: a page as it came
        comments = comments.get("comments")
    if not comments:
        comments = [
            {
                "author_id": requester,
                "body": ticket.get("description"),
                "created_at": ticket.get("created_at"),
            }
        ]
    if not isinstance(comments, list):
        raise InvalidInput("comments must be a list")
    return [_message(_fields(comment), requester, known, channel) for comment in comments]


def _message(comment: _Fields, requester: str, known: Mapping[str, _Fields], channel: str) -> dict[str, Any]:
    author_id = str(comment.get("author_id") or "")
    person = known.get(author_id, _fields(comment.get("author")))
    if comment.get("public") is False:
        author = "system"
    elif author_id == requester or person.get("role") == "end-user":
        author = "customer"
    else:
        author = "rep"
    text = comment.get("plain_body") or comment.get("body") or ""
    folded = fold(text) if channel == "email" and isinstance(text, str) else None
    attachments = _attachments(comment)
    html = comment.get("html_body")
    if not text and not html and attachments:
        text = "(only attachments)"
    return {
        "id": comment.get("id"),
        "author": author,
        "name": person.get("name"),
        "text": folded.text if folded else text,
        "folded": folded.folded if folded else "",
        "html": html,
        "created_at": comment.get("created_at"),
        "attachments": attachments,
    }


def _attachments(comment: _Fields) -> list[AttachmentRecord]:
    listed = comment.get("attachments")
    found = [_fields(entry) for entry in listed] if isinstance(listed, list) else []
    return [
        AttachmentRecord(
            name=str(entry.get("file_name") or "attachment")[:300],
            media_type=str(entry.get("content_type") or "")[:200],
            size=size if isinstance(size := entry.get("size"), int) and 0 <= size < 1 << 50 else 0,
            note="not part of the export",
        )
        for entry in found
    ]


def _embedded(ticket: _Fields) -> dict[str, _Fields]:
    """People the ticket itself describes."""
    listed = ticket.get("users")
    people = [*(listed if isinstance(listed, list) else []), ticket.get("requester")]
    return {str(person["id"]): person for person in people if isinstance(person, Mapping) and "id" in person}


def _fields(value: object) -> _Fields:
    return value if isinstance(value, Mapping) else {}
