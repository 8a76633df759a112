"""From loosely shaped fields to a checked :class:`ConversationRecord`. Every format ends here.

The shape is the JSON-lines contract; formats that know more add ``folded`` and ``attachments`` to
a message and ``priority`` to a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from core.conversations import (
    AUTHORS,
    CHANNELS,
    MAX_TEXT,
    PRIORITIES,
    STATUSES,
    AttachmentRecord,
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
)
from core.errors import InvalidInput
from core.surfaces.importers.fields import clean_text, identifier, mapping, one_of, shown, when, words
from core.surfaces.importers.opinions import Refused, read_judgements, read_suggestion
from core.surfaces.importers.options import ImportOptions
from core.surfaces.mail import make_safe

_MAX_ID = 200
_MAX_MESSAGE_ID = 300
_MAX_MESSAGES = 20_000


def build_conversation(
    raw: object, *, options: ImportOptions, line: int, refused: list[Refused] | None = None
) -> ConversationRecord:
    """Check ``raw`` (the shape of the JSON-lines contract) and make a record of it.

    Messages are put in the order of their time; equal times keep their order.

    Args:
        refused: judgements and suggestions that cannot be read are added here.

    Raises:
        InvalidInput: a required field is missing or a value cannot be right; says which.
    """
    fields = mapping(raw, "the conversation")
    external_id = identifier(fields, "id", limit=_MAX_ID)
    given = fields.get("messages")
    if not isinstance(given, list | tuple) or not given:
        raise InvalidInput("messages: at least one is required")
    if len(given) > _MAX_MESSAGES:
        raise InvalidInput(f"messages: {len(given):,} are more than the {_MAX_MESSAGES:,} allowed")
    left_out = [] if refused is None else refused
    messages = [_message(entry, number, options, left_out) for number, entry in enumerate(given, start=1)]
    _check_ids(messages)
    if any(later.created_at < earlier.created_at for earlier, later in pairwise(messages)):
        messages.sort(key=lambda message: message.created_at)
    created = fields.get("created_at")
    if created in (None, ""):
        raise InvalidInput("created_at is missing")
    customer = _customer(fields.get("customer"))
    return ConversationRecord(
        external_id=external_id,
        channel=one_of(fields, "channel", CHANNELS) or options.channel,
        customer=customer,
        messages=messages,
        created_at=when(created, "created_at", options),
        subject=words(fields, "subject", limit=500),
        status=one_of(fields, "status", STATUSES) or None,
        tags=_tags(fields.get("tags")),
        csat=_csat(fields.get("csat")),
        locale=customer.locale,
        priority=_priority(fields.get("priority")),
        judgements=read_judgements(fields.get("judgements"), options=options, refused=left_out),
        line=line,
    )


def _message(raw: object, number: int, options: ImportOptions, refused: list[Refused]) -> MessageRecord:
    where = f"messages[{number}]"
    fields = mapping(raw, where)
    author = fields.get("author")
    if author not in AUTHORS:
        raise InvalidInput(f"{where}.author is {shown(author)}; it must be one of {', '.join(AUTHORS)}")
    text, html = _body(fields, where)
    created = fields.get("created_at")
    if created in (None, ""):
        raise InvalidInput(f"{where}.created_at is missing")
    folded = fields.get("folded")
    return MessageRecord(
        author=str(author),
        text=text,
        created_at=when(created, f"{where}.created_at", options),
        external_id=identifier(fields, "id", limit=_MAX_MESSAGE_ID, where=f"{where}.", required=False),
        name=words(fields, "name", limit=300, where=f"{where}."),
        html=html,
        folded=clean_text(folded) if isinstance(folded, str) else "",
        attachments=_attachments(fields),
        suggestion=read_suggestion(fields, where, refused=refused),
    )


def _body(fields: Mapping[str, Any], where: str) -> tuple[str, str]:
    text, html = fields.get("text"), fields.get("html")
    if text is not None and not isinstance(text, str):
        raise InvalidInput(f"{where}.text is {shown(text)}; it must be text")
    if html is not None and not isinstance(html, str):
        raise InvalidInput(f"{where}.html is {shown(html)}; it must be text")
    if len(text or "") > MAX_TEXT or len(html or "") > 4 * MAX_TEXT:
        raise InvalidInput(f"{where} is longer than {MAX_TEXT:,} characters")
    safe_html = ""
    if html:
        safe = make_safe(clean_text(html))
        safe_html = safe.html
        text = text if text and text.strip() else safe.text
    if text is None or not (text.strip() or safe_html or _attachments(fields)):
        raise InvalidInput(f"{where}.text is missing" if text is None else f"{where}.text is empty")
    return clean_text(text), safe_html


def _attachments(fields: Mapping[str, Any]) -> tuple[AttachmentRecord, ...]:
    """What a format read itself; a file cannot come inside JSON lines."""
    given = fields.get("attachments")
    if not isinstance(given, list):
        return ()
    return tuple(entry for entry in given if isinstance(entry, AttachmentRecord))


def _customer(raw: object) -> CustomerRecord:
    fields = mapping(raw, "customer")
    return CustomerRecord(
        external_id=identifier(fields, "id", limit=_MAX_ID, where="customer."),
        name=words(fields, "name", limit=300, where="customer."),
        email=words(fields, "email", limit=320, where="customer.").lower(),
        phone=words(fields, "phone", limit=64, where="customer."),
        locale=words(fields, "locale", limit=16, where="customer.").replace("_", "-"),
        time_zone=words(fields, "time_zone", limit=64, where="customer."),
    )


def _tags(value: object) -> list[str]:
    if value in (None, ""):
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        raise InvalidInput(f"tags is {shown(value)}; it must be a list of texts")
    return list(dict.fromkeys(clean_text(tag.strip())[:100] for tag in value if tag.strip()))


def _csat(value: object) -> int | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in (1, 2, 3, 4, 5):
        raise InvalidInput(f"csat is {shown(value)}; it must be a whole number from 1 to 5")
    return int(value)


def _priority(value: object) -> int:
    return value if isinstance(value, int) and value in PRIORITIES else 3


def _check_ids(messages: list[MessageRecord]) -> None:
    ids = [message.external_id for message in messages if message.external_id]
    if len(set(ids)) != len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise InvalidInput(f"messages: the id {shown(twice)} is used twice")
