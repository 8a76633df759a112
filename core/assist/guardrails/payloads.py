"""Texts inside a text: encoded, reversed, spelled with gaps or with other letters."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote_plus

from core.assist.guardrails.reading import Reading, hidden_tags, without_look_alikes


class Payload(NamedTuple):
    """``text[start:end]`` of the original means ``meaning``; ``how`` it was hidden, in words."""

    start: int
    end: int
    meaning: str
    how: str


_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_=-])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :]?){12,2048}(?![0-9A-Fa-f])")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9+._-]){12,4096}")
_GAPPED = re.compile(r"(?<!\w)(?:[^\W_][ .*_|-]{1,3}){6,400}[^\W_](?!\w)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,12});", re.IGNORECASE)
_SENTENCE_WITH_ENTITIES = re.compile(r"[^.!?\n<>]+[.!?]*")
_DIGITS_IN_WORDS = re.compile(r"[a-z][013457@$]|[013457@$][a-z]")
_DIGITS_FOR_LETTERS = str.maketrans("013457@$", "oieastas")
_STEMS = ("ignore", "disregard", "instruct", "system prompt", "approve", "refund", "assistant", "override")
_ROTATED = re.compile("|".join(codecs.encode(stem, "rot13") for stem in _STEMS))
_REVERSED = re.compile("|".join(stem[::-1] for stem in _STEMS))


def payloads(text: str, reading: Reading) -> Iterator[Payload]:
    """Everything in ``text`` that reads as another text; whether that is harmful is for others to say."""
    for start, end, meaning in hidden_tags(text):
        yield Payload(start, end, meaning, "invisible characters")
    yield from _encoded(text)
    if _ENTITY.search(text):
        for sentence in _SENTENCE_WITH_ENTITIES.finditer(text):
            if _ENTITY.search(sentence.group()):
                yield Payload(sentence.start(), sentence.end(), unescape(sentence.group()), "entities")
    for gapped in _GAPPED.finditer(text):
        words = re.split(r"[ .*_|-]{2,3}", gapped.group())
        yield Payload(
            gapped.start(), gapped.end(), " ".join(re.sub(r"\W|_", "", word) for word in words), "gaps"
        )
    yield from _respelled(reading)


def _encoded(text: str) -> Iterator[Payload]:
    for match in _BASE64.finditer(text):
        if meaning := _printable(_from_base64(match.group())):
            yield Payload(match.start(), match.end(), meaning, "base64")
    for match in _HEX.finditer(text):
        digits = re.sub(r"[ :]", "", match.group())
        if meaning := _printable(bytes.fromhex(digits)):
            yield Payload(match.start(), match.end(), meaning, "hexadecimal")
    if text.count("%") > 3:
        for match in _PERCENT.finditer(text):
            if match.group().count("%") > 1:
                yield Payload(match.start(), match.end(), unquote_plus(match.group()), "percent signs")


def _respelled(reading: Reading) -> Iterator[Payload]:
    """Variants of whole lines: as many characters as the reading, so places are the same."""
    text = reading.text
    if (latin := without_look_alikes(text)) is not None:
        yield from _lines(reading, latin, "letters of another alphabet")
    if _DIGITS_IN_WORDS.search(text):
        yield from _lines(reading, text.translate(_DIGITS_FOR_LETTERS), "digits for letters")
    if _ROTATED.search(text):
        yield from _lines(reading, codecs.encode(text, "rot13"), "rot13")
    if _REVERSED.search(text):
        start = 0
        for line in text.split("\n"):
            yield Payload(*reading.place(start, start + len(line)), line[::-1], "backwards")
            start += len(line) + 1


_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def _lines(reading: Reading, variant: str, how: str) -> Iterator[Payload]:
    for match in _SENTENCE.finditer(variant):
        if match.group() != reading.text[match.start() : match.end()]:
            yield Payload(*reading.place(match.start(), match.end()), match.group(), how)


def _from_base64(token: str) -> bytes:
    plain = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""


def _printable(data: bytes) -> str:
    """``data`` as text if it is text, else nothing."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    readable = sum(character.isprintable() or character.isspace() for character in text)
    return text if len(text) >= 8 and readable >= 0.95 * len(text) else ""
