"""The passages a search returned, as the offline model reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.llm.offline.markdown import Piece, read_pieces
from core.llm.offline.words import language_of, terms


@dataclass(frozen=True, slots=True)
class Passage:
    """One search result. ``score`` is 0..1; ``audience`` is public or internal."""

    id: str
    title: str
    heading: str
    text: str
    locale: str = ""
    audience: str = "public"
    score: float = 0.0

    @property
    def internal(self) -> bool:
        return self.audience != "public"

    @property
    def language(self) -> str:
        return language_of(self.locale)

    @property
    def section(self) -> str:
        """The heading without the article's title in front."""
        return self.heading.removeprefix(self.title).strip(" >")

    def pieces(self) -> tuple[Piece, ...]:
        return read_pieces(self.text)

    def heading_terms(self, language: str) -> frozenset[str]:
        return frozenset(terms(f"{self.title} {self.heading}", language))


def read_passages(outputs: Iterable[str]) -> list[Passage]:
    """Passages from the JSON outputs of ``search_knowledge``, best first, each once.

    Anything that is not ``{"passages": [{"id", "text", ...}]}`` counts as an empty result: a tool
    that failed answers with a sentence.
    """
    found: dict[tuple[str, str], Passage] = {}
    for output in outputs:
        for entry in _entries(output):
            passage = _passage(entry)
            if passage is None:
                continue
            key = (passage.id, passage.text)
            if key not in found or passage.score > found[key].score:
                found[key] = passage
    ids = [passage.id for passage in found.values()]
    unambiguous = [passage for passage in found.values() if ids.count(passage.id) == 1]
    return sorted(unambiguous, key=lambda passage: -passage.score)


def _entries(output: str) -> list[Any]:
    try:
        value = json.loads(output)
    except ValueError:
        return []
    entries = value.get("passages") if isinstance(value, dict) else None
    return entries if isinstance(entries, list) else []


def _passage(entry: Any) -> Passage | None:
    if not isinstance(entry, dict):
        return None
    identifier, text = entry.get("id"), entry.get("text")
    if not isinstance(identifier, str) or not isinstance(text, str) or not identifier or not text.strip():
        return None
    score = entry.get("score")
    return Passage(
        id=identifier,
        title=str(entry.get("title") or ""),
        heading=str(entry.get("heading") or ""),
        text=text,
        locale=str(entry.get("locale") or ""),
        audience=str(entry.get("audience") or "public"),
        score=min(1.0, max(0.0, float(score))) if isinstance(score, int | float) else 0.0,
    )
