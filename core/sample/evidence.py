"""Find the passage of a sample article that a sentence rests on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.knowledge import PUBLIC, Article, Passage

_WORD = re.compile(r"\w+")
_QUOTABLE = re.compile(r"(?<=[.!?:;|])\s+|\n+")
ENOUGH = 0.5
"""Share of a sentence's words that the quote must have."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that stands word for word in a passage. ``support`` is 0..1."""

    passage_id: int
    article_version_id: int
    quote: str
    support: float


@dataclass(frozen=True, slots=True)
class _Quotable:
    passage: Passage
    text: str
    words: frozenset[str]


class Library:
    """The live public passages of the sample articles, by article and by language."""

    def __init__(self, session: Session, *, source: str) -> None:
        self._by_article: dict[str, list[_Quotable]] = defaultdict(list)
        self._by_locale: dict[str, list[_Quotable]] = defaultdict(list)
        rows = session.exec(
            select(Article.external_id, Passage)
            .join(Passage, col(Passage.article_id) == col(Article.id))
            .where(col(Article.source) == source, col(Passage.live), col(Passage.audience) == PUBLIC)
            .order_by(col(Passage.id))
        ).all()
        for external_id, passage in rows:
            quotable = list(_cut(passage))
            self._by_article[external_id].extend(quotable)
            self._by_locale[passage.locale].extend(quotable)

    def support(self, sentence: str, *, article: str, locale: str) -> Evidence | None:
        """The best quote for ``sentence``; None when none is close.

        In English from the article it names. Translations are adapted and fewer, so there any
        article of the language will do.
        """
        words = _words(sentence)
        there = self._by_article[article] if locale == "en" else self._by_locale[locale]
        if not words or not there:
            return None
        best = max(there, key=lambda quotable: _share(words, quotable.words))
        support = _share(words, best.words)
        if support < ENOUGH:
            return None
        return Evidence(best.passage.key, best.passage.article_version_id, best.text, round(support, 3))


def _cut(passage: Passage) -> Iterable[_Quotable]:
    for part in _QUOTABLE.split(passage.text):
        text = part.strip()
        if words := _words(text):
            yield _Quotable(passage, text, words)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _share(wanted: frozenset[str], there: frozenset[str]) -> float:
    # A little less for long quotes, so that the sentence that says just this wins.
    return len(wanted & there) / len(wanted) - 0.002 * min(100, len(there))
