"""One raw e-mail, read without ever failing on what a mail program may have got wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from core.errors import InvalidInput
from core.surfaces.mail.charsets import decode_text
from core.surfaces.mail.html import make_safe

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_MAX_PARTS = 500


@dataclass(frozen=True)
class Address:
    """A mailbox. ``email`` is lower case and may be empty when the header was unreadable."""

    name: str
    email: str


@dataclass(frozen=True)
class MailHeaders:
    """What threading needs to know of a mail.

    ``message_id`` is made from the content when the mail has none; ``ancestors`` are the ids it
    refers to, oldest first. ``sent_at`` is aware, or None when no header gives a readable date.
    """

    message_id: str
    ancestors: tuple[str, ...]
    subject: str
    sender: Address
    recipients: tuple[Address, ...]
    sent_at: datetime | None
    automatic: bool


@dataclass(frozen=True)
class MailAttachment:
    """A file as it came. ``content`` is decoded from its transfer encoding, nothing more."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """A whole mail: plain text, safe HTML (or empty), attachments in their order."""

    headers: MailHeaders
    text: str
    html: str
    attachments: tuple[MailAttachment, ...]
    remarks: tuple[str, ...]


def parse_headers(raw: bytes) -> MailHeaders:
    """Read only the headers of ``raw`` (bytes up to the first blank line suffice).

    Raises:
        InvalidInput: the bytes hold no mail header at all.
    """
    return _headers(_parse(raw), raw)


def parse_mail(raw: bytes) -> Mail:
    """Read a whole mail.

    Raises:
        InvalidInput: the bytes hold no mail header, or parts are nested too deeply.
    """
    message = _parse(raw)
    headers = _headers(message, raw)
    try:
        return _read_parts(message, headers)
    except RecursionError:
        raise InvalidInput("parts are nested too deeply to be a real mail") from None


def _parse(raw: bytes) -> Message:
    try:
        message = message_from_bytes(raw)
    except RecursionError:
        raise InvalidInput("parts are nested too deeply to be a real mail") from None
    if not any(message.get(name) for name in ("From", "To", "Date", "Subject", "Message-ID", "Received")):
        raise InvalidInput("no mail headers (From, To, Date, Subject, Message-ID) found")
    return message


def _headers(message: Message, raw: bytes) -> MailHeaders:
    own = _ids(message.get("Message-ID"))
    senders = _addresses(message, "From") or _addresses(message, "Sender")
    ancestors = [*_ids(message.get("References")), *_ids(message.get("In-Reply-To"))]
    automatic = str(message.get("Auto-Submitted", "no")).strip().lower()
    return MailHeaders(
        message_id=own[0] if own else f"{hashlib.sha256(raw).hexdigest()[:32]}@no-message-id",
        ancestors=tuple(dict.fromkeys(ancestors)),
        subject=_header_text(message.get("Subject")),
        sender=senders[0] if senders else Address("", ""),
        recipients=(*_addresses(message, "To"), *_addresses(message, "Cc")),
        sent_at=_sent_at(message),
        automatic=not automatic.startswith("no"),
    )


def _header_text(value: object) -> str:
    """Decode encoded words; unknown or broken charsets are read as well as they can be."""
    if value is None:
        return ""
    source = str(value)
    try:
        parts = decode_header(value)  # type: ignore[arg-type]
        text = "".join(
            part if isinstance(part, str) else decode_text(part, charset or "").text
            for part, charset in parts
        )
    except (HeaderParseError, ValueError, LookupError):
        text = source
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be stored
    return " ".join(text.replace("\x00", "").split())


def _addresses(message: Message, name: str) -> list[Address]:
    values = [_raw_header(value) for value in message.get_all(name, [])]
    try:
        pairs = getaddresses(values)
    except (ValueError, IndexError, TypeError):  # pragma: no cover - defects of the standard parser
        return []
    found = [Address(_header_text(label), _clean_address(email)) for label, email in pairs]
    return [address for address in found if address.email or address.name]


def _raw_header(value: object) -> str:
    return " ".join(str(value).split())


def _clean_address(email: str) -> str:
    text = email.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return text.strip().lower()[:320]


def _ids(value: object) -> list[str]:
    if value is None:
        return []
    text = str(value).encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    bracketed = _MESSAGE_ID.findall(text)
    if bracketed:
        return bracketed
    return [word[:500] for word in text.split() if "@" in word]


def _sent_at(message: Message) -> datetime | None:
    received = message.get_all("Received", [])
    candidates = [message.get("Date"), *(str(value).rpartition(";")[2] for value in received[:1])]
    for candidate in candidates:
        if candidate is None:
            continue
        try:
            moment = parsedate_to_datetime(str(candidate))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (OverflowError, ValueError):
            continue
    return None


def _read_parts(message: Message, headers: MailHeaders) -> Mail:
    texts: list[str] = []
    pages: list[str] = []
    attachments: list[MailAttachment] = []
    remarks: list[str] = []
    for part, alternative in _leaves(message, remarks):
        media_type = part.get_content_type()
        name = _file_name(part)
        attached = part.get_content_disposition() == "attachment" or bool(name)
        if attached or media_type not in ("text/plain", "text/html"):
            content = _content(part)
            fallback = f"attachment-{len(attachments) + 1}{_SUFFIXES.get(media_type, '')}"
            attachments.append(MailAttachment((name or fallback)[:300], media_type[:200], content))
            continue
        decoded = decode_text(_content(part), str(part.get_content_charset("") or ""))
        if decoded.remark:
            remarks.append(decoded.remark)
        if media_type == "text/plain":
            texts.append(decoded.text)
        else:
            pages.append(decoded.text)
            if not alternative:
                texts.append(make_safe(decoded.text).text)
    return _mail(headers, texts, pages, attachments, remarks)


def _mail(
    headers: MailHeaders,
    texts: list[str],
    pages: list[str],
    attachments: list[MailAttachment],
    remarks: list[str],
) -> Mail:
    safe = make_safe("<hr>".join(pages)) if pages else None
    text = "\n\n".join(part.strip("\r\n") for part in texts if part.strip())
    if not text.strip() and safe is not None:
        text = safe.text
    if safe is not None and safe.images:
        remarks.append(f"{safe.images} remote image(s) not loaded")
    return Mail(
        headers=headers,
        text=text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n"),
        html=safe.html if safe is not None else "",
        attachments=tuple(attachments),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _leaves(message: Message, remarks: list[str]) -> Iterator[tuple[Message, bool]]:
    """Each part that is no container, with whether it has a plain-text alternative beside it."""
    stack: list[tuple[Message, bool]] = [(message, False)]
    seen = 0
    while stack:
        part, alternative = stack.pop()
        children = part.get_payload() if part.is_multipart() else None
        if not isinstance(children, list) or part.get_content_type() == "message/rfc822":
            seen += 1
            if seen > _MAX_PARTS:
                remarks.append(f"only the first {_MAX_PARTS} parts were read")
                return
            yield part, alternative
            continue
        plain_beside = part.get_content_subtype() == "alternative" and any(
            isinstance(child, Message) and child.get_content_type() == "text/plain" for child in children
        )
        nested = [child for child in reversed(children) if isinstance(child, Message)]
        stack.extend((child, plain_beside or alternative) for child in nested)


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError, IndexError):
        return "attachment"
    text = _header_text(name)
    # Only the last component: a name is a label here, never a path.
    return re.split(r"[/\\]", text)[-1].strip(". ") if text else ""


def _content(part: Message) -> bytes:
    if part.is_multipart():  # a forwarded mail, kept as one file
        children = part.get_payload()
        return b"".join(_flat(child) for child in children) if isinstance(children, list) else b""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = str(part.get_payload()).encode("utf-8", "replace")
    return content if isinstance(content, bytes) else b""


def _flat(part: object) -> bytes:
    try:
        return part.as_bytes() if isinstance(part, Message) else str(part).encode("utf-8", "replace")
    except (ValueError, LookupError, TypeError, AttributeError):
        return str(part).encode("utf-8", "replace")


_SUFFIXES = {
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "application/ms-tnef": ".dat",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
}
