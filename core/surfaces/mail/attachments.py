"""Which attachments are kept. They are never opened, never unpacked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.surfaces.mail.message import MailAttachment

MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024
MAX_MESSAGE_BYTES = 25 * 1024 * 1024
_ARCHIVES = {
    "application/zip", "application/x-zip-compressed", "application/gzip", "application/x-gzip",
    "application/x-tar", "application/x-7z-compressed", "application/vnd.rar", "application/x-rar-compressed",
    "application/x-bzip2", "application/x-xz", "application/zstd",
}  # fmt: skip


@dataclass(frozen=True)
class KeptAttachment:
    """``content`` is None when it is not kept; ``note`` says why. ``size``: bytes as received."""

    name: str
    media_type: str
    size: int
    note: str
    content: bytes | None = field(repr=False)


def limit_attachments(attachments: Iterable[MailAttachment]) -> list[KeptAttachment]:
    """Keep each file of up to 10 MB until those of the message reach 25 MB; note the others.

    An archive stays one file of the size it has, whatever it would unpack to.
    """
    kept: list[KeptAttachment] = []
    room = MAX_MESSAGE_BYTES
    for attachment in attachments:
        size = len(attachment.content)
        content: bytes | None = attachment.content
        note = "archive, kept as it came, not unpacked" if attachment.media_type in _ARCHIVES else ""
        if size > MAX_ATTACHMENT_BYTES:
            content, note = None, "larger than 10 MB, not kept"
        elif size > room:
            content, note = None, "the attachments of this message exceed 25 MB, not kept"
        else:
            room -= size
        kept.append(KeptAttachment(attachment.name, attachment.media_type, size, note, content))
    return kept
