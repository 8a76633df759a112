"""Files that came with messages: kept by digest under ``home``/attachments, never unpacked."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlmodel import Session

from core.conversations.checking import one_line
from core.conversations.records import AttachmentRecord
from core.conversations.tables import Attachment
from core.errors import NotFound
from core.identity import Actor, Permission, require

MAX_ATTACHMENT = 25_000_000
"""Bytes of one attachment that are kept. Of a larger one only name and size are."""


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """An attachment whose content is on disk, or was not kept (``sha256`` is then empty)."""

    name: str
    media_type: str
    size: int
    sha256: str
    note: str


def store_attachments(attachments: Sequence[AttachmentRecord], *, home: Path) -> tuple[StoredAttachment, ...]:
    """Write contents below ``home`` and say what was kept. Storing the same bytes again does nothing."""
    return tuple(_store(attachment, home / "attachments") for attachment in attachments)


def read_attachment(actor: Actor, attachment_id: int, *, session: Session, home: Path) -> bytes:
    """The content of an attachment, checked against its digest.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is no such attachment, or its content was not kept.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    attachment = session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound("There is no such attachment.")
    if not attachment.sha256:
        raise NotFound(f"{attachment.name} was not kept: {attachment.note or 'no reason was given'}.")
    path = _path(home / "attachments", attachment.sha256)
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content).hexdigest() != attachment.sha256:
        raise NotFound(f"{attachment.name} is missing from the attachments folder, or was changed there.")
    return content


def _store(record: AttachmentRecord, folder: Path) -> StoredAttachment:
    name = one_line(record.name, 300) or "unnamed"
    media_type = one_line(record.media_type, 200)
    note = one_line(record.note, 300)
    content = record.content
    if content is not None and len(content) > MAX_ATTACHMENT:
        note = note or f"larger than {MAX_ATTACHMENT // 1_000_000} MB"
        content = None
    if content is None:
        size = record.size or len(record.content or b"")
        return StoredAttachment(name, media_type, size, "", note)
    digest = sha256(content).hexdigest()
    path = _path(folder, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{digest[:16]}.{os.getpid()}.{secrets.token_hex(4)}")
        part.write_bytes(content)
        part.replace(path)  # whole or not at all, also when two imports store the same file
    return StoredAttachment(name, media_type, record.size or len(content), digest, note)


def _path(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest
