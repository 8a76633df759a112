"""The readable part of a reply that is still being written."""

from __future__ import annotations

import re

from core.assist.masking import Masker
from core.llm import join_sentences, partial_sentences

_HALF_PLACEHOLDER = re.compile(r"\[(?:[A-Z]{1,12}(?:_[0-9]{0,6})?)?$")


class PartialReply:
    """Collects a structured output while it streams and shows its sentences, never the JSON.

    Adding is cheap and done for each chunk; :meth:`readable` parses, so it is called a few times
    a second at most. What it shows has not been verified yet.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._chunks: list[str] = []
        self._seen = 0
        self._readable = ""

    def restart(self) -> None:
        """Forget the output so far: the model starts another turn."""
        self._chunks, self._seen, self._readable = [], 0, ""

    def add(self, chunk: str) -> None:
        self._chunks.append(chunk)

    def readable(self) -> str:
        """The reply so far, un-masked. A placeholder that is not complete yet is left out."""
        chunks = self._chunks
        if len(chunks) != self._seen:
            self._seen = len(chunks)
            text, _ = join_sentences(partial_sentences("".join(chunks)))
            self._readable = self._masker.unmask(_HALF_PLACEHOLDER.sub("", text))
        return self._readable
