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
from core.surfaces.importers.dates import parse_when
from core.surfaces.importers.options import ImportOptions
from core.surfaces.mail import make_safe

_MAX_ID = 200
_MAX_MESSAGE_ID = 300
_MAX_MESSAGES = 20_000


def build_conversation(raw: object, *, options: ImportOptions, line: int) -> ConversationRecord:
    """Check ``raw`` (the shape of the JSON-lines contract) and make a record of it.

    Messages are put in the order of their time; equal times keep their order.

    Raises:
        InvalidInput: a required field is missing or a value cannot be right; says which.
    """
    fields = _mapping(raw, "the conversation")
    external_id = _identifier(fields, "id", limit=_MAX_ID)
    given = fields.get("messages")
    if not isinstance(given, list | tuple) or not given:
        raise InvalidInput("messages: at least one is required")
    if len(given) > _MAX_MESSAGES:
        raise InvalidInput(f"messages: {len(given):,} are more than the {_MAX_MESSAGES:,} allowed")
    messages = [_message(entry, number, options) for number, entry in enumerate(given, start=1)]
    _check_ids(messages)
    if any(later.created_at < earlier.created_at for earlier, later in pairwise(messages)):
        messages.sort(key=lambda message: message.created_at)
    created = fields.get("created_at")
    if created in (None, ""):
        raise InvalidInput("created_at is missing")
    customer = _customer(fields.get("customer"))
    return ConversationRecord(
        external_id=external_id,
        channel=_one_of(fields, "channel", CHANNELS) or options.channel,
        customer=customer,
        messages=messages,
        created_at=_when(created, "created_at", options),
        subject=_words(fields, "subject", limit=500),
        status=_one_of(fields, "status", STATUSES) or None,
        tags=_tags(fields.get("tags")),
        csat=_csat(fields.get("csat")),
        locale=customer.locale,
        priority=_priority(fields.get("priority")),
        line=line,
    )


def clean_text(text: str) -> str:
    """``text`` without NUL (Postgres refuses it) and lone surrogates (UTF-8 has none)."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _message(raw: object, number: int, options: ImportOptions) -> MessageRecord:
    where = f"messages[{number}]"
    fields = _mapping(raw, where)
    author = fields.get("author")
    if author not in AUTHORS:
        raise InvalidInput(f"{where}.author is {_shown(author)}; it must be one of {', '.join(AUTHORS)}")
    text, html = _body(fields, where)
    created = fields.get("created_at")
    if created in (None, ""):
        raise InvalidInput(f"{where}.created_at is missing")
    folded = fields.get("folded")
    return MessageRecord(
        author=str(author),
        text=text,
        created_at=_when(created, f"{where}.created_at", options),
        external_id=_identifier(fields, "id", limit=_MAX_MESSAGE_ID, where=f"{where}.", required=False),
        name=_words(fields, "name", limit=300, where=f"{where}."),
        html=html,
        folded=clean_text(folded) if isinstance(folded, str) else "",
        attachments=_attachments(fields),
    )


def _body(fields: Mapping[str, Any], where: str) -> tuple[str, str]:
    text, html = fields.get("text"), fields.get("html")
    if text is not None and not isinstance(text, str):
        raise InvalidInput(f"{where}.text is {_shown(text)}; it must be text")
    if html is not None and not isinstance(html, str):
        raise InvalidInput(f"{where}.html is {_shown(html)}; it must be text")
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
    fields = _mapping(raw, "customer")
    return CustomerRecord(
        external_id=_identifier(fields, "id", limit=_MAX_ID, where="customer."),
        name=_words(fields, "name", limit=300, where="customer."),
        email=_words(fields, "email", limit=320, where="customer.").lower(),
        phone=_words(fields, "phone", limit=64, where="customer."),
        locale=_words(fields, "locale", limit=16, where="customer.").replace("_", "-"),
        time_zone=_words(fields, "time_zone", limit=64, where="customer."),
    )


def _mapping(raw: object, where: str) -> Mapping[str, Any]:
    if isinstance(raw, Mapping):
        return raw
    if raw is None:
        raise InvalidInput(f"{where} is missing")
    raise InvalidInput(f"{where} is {_shown(raw)}; it must be an object")


def _identifier(
    fields: Mapping[str, Any], key: str, *, limit: int, where: str = "", required: bool = True
) -> str:
    value = fields.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        if required:
            raise InvalidInput(f"{where}{key} is missing")
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{where}{key} is {_shown(value)}; it must be text or a whole number")
    value = clean_text(value.strip())
    if required and not value:
        raise InvalidInput(f"{where}{key} is empty")
    if len(value) > limit:
        raise InvalidInput(f"{where}{key} is longer than {limit} characters")
    return value


def _words(fields: Mapping[str, Any], key: str, *, limit: int, where: str = "") -> str:
    """A short label: white space collapsed, cut at ``limit``."""
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{where}{key} is {_shown(value)}; it must be text")
    return clean_text(" ".join(value.split()))[:limit]


def _one_of(fields: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    value = fields.get(key)
    if value in (None, ""):
        return ""
    if value not in allowed:
        raise InvalidInput(f"{key} is {_shown(value)}; it must be one of {', '.join(allowed)}")
    return str(value)


def _when(value: object, where: str, options: ImportOptions) -> Any:
    try:
        return parse_when(value, zone=options.zone)
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None


def _tags(value: object) -> list[str]:
    if value in (None, ""):
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        raise InvalidInput(f"tags is {_shown(value)}; it must be a list of texts")
    return list(dict.fromkeys(clean_text(tag.strip())[:100] for tag in value if tag.strip()))


def _csat(value: object) -> int | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in (1, 2, 3, 4, 5):
        raise InvalidInput(f"csat is {_shown(value)}; it must be a whole number from 1 to 5")
    return int(value)


def _priority(value: object) -> int:
    return value if isinstance(value, int) and value in PRIORITIES else 3


def _check_ids(messages: list[MessageRecord]) -> None:
    ids = [message.external_id for message in messages if message.external_id]
    if len(set(ids)) != len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise InvalidInput(f"messages: the id {_shown(twice)} is used twice")


def _shown(value: object) -> str:
    text = clean_text(repr(value))
    return text if len(text) <= 60 else f"{text[:57]}..."
