"""Bytes to text when the label may be missing, wrong or unknown."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from charset_normalizer import from_bytes

# Labels that mean "nobody chose one", and Latin-1 that is Windows-1252 nearly everywhere.
_WEAK = {"", "ascii", "us-ascii", "unknown-8bit", "x-unknown", "default", "binary", "8bit"}
_WINDOWS = {"iso-8859-1", "iso8859-1", "latin-1", "latin1", "iso_8859-1"}
_SAMPLE_BYTES = 32_768
_FEW_BYTES = 24


@dataclass(frozen=True)
class Decoded:
    """``remark`` says what was wrong with the declared charset; empty when nothing was."""

    text: str
    remark: str


def decode_text(content: bytes, charset: str = "") -> Decoded:
    """Decode ``content``, declared to be in ``charset``; never fails and drops nothing silently."""
    declared = charset.strip().strip("'\"").lower()
    if declared not in _WEAK:
        name = "cp1252" if declared in _WINDOWS else declared
        try:
            return Decoded(_storable(_decode(content, name, "strict")), "")
        except (UnicodeError, LookupError, ValueError):
            pass
    try:
        text = content.decode("utf-8")
        remark = "" if declared in _WEAK or declared in ("utf-8", "utf8") else _mislabelled(declared, "utf-8")
        return Decoded(_storable(text), remark)
    except UnicodeDecodeError:
        guess = _guess(content)
        return Decoded(_storable(content.decode(guess, "replace")), _mislabelled(declared, guess))


def _decode(content: bytes, name: str, errors: str) -> str:
    info = codecs.lookup(name)
    if not getattr(info, "_is_text_encoding", True):
        raise LookupError(name)  # "base64", "zip" and the like are codecs too: zip could unpack a bomb
    text, _length = info.decode(content, errors)
    if not isinstance(text, str):  # pragma: no cover - kept out by the check above
        raise LookupError(name)
    return text


def _guess(content: bytes) -> str:
    """The likeliest charset of bytes that are not UTF-8."""
    mostly_utf8 = content.decode("utf-8", "ignore")
    if any(ord(character) > 127 for character in mostly_utf8):
        return "utf-8"  # UTF-8 with some broken bytes
    sample = content[:_SAMPLE_BYTES]
    foreign = sum(byte > 127 for byte in sample)
    if foreign < _FEW_BYTES or foreign < len(sample) // 4:
        return "cp1252"  # a Latin script: statistics would only guess on so few bytes
    best = from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


def _mislabelled(declared: str, used: str) -> str:
    label = declared[:40] or "undeclared"
    return f"charset {label} did not fit, read as {used}"


def _storable(text: str) -> str:
    """No NUL (Postgres refuses it) and no lone surrogate (UTF-8 has none)."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
