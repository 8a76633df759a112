"""Decide whether an imported record can go in, and bring its texts into storable form.

Everything that the database would refuse is found here, so that one bad record costs itself and
not its batch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b

from core.conversations.records import (
    AUTHORS,
    CHANNELS,
    MAX_TEXT,
    PRIORITIES,
    STATUSES,
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
)
from core.errors import InvalidInput

MAX_EXTERNAL_ID = 200
MAX_MESSAGE_EXTERNAL_ID = 300
MAX_TAGS = 100
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_AUTHORS = frozenset(AUTHORS)
_SURROGATE_OR_NUL = {0: None, **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)}


def clean(text: str) -> str:
    """``text`` without what a database cannot hold: NUL is dropped, a lone surrogate replaced."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.translate(_SURROGATE_OR_NUL)
    return text.replace("\0", "") if "\0" in text else text


def one_line(text: str, limit: int) -> str:
    """``text`` on one line, at most ``limit`` characters, an ellipsis where it was cut."""
    line = " ".join(clean(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def preview_of(text: str) -> str:
    """The start of a message as the queue shows it."""
    return one_line(text, 200)


def check_conversation(record: ConversationRecord) -> None:
    """Refuse a record that cannot be stored as it means to be.

    Raises:
        InvalidInput: saying which field is wrong and what would be right.
    """
    _check_id("the conversation's id", record.external_id, MAX_EXTERNAL_ID)
    _check_id("the customer's id", customer_id_of(record), MAX_EXTERNAL_ID)
    if record.channel not in CHANNELS:
        raise InvalidInput(f"unknown channel {record.channel!r}: expected one of {', '.join(CHANNELS)}")
    if record.status is not None and record.status not in STATUSES:
        raise InvalidInput(f"unknown status {record.status!r}: expected one of {', '.join(STATUSES)}")
    if record.priority not in PRIORITIES:
        raise InvalidInput(f"unknown priority {record.priority!r}: expected 1 (urgent) to 4 (low)")
    if record.csat is not None and record.csat not in (1, 2, 3, 4, 5):
        raise InvalidInput(f"csat is {record.csat!r}: expected a whole number from 1 to 5, or nothing")
    if len(record.tags) > MAX_TAGS or not all(isinstance(tag, str) for tag in record.tags):
        raise InvalidInput(f"tags must be at most {MAX_TAGS} texts")
    check_instant("created_at", record.created_at)
    _check_facts(record.customer)
    if not record.messages:
        raise InvalidInput("no messages: a conversation needs at least one")
    check_messages(record.messages)


def check_messages(messages: Sequence[MessageRecord]) -> None:
    """Refuse messages that cannot be stored.

    Raises:
        InvalidInput: naming the message by its place (from 1).
    """
    for place, message in enumerate(messages, start=1):
        if message.author not in _AUTHORS:
            raise InvalidInput(
                f"message {place}: unknown author {message.author!r}: expected one of {', '.join(AUTHORS)}"
            )
        if len(message.text) > MAX_TEXT:
            raise InvalidInput(
                f"message {place}: {len(message.text):,} characters, and {MAX_TEXT:,} is the most"
            )
        if message.created_at.tzinfo is None or message.created_at < _EARLIEST:
            check_instant(f"message {place}: created_at", message.created_at)
        if len(message.external_id) > MAX_MESSAGE_EXTERNAL_ID:
            raise InvalidInput(f"message {place}: its id has more than {MAX_MESSAGE_EXTERNAL_ID} characters")
        if not message.text.strip() and not message.attachments and not message.html:
            raise InvalidInput(f"message {place}: it is empty")
        for attachment in message.attachments:
            if not 0 <= attachment.size < 2**63:
                raise InvalidInput(f"message {place}: an attachment's size is {attachment.size}")


def check_instant(what: str, value: datetime) -> None:
    """Refuse a date without a time zone or before 1970.

    Raises:
        InvalidInput: naming ``what``.
    """
    if value.tzinfo is None:
        raise InvalidInput(f"{what} has no time zone: write it like 2026-03-01T09:30:00Z")
    if value < _EARLIEST:
        raise InvalidInput(f"{what} is {value:%Y-%m-%d}: dates before 1970 are not accepted")


def customer_id_of(record: ConversationRecord) -> str:
    """The customer's id within the source, or what stands in for it."""
    customer: CustomerRecord = record.customer
    return customer.external_id or customer.email.strip().lower() or f"conversation:{record.external_id}"


def message_keys(messages: Sequence[MessageRecord]) -> list[str]:
    """A key for each message by which a second import knows it again.

    The message's own id where it has one. Otherwise a digest of author and text with a counter
    for repeats, so that neither a message put in between nor another clock makes it look new. Two
    different texts under one id are both kept.
    """
    keys: list[str] = []
    seen: dict[str, int] = {}
    texts: dict[str, str] = {}
    for message in messages:
        key = message.external_id
        if not key:
            base = digest_key(message.author, message.text)
            count = seen[base] = seen.get(base, 0) + 1
            key = base if count == 1 else f"{base}.{count}"
        elif texts.setdefault(key, message.text) != message.text:
            key = f"{key[:250]}{digest_key(message.author, message.text)}"
        keys.append(key)
    return keys


def digest_key(author: str, text: str) -> str:
    """A short stable name for what was said and who said it. Starts with ``~``."""
    data = f"{author}\0{clean(text).strip()}".encode()
    return "~" + blake2b(data, digest_size=15).hexdigest()


def _check_facts(customer: CustomerRecord) -> None:
    if not customer.facts:
        return
    try:
        plain = json.dumps(customer.facts, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"the customer's facts are not plain JSON: {error}") from error
    if "\\u0000" in plain:
        raise InvalidInput("the customer's facts contain a NUL character")


def _check_id(what: str, value: str, limit: int) -> None:
    if not value or not value.strip():
        raise InvalidInput(f"{what} is empty")
    if len(value) > limit:
        raise InvalidInput(f"{what} has {len(value)} characters, and {limit} is the most")
    if "\0" in value or clean(value) != value:
        raise InvalidInput(f"{what} contains characters that cannot be stored")
