"""Reading e-mail: safe HTML, folded history and signatures, threads, attachments."""

from core.surfaces.mail.attachments import (
    MAX_ATTACHMENT_BYTES,
    MAX_MESSAGE_BYTES,
    KeptAttachment,
    limit_attachments,
)
from core.surfaces.mail.charsets import Decoded, decode_text
from core.surfaces.mail.folding import Folded, fold
from core.surfaces.mail.html import SafeHtml, make_safe
from core.surfaces.mail.message import Mail, MailAttachment, MailHeaders, parse_headers, parse_mail
from core.surfaces.mail.threads import Threads

__all__ = [
    "MAX_ATTACHMENT_BYTES",
    "MAX_MESSAGE_BYTES",
    "Decoded",
    "Folded",
    "KeptAttachment",
    "Mail",
    "MailAttachment",
    "MailHeaders",
    "SafeHtml",
    "Threads",
    "decode_text",
    "fold",
    "limit_attachments",
    "make_safe",
    "parse_headers",
    "parse_mail",
]
