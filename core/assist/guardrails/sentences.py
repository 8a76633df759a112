"""The sentences of a reply, verified or not."""

from __future__ import annotations

from collections.abc import Sequence

from core.assist.grounding.wording import pieces
from core.assist.guardrails.texts import ReplyCheck, SentenceCheck


def sentences_of(reply: ReplyCheck) -> Sequence[SentenceCheck]:
    """The verified sentences; of a text that nobody verified, its sentences without sources."""
    if reply.sentences:
        return reply.sentences
    return [SentenceCheck(piece.strip(), "courtesy") for piece in pieces(reply.text)]
