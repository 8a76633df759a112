"""Tell what somebody wrote from the history and signature their mail program added.

Rules work line by line, so a message of any length takes linear time. They know English, German,
Spanish and French. Nothing is ever lost: each line ends up in the text or in the folded part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ATTRIBUTION = re.compile(
    r"""^\W{0,3}(?:
        On\b.{4,300}\bwrote
      | (?:Am|Den)\b.{4,300}\bschrieb\b.{0,200}
      | .{4,200}\bschrieb\ am\b.{4,200}
      | El\b.{4,300}\bescribió
      | Le\b.{4,300}\ba\ écrit
    )\s*:\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_ATTRIBUTION_START = re.compile(r"^\W{0,3}(?:On|Am|Den|El|Le)\s.{3,}", re.IGNORECASE)
_DIVIDER = re.compile(
    r"""^\s*[-_*=]{2,}\s*(?:
        original\ message|forwarded\ message|begin\ forwarded\ message|reply\ message
      | ursprüngliche\ (?:nachricht|mail)|originalnachricht|weitergeleitete\ nachricht
      | mensaje\ original|mensaje\ reenviado
      | message\ (?:d['’]origine|original|transféré)
    )\s*[-_*=]{2,}\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_FROM = re.compile(r"^\W{0,3}(?:From|Von|De|Da)\W{0,3}\s?:\W{0,4}\S", re.IGNORECASE)
_OTHER_HEADER = re.compile(
    r"^\W{0,3}(?:Sent|Date|To|Subject|Cc|Gesendet|Datum|An|Betreff|Enviado(?:\sel)?|Fecha|Para|Asunto"
    r"|Envoyé|À|A|Objet)\W{0,3}\s?:",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{10,}\s*$")
_DEVICE = re.compile(
    r"""^\W{0,3}(?:
        sent\ (?:from|via|with)\ (?:my|the)?\ ?\w.{0,60}
      | get\ outlook\ for\ \w+.{0,60}
      | (?:von\ meinem\ .{2,60}\ gesendet|gesendet\ (?:von|mit)\ .{2,60})
      | enviado\ desde\ .{2,60}
      | envoyé\ (?:de|depuis)\ .{2,60}
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"""^\W{0,3}(?:
        (?:kind|best|warm|many)?\ ?(?:regards|wishes)|best
      | sincerely|yours(?:\ (?:sincerely|faithfully|truly))?
      | cheers|(?:many\ )?thanks(?:\ (?:and|&)\ regards)?|thank\ you
      | (?:mit\ )?(?:freundlichen|besten|vielen|lieben|herzlichen)\ (?:grüßen?|grüssen?|dank)
      | (?:viele|liebe|beste|herzliche|freundliche)\ grü(?:ß|ss)e|mfg|lg|vg
      | (?:un\ )?(?:cordial\ )?saludos?(?:\ cordiales)?|atentamente|gracias
      | (?:bien\ )?cordialement|(?:meilleures\ )?salutations|bien\ à\ vous|merci
    )\W{0,3}$""",
    re.VERBOSE | re.IGNORECASE,
)
_MAX_SIGNATURE_LINES = 8
_MAX_SIGNATURE_WIDTH = 90


@dataclass(frozen=True)
class Folded:
    """``text``: what was written. ``folded``: quoted history and signature, in their order."""

    text: str
    folded: str


def fold(body: str) -> Folded:
    """Split the plain text of a mail.

    Quotes in the middle are folded too, so that answers between quoted lines read as one text.
    A mail that would have no text left (a bare forward) is not folded.
    """
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    hidden = [False] * len(lines)
    end = _start_of_history(lines, hidden)
    for index in range(end, len(lines)):
        hidden[index] = True
    for index in range(_start_of_signature(lines, hidden, end), end):
        hidden[index] = True
    text = _join(line for line, hide in zip(lines, hidden, strict=True) if not hide)
    if not text:
        return Folded(text=_join(lines), folded="")
    return Folded(text=text, folded=_join(line for line, hide in zip(lines, hidden, strict=True) if hide))


def _start_of_history(lines: list[str], hidden: list[bool]) -> int:
    """Mark quoted lines with their attribution; return where everything after is history."""
    index = 0
    while index < len(lines):
        line = lines[index]
        if _is_quoted(line):
            hidden[index] = True
        elif length := _attribution_length(lines, index):
            following = _next_filled(lines, index + length)
            if following is None or not _is_quoted(lines[following]):
                return index  # the history is not marked: all of it follows
            for row in range(index, following):
                hidden[row] = True
            index = following
            continue
        elif _DIVIDER.match(line) or _is_header_block(lines, index):
            return index
        index += 1
    return len(lines)


def _is_quoted(line: str) -> bool:
    return line.lstrip(" ").startswith((">", "|>"))


def _attribution_length(lines: list[str], index: int) -> int:
    """How many lines from ``index`` form "On ... wrote:"; mail programs wrap it. 0 when none."""
    if len(lines[index]) > 400 or not (
        _ATTRIBUTION_START.match(lines[index]) or _ATTRIBUTION.match(lines[index])
    ):
        return 0
    joined = ""
    for length, line in enumerate(lines[index : index + 4], start=1):
        if not line.strip() or len(joined) + len(line) > 600:
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if _ATTRIBUTION.match(joined):
            return length
    return 0


def _is_header_block(lines: list[str], index: int) -> bool:
    """An Outlook-style block: a From line, and two more header lines right after it."""
    if _RULE.match(lines[index]):
        following = _next_filled(lines, index + 1)
        return following is not None and following - index <= 2 and _is_header_block(lines, following)
    if not _FROM.match(lines[index][:400]):
        return False
    return sum(bool(_OTHER_HEADER.match(line[:400])) for line in lines[index + 1 : index + 5]) >= 2


def _next_filled(lines: list[str], index: int) -> int | None:
    for row in range(index, min(index + 3, len(lines))):
        if lines[row].strip():
            return row
    return None


def _start_of_signature(lines: list[str], hidden: list[bool], end: int) -> int:
    """Where the signature starts, or ``end``. Only the last lines before the history can be one."""
    visible = [row for row in range(end) if not hidden[row] and lines[row].strip()]
    for row in visible[-2 * _MAX_SIGNATURE_LINES :]:
        if lines[row].rstrip() == "--":
            return row
    tail = visible[-_MAX_SIGNATURE_LINES:]
    for position, row in enumerate(tail):
        rest = tail[position + 1 :]
        signs_off = _SIGN_OFF.match(lines[row]) and rest
        if (signs_off and all(_fits_signature(lines[later]) for later in rest)) or (
            _DEVICE.match(lines[row][:200]) and len(rest) <= 1
        ):
            return row
    return end


def _fits_signature(line: str) -> bool:
    return len(line) <= _MAX_SIGNATURE_WIDTH and not line.rstrip().endswith("?")


def _join(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
