"""The sentences of a reply, and the language of a text, in time that grows no faster than the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.assist.guardrails.texts import ReplyCheck, SentenceCheck
from core.llm import detect_language

_END = re.compile(r"(?<=[.!?…])[\"'”’»)]{0,3}\s+(?![a-zß-öø-ÿ])|\n+")
_NO_WORD = re.compile(r"\S{60,}")


def split(text: str) -> list[str]:
    """The sentences and lines of a text, without blanks around them."""
    return [piece.strip() for piece in _END.split(text) if piece.strip()]


def sentences_of(reply: ReplyCheck) -> Sequence[SentenceCheck]:
    """The verified sentences; of a text that nobody verified, its sentences without sources."""
    if reply.sentences:
        return reply.sentences
    return [SentenceCheck(piece, "courtesy") for piece in split(reply.text)]


def spoken(text: str, *, fallback: str) -> str:
    """The language of a text, or ``fallback`` when it cannot be told. Long strings are no words."""
    return detect_language(_NO_WORD.sub(" ", text), fallback=fallback)
