"""Split what somebody wrote into parts short enough to search for one by one."""

from __future__ import annotations

import re

from core.knowledge.passages import word_count

_LONGEST_QUERY = 10_000  # characters
_PART_WORDS = 80
_MOST_PARTS = 12
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？؟।])\s*|\n+")


def split_query(query: str) -> list[str]:
    """The parts of ``query`` in order, each a run of whole sentences of about 80 words.

    A long request states several needs. As one vector they blur into none, while each part finds
    its own passages. Most queries are a single part; a blank query has none.
    """
    parts: list[str] = []
    held: list[str] = []
    weight = 0
    for sentence in _SENTENCE_END.split(query[:_LONGEST_QUERY]):
        words = sentence.split()
        for at in range(0, len(words), _PART_WORDS):
            piece = " ".join(words[at : at + _PART_WORDS])
            size = word_count(piece)
            if held and weight + size > _PART_WORDS:
                parts.append(" ".join(held))
                held, weight = [], 0
            held.append(piece)
            weight += size
    if held:
        parts.append(" ".join(held))
    return parts[:_MOST_PARTS]
