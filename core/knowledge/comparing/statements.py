"""A text as the statements it makes: sentences, list items and table rows, each with what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from core.knowledge.analysis import language_of
from core.knowledge.comparing.cases import cases_of
from core.knowledge.comparing.polarity import Polarity, read_polarity
from core.knowledge.comparing.values import Value, read_values
from core.knowledge.comparing.wording import TOKEN, content_stems, folded, grammar_words, stem
from core.knowledge.markdown import read_blocks
from core.llm import split_sentences

_LONGEST = 400  # characters; longer "sentences" are lists of things, and no two of them align
_MARK = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_PIECE = re.compile(r"\s*;\s+")
_NAME = re.compile(r"(?<=[^\s.!?:])\s+[\"'“„«(]*([A-ZÄÖÜÑ][\w.&-]*)|\b([A-Z]{2,}[\w-]*)")
_PREPOSITIONS = {
    "en": frozenset(["for", "of", "on", "with", "from", "in", "at", "if", "when", "unless", "during"]),
    "de": frozenset(["fur", "von", "mit", "bei", "im", "in", "vom", "wenn", "falls", "am"]),
    "es": frozenset(["para", "con", "en", "del", "de", "si", "cuando", "durante"]),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, read.

    Attributes:
        text: as it stands in the article, without its list mark.
        language: ``en``, ``de`` ...
        title, headings: where it stands.
        stems: of its content words in order, without values, negations and "all" or "only".
        names: stems of words that are written like names.
        context: stems of title and headings.
        cases: which cases it speaks of; see :mod:`core.knowledge.comparing.cases`.
        qualifiers: stems of words that narrow it: "for enterprise customers".
        opposites: stems of its words from pairs of opposites, each with its pair.
    """

    text: str
    language: str
    title: str
    headings: tuple[str, ...]
    stems: tuple[str, ...]
    names: frozenset[str]
    context: frozenset[str]
    values: tuple[Value, ...]
    polarity: Polarity
    cases: frozenset[tuple[int, int]]
    qualifiers: frozenset[str]
    opposites: tuple[tuple[str, int], ...]
    question: bool

    @property
    def comparable(self) -> bool:
        """Whether there is something in it that another statement can contradict."""
        return bool(self.stems) and not self.question


def read_statements(title: str, body: str, *, locale: str, headings: tuple[str, ...] = ()) -> list[Statement]:
    """The statements of a Markdown body in order. Code is left out: it states nothing."""
    return list(_statements(title, body, language_of(locale), headings))


@lru_cache(maxsize=10_000)
def read_statement(text: str, language: str, title: str = "", headings: tuple[str, ...] = ()) -> Statement:
    """One statement, read for comparing."""
    plain = folded(text)
    values = tuple(read_values(plain, language))
    polarity = read_polarity(plain, language)
    blanked = plain
    for start, end in (*((value.start, value.end) for value in values), *polarity.bare):
        blanked = blanked[:start] + " " * (end - start) + blanked[end:]
    about = " ".join((title, *headings))
    return Statement(
        text=text,
        language=language,
        title=title,
        headings=headings,
        stems=tuple(dict.fromkeys(content_stems(blanked, language))),
        names=frozenset(_names(text, language)),
        context=frozenset(content_stems(folded(about), language)),
        values=values,
        polarity=polarity,
        cases=cases_of(plain) | cases_of(folded(about)),
        qualifiers=frozenset(_qualifiers(blanked, language)),
        opposites=tuple((stem(word, language), number) for word, number in polarity.words),
        question=plain.rstrip().endswith("?"),
    )


def _statements(title: str, body: str, language: str, headings: tuple[str, ...]) -> Iterator[Statement]:
    path: list[tuple[int, str]] = []
    for block in read_blocks(body):
        if block.kind == "heading":
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, block.text))
            continue
        if block.kind == "code":
            continue
        where = headings + tuple(name for _, name in path)
        for text in _table_rows(block.text) if block.kind == "table" else _sentences(block.text):
            if 3 <= len(text) <= _LONGEST:
                yield read_statement(text, language, title, where)


def _sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        for sentence in split_sentences(_MARK.sub("", line)):
            yield from (part.strip() for part in _PIECE.split(sentence) if part.strip())


def _table_rows(text: str) -> Iterator[str]:
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.split("\n")]
    if len(rows) < 3:
        return
    header = rows[0]
    for row in rows[2:]:
        for name, cell in zip(header[1:], row[1:], strict=False):
            if row[0] and cell:
                # In a table of two columns the second header only says "value".
                yield f"{row[0]}: {cell}" if len(header) == 2 else f"{row[0]}, {name}: {cell}"


def _qualifiers(text: str, language: str) -> Iterator[str]:
    """Stems of the one or two words of content that follow a preposition."""
    grammar, prepositions = grammar_words(language), _PREPOSITIONS.get(language, frozenset())
    left = 0
    for token in TOKEN.findall(text):
        if token in prepositions:
            left = 2
        elif left and token not in grammar:
            left -= 1
            yield stem(token, language)


def _names(text: str, language: str) -> Iterator[str]:
    for match in _NAME.finditer(text):
        word = match.group(1) or match.group(2)
        # German writes every noun large: only what is all capitals looks like a name there.
        if language == "de" and not word.isupper():
            continue
        yield from content_stems(folded(word), language)
