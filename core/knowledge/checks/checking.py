"""All checks of an article's text, as the editor shows them beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select
from sqlmodel import Session, col

from core.database import now
from core.knowledge.analysis import language_of
from core.knowledge.checks.findings import Finding, in_order, shortened
from core.knowledge.checks.links import check_links
from core.knowledge.checks.marks import Heading, read_marks
from core.knowledge.checks.markup import check_markup
from core.knowledge.checks.reading import Reading, reading_ease
from core.knowledge.editing.text import EditText
from core.knowledge.passages import Cut, cut_blocks, word_count
from core.knowledge.tables import Article
from core.llm import detect_language

_LONG_TITLE = 120
_LONG_WITHOUT_HEADINGS = 400  # words
_ENOUGH_TO_TELL = 20  # words from which on the language of a text can be told
_SAMPLE = 4000  # characters that tell it


@dataclass(frozen=True, slots=True)
class TextChecks:
    """What the checks say.

    Attributes:
        words: that readers see.
        reading: None for short texts and languages without an index.
        outline: the headings in order.
        findings: the gravest first.
        passages: as they will be cut for search and citations.
    """

    words: int
    reading: Reading | None
    outline: tuple[Heading, ...]
    findings: tuple[Finding, ...]
    passages: tuple[Cut, ...]

    @property
    def errors(self) -> int:
        """How many of the findings are grave."""
        return sum(each.severity == "error" for each in self.findings)


def check_text(text: EditText, *, session: Session, article_id: int | None = None) -> TextChecks:
    """Check a text somebody is writing. Nothing outside this database is asked.

    Args:
        article_id: the article it is of; None for a new one.
    """
    article = session.get(Article, article_id) if article_id is not None else None
    marks, blocks = read_marks(text.body)
    words = sum(word_count(block.text) for block in blocks)
    start = "\n".join(block.text for block in blocks[:60] if block.kind in ("text", "item"))[:_SAMPLE]
    detected = detect_language(start, fallback="") if word_count(start) >= _ENOUGH_TO_TELL else ""
    findings = [
        *_check_title(text, session=session, article=article),
        *_check_outline(marks.headings, words),
        *_check_language(text.locale, detected),
        *_check_dates(text),
        *_check_source(text, session=session, article=article),
        *check_markup(marks),
        *check_links(marks.links, marks.headings, session=session, article=article),
    ]
    if not words:
        findings.append(Finding("empty", "error", "The article has no text that readers see."))
    return TextChecks(
        words,
        reading_ease(blocks, text.locale or detected or "en"),
        tuple(marks.headings),
        in_order(findings),
        tuple(cut_blocks(text.title.strip(), blocks)) if words else (),
    )


def _check_title(text: EditText, *, session: Session, article: Article | None) -> Iterator[Finding]:
    title = text.title.strip()
    if not title:
        yield Finding("title", "error", "The article has no title.")
        return
    if len(title) > _LONG_TITLE:
        yield Finding("title", "note", f"The title has {len(title)} characters; short ones are found sooner.")
    query = select(col(Article.id), col(Article.locale)).where(
        col(Article.title) == title, col(Article.status) == "live"
    )
    for key, locale in session.execute(query):
        mine = article is not None and article.id == key
        if not mine and (not text.locale or language_of(locale) == language_of(text.locale)):
            yield Finding("title", "warning", "Another live article has the same title.", quote=title)
            return


def _check_outline(headings: list[Heading], words: int) -> Iterator[Finding]:
    if not headings and words > _LONG_WITHOUT_HEADINGS:
        yield Finding("outline", "note", f"{words:,} words without a heading: headings help to find a place.")
    for heading in headings:
        if not heading.text:
            yield Finding("outline", "warning", "A heading says nothing.", heading.line)
    for before, after in pairwise(headings):
        if after.level > before.level + 1:
            words_ = f"The heading jumps from level {before.level} to {after.level}."
            yield Finding("outline", "warning", words_, after.line, shortened(after.text))
    seen: dict[tuple[int, str], int] = {}
    for heading in headings:
        first = seen.setdefault((heading.level, heading.text.casefold()), heading.line)
        if first != heading.line and heading.text:
            said = f"The same heading stands on line {first} already."
            yield Finding("outline", "note", said, heading.line, shortened(heading.text))


def _check_language(locale: str, detected: str) -> Iterator[Finding]:
    if locale and detected and language_of(locale) != language_of(detected):
        words = f"The text looks like “{detected}”, and the language says “{locale}”."
        yield Finding("locale", "warning", words)


def _check_dates(text: EditText) -> Iterator[Finding]:
    at = now()
    start, end = text.effective_from, text.effective_until
    if end is not None and end <= max(start or at, at):
        passed = end <= at
        words = "The end has passed already." if passed else "It would end before it starts."
        yield Finding("dates", "error", f"{words} Choose a later end, or leave it empty.")
    if text.review_on is not None and text.review_on < at.date():
        yield Finding("dates", "warning", "The review date has passed.")


def _check_source(text: EditText, *, session: Session, article: Article | None) -> Iterator[Finding]:
    source = text.translation_of.strip()
    if not source:
        return
    if article is not None and article.external_id == source:
        yield Finding("locale", "error", "The article says it is a translation of itself.", quote=source)
        return
    known = session.execute(
        select(col(Article.id)).where(col(Article.external_id) == source).limit(1)
    ).first()
    if known is None:
        words = "The article it should be a translation of does not exist."
        yield Finding("locale", "warning", words, quote=shortened(source))
