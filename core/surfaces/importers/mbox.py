"""Conversations from mail: mbox files, single .eml files, or folders of both."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.conversations import AttachmentRecord, ConversationRecord
from core.errors import InvalidInput
from core.surfaces.importers.building import build_conversation
from core.surfaces.importers.dates import parse_when
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import conversation_importer
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source
from core.surfaces.mail import Mail, MailHeaders, Threads, fold, limit_attachments, parse_headers, parse_mail
from core.surfaces.mail.threads import Entry

_MAX_MAIL_BYTES = 64 * 1024 * 1024
_MAX_HEADER_BYTES = 1024 * 1024
_ENVELOPE = re.compile(rb"^From \S+.*\d{4}")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


@conversation_importer(
    "mbox", label="E-mail (mbox, .eml, folder)", suffixes=(".mbox", ".mbx", ".eml"), passes=2, batch=100
)
def read_mbox(source: Source, options: ImportOptions) -> Iterator[ConversationRecord | Reject | Remark]:
    """Mail: an `.mbox` file, an `.eml` file, or a folder of them. Each thread is a conversation.

    * **Threads** follow `References` and `In-Reply-To`; replies in a circle do no harm. A mail
      marked as a reply (`Re:`, `AW:`, `RE:`, `TR:`) that refers to nothing in the input joins the
      thread of the same subject between the same two people, if that was active within 30 days.
    * **The conversation's id** is the oldest Message-ID its first mail refers to, or its own.
    * **Who is who**: senders given with `--support-address` (an address or `@domain`) are reps,
      all others are customers; without that option whoever wrote first is the customer and
      everybody else a rep. Automatic replies (`Auto-Submitted`) are system messages.
    * **Text**: the plain part, or the HTML part as text. Quoted history and signatures (English,
      German, Spanish, French) are folded away, not lost. HTML is sanitised: no scripts, no
      styles; images become a note and are never fetched.
    * **Charsets** that are missing, wrong or unknown are read as well as possible and remarked on.
    * **Attachments** (also calendar and winmail parts and forwarded mails) are kept as they are
      and never unpacked: up to 10 MB each and 25 MB a mail; of larger ones name and size are kept.
    * **Dates** come from `Date`, else `Received`, the mbox envelope, the file.

    A second mail with the same Message-ID, a mail of more than 64 MB and a mail without headers
    are rejected. The input is read twice; only headers are held in memory.
    """
    threads: Threads[_Place] = Threads()
    for place in _places(source):
        if isinstance(place, Reject):
            yield place
            continue
        try:
            headers = _dated(parse_headers(_read(source, place, limit=_MAX_HEADER_BYTES)), place)
        except InvalidInput as error:
            yield _reject(place, str(error), source)
            continue
        first = threads.add(headers, place)
        if first is not None:
            reason = f"the Message-ID {headers.message_id!r} was already used at line {first.line}"
            if first.path != place.path:
                reason += f" of {first.path.name}"
            yield _reject(place, reason, source)
    for thread in threads:
        yield from _conversation(thread, source, options)


@dataclass(frozen=True)
class _Place:
    """Where a mail stands: bytes ``start`` to ``end`` of a file, from ``line`` on."""

    path: Path
    start: int
    end: int
    line: int
    fallback_date: datetime | None
    escaped: bool


def _places(source: Source) -> Iterator[_Place | Reject]:
    for path in source.files(".eml", ".mbox", ".mbx"):
        try:
            with source.open(path) as handle:
                start = handle.peek(5)[:5]
                yield from _mbox_places(handle, path) if start == b"From " else _single(handle, path)
        except InvalidInput as error:
            yield Reject(0, str(error), file=path.name)


def _single(handle: io.BufferedReader, path: Path) -> Iterator[_Place | Reject]:
    size = handle.seek(0, io.SEEK_END)
    if size > _MAX_MAIL_BYTES:
        yield Reject(1, f"a mail of {size:,} bytes is larger than 64 MB", file=path.name)
    elif size == 0:
        yield Reject(0, "the file is empty", file=path.name)
    else:
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield _Place(path, 0, size, 1, changed, escaped=False)


def _mbox_places(handle: io.BufferedReader, path: Path) -> Iterator[_Place | Reject]:
    start, first_line, envelope = 0, 1, b""
    position, number, blank = 0, 0, True
    for raw in _short_lines(handle):
        if raw.startswith(b"From ") and blank and (number == 0 or _ENVELOPE.match(raw)):
            if number:
                yield _found(path, start, position, first_line, envelope)
            start, first_line, envelope = position + len(raw), number + 2, raw
        position += len(raw)
        number += raw.endswith(b"\n")
        blank = raw in (b"\n", b"\r\n")
    yield _found(path, start, position, first_line, envelope)


def _short_lines(handle: io.BufferedReader) -> Iterator[bytes]:
    while raw := handle.readline(1 << 20):  # a line without end must not fill the memory
        yield raw


def _found(path: Path, start: int, end: int, line: int, envelope: bytes) -> _Place | Reject:
    if end - start > _MAX_MAIL_BYTES:
        return Reject(line, f"a mail of {end - start:,} bytes is larger than 64 MB", file=path.name)
    words = envelope.decode("ascii", "replace").split()[2:]
    return _Place(path, start, end, line, _envelope_date(" ".join(words)), escaped=True)


def _envelope_date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        try:
            return parse_when(text)
        except InvalidInput:
            return None


def _read(source: Source, place: _Place, *, limit: int = _MAX_MAIL_BYTES) -> bytes:
    with place.path.open("rb") as handle:
        handle.seek(place.start)
        raw = handle.read(min(limit, place.end - place.start))
    if limit == _MAX_MAIL_BYTES:
        source.done = min(source.total, source.done + len(raw))
    return _ESCAPED.sub(rb"\1", raw) if place.escaped else raw


def _dated(headers: MailHeaders, place: _Place) -> MailHeaders:
    if headers.sent_at is not None:
        try:
            parse_when(headers.sent_at)
            return headers
        except InvalidInput:
            pass
    return replace(headers, sent_at=place.fallback_date)


def _conversation(
    thread: list[Entry[_Place]], source: Source, options: ImportOptions
) -> Iterator[ConversationRecord | Reject | Remark]:
    first = thread[0]
    customer = _customer(thread, options)
    messages: list[dict[str, Any]] = []
    frame = {
        "id": (first.headers.ancestors or (first.headers.message_id,))[0][:200],
        "channel": "email",
        "subject": first.headers.subject,
        "customer": customer,
        "created_at": first.headers.sent_at,
    }
    for entry in thread:
        place = entry.place
        try:
            mail = parse_mail(_read(source, place))
            message = _message(mail, entry.headers, customer, options)
            build_conversation(frame | {"messages": [message]}, options=options, line=place.line)
        except InvalidInput as error:
            yield _reject(place, str(error).replace("messages[1]", "the mail"), source)
            continue
        for remark in mail.remarks:
            yield Remark(place.line, remark, _file(place, source))
        messages.append(message)
    if messages:
        yield build_conversation(frame | {"messages": messages}, options=options, line=first.place.line)


def _customer(thread: list[Entry[_Place]], options: ImportOptions) -> dict[str, str]:
    """The first correspondent who is not us."""
    people = [entry.headers.sender for entry in thread]
    people += [address for entry in thread for address in entry.headers.recipients]
    strangers = [person for person in people if person.email and not options.is_support(person.email)]
    person = (strangers or people)[0]
    fallback = thread[0].headers.message_id[:200]
    return {"id": person.email[:200] or fallback, "name": person.name, "email": person.email}


def _message(
    mail: Mail, headers: MailHeaders, customer: dict[str, str], options: ImportOptions
) -> dict[str, Any]:
    sender = headers.sender
    if headers.automatic:
        author = "system"
    elif options.support_addresses:
        author = "rep" if options.is_support(sender.email) else "customer"
    else:
        author = "customer" if sender.email == customer["email"] else "rep"
    folded = fold(mail.text)
    attachments = [
        AttachmentRecord(
            name=kept.name, media_type=kept.media_type, content=kept.content, size=kept.size, note=kept.note
        )
        for kept in limit_attachments(mail.attachments)
    ]
    return {
        "id": headers.message_id[:300],
        "author": author,
        "name": sender.name or sender.email,
        "text": folded.text or ("(only attachments)" if attachments else "(no text)"),
        "folded": folded.folded,
        "html": mail.html,
        "created_at": headers.sent_at,
        "attachments": attachments,
    }


def _reject(place: _Place, reason: str, source: Source) -> Reject:
    return Reject(place.line, reason, file=_file(place, source))


def _file(place: _Place, source: Source) -> str:
    return place.path.relative_to(source.path).as_posix() if source.path.is_dir() else ""
