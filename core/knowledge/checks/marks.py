"""The headings, links, images and HTML of a Markdown text, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token

from core.knowledge.markdown import Block, block_tokens, blocks_of, inline_tokens

_NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``anchor`` is what ``#...`` in a link has to say."""

    level: int
    text: str
    anchor: str
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image. ``text``: what is shown, of an image its alternative text."""

    target: str
    text: str
    line: int
    image: bool = False


@dataclass(frozen=True, slots=True)
class Markup:
    """A piece of HTML as it stands in the text."""

    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Prose:
    """The source of one paragraph, heading or cell; code is none."""

    source: str
    line: int


@dataclass(slots=True)
class Marks:
    """What a text is marked up with, in reading order. ``open_fence``: line of a code block without end."""

    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    markup: list[Markup] = field(default_factory=list)
    prose: list[Prose] = field(default_factory=list)
    open_fence: int | None = None


def read_marks(body: str) -> tuple[Marks, list[Block]]:
    """Everything that is checked about the form of a text, and its blocks, in one go."""
    marks = Marks()
    definitions: dict[str, Any] = {}
    lines = body.split("\n")
    tokens = block_tokens(body, definitions)
    anchors: dict[str, int] = {}
    heading = 0
    line = 1
    for token in tokens:
        if token.map is not None:
            line = token.map[0] + 1
        if token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "inline":
            spans = inline_tokens(token.content, definitions)
            if not definitions.get("references"):  # passages do not know them
                token.children = spans
            if heading:
                text = _shown(spans) if spans else token.content
                marks.headings.append(Heading(heading, text.strip(), _anchor(text, anchors), line))
                heading = 0
            marks.prose.append(Prose(token.content, line))
            _read_spans(spans, line, marks)
        elif token.type == "html_block":
            marks.markup.append(Markup(token.content, line))
        elif token.type == "fence" and _is_open(token, lines):
            marks.open_fence = line
    return marks, blocks_of(tokens)


def _read_spans(spans: list[Token], line: int, marks: Marks) -> None:
    opened: list[tuple[str, int, list[str]]] = []
    for token in spans:
        match token.type:
            case "softbreak" | "hardbreak":
                line += 1
            case "link_open":
                opened.append((str(token.attrs.get("href", "")), line, []))
            case "link_close" if opened:
                target, at, parts = opened.pop()
                marks.links.append(Link(target, "".join(parts).strip(), at))
            case "image":
                alternative = _shown(token.children or [])
                target = str(token.attrs.get("src", ""))
                marks.links.append(Link(target, alternative.strip(), line, image=True))
                for each in opened:
                    each[2].append(alternative or target)
            case "html_inline":
                marks.markup.append(Markup(token.content, line))
            case _:
                for each in opened:
                    each[2].append(token.content)


def _shown(spans: list[Token]) -> str:
    return "".join(_texts(spans))


def _texts(spans: list[Token]) -> Iterator[str]:
    for token in spans:
        if token.type == "image":
            yield from _texts(token.children or [])
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type != "html_inline":
            yield token.content


def _anchor(text: str, known: dict[str, int]) -> str:
    """As common readers of Markdown make it: small letters, hyphens, and a number when it is there twice."""
    plain = _NOT_IN_AN_ANCHOR.sub("", text.strip().lower()).replace(" ", "-")
    count = known.get(plain, 0)
    known[plain] = count + 1
    return f"{plain}-{count}" if count else plain


def _is_open(token: Token, lines: list[str]) -> bool:
    """Whether a fenced block runs to the end of what holds it because nobody closed it."""
    if token.map is None:
        return False
    last = lines[token.map[1] - 1].strip(" \t>") if token.map[1] <= len(lines) else ""
    closing = len(last) >= len(token.markup) and set(last) == {token.markup[0]}
    return not closing or token.map[1] - token.map[0] < 2
