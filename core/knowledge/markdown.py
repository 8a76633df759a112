"""Markdown as a flat run of readable blocks: what a passage is made of.

Blocks are plain text that still looks like what it was: list marks, code fences and table
bars stay, emphasis and escapes go, a link keeps its address in parentheses when that address
means something outside the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_HIDDEN_HTML = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_BREAKING_TAG = re.compile(
    r"<\s*/?\s*(br|p|div|li|ul|ol|tr|h[1-6]|table|details|summary)\b[^>]*>", re.IGNORECASE
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BLANKS = re.compile(r"[^\S\n]+")
_MARKS = re.compile(r"[\\`*_\[\]<&]|  \n")
# Emphasis and link rules take quadratic time on hostile input; no honest paragraph is this long.
_LONGEST_MARKED_UP = 20_000
_ABSOLUTE = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page. ``level`` is 1-6 for a heading and 0 otherwise."""

    kind: Literal["heading", "text", "item", "code", "table"]
    text: str
    level: int = 0


def read_blocks(markdown: str) -> list[Block]:
    """The blocks of a CommonMark page (with tables) in reading order, none of them empty."""
    return blocks_of(block_tokens(markdown))


def blocks_of(tokens: Sequence[Token]) -> list[Block]:
    """The same of a page whose block structure is known; spans that a token has are not read again."""
    return [block for block in _walk(tokens, 0, len(tokens), top=True) if block.text]


def block_tokens(markdown: str, definitions: dict[str, Any] | None = None) -> list[Token]:
    """The block structure of a page only; ``definitions`` gets what its reference links mean."""
    return _parser().parse(markdown, definitions)


def inline_tokens(content: str, definitions: dict[str, Any] | None = None) -> list[Token]:
    """What one block says; nothing of a block without marks, or too long to be an honest paragraph."""
    if not _MARKS.search(content) or len(content) > _LONGEST_MARKED_UP:
        return []
    return _spans(content, definitions)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("inline")


def _spans(content: str, definitions: dict[str, Any] | None = None) -> list[Token]:
    children: list[Token] = []
    parser = _parser()
    parser.inline.parse(content, parser, {} if definitions is None else definitions, children)
    return children


def _walk(tokens: Sequence[Token], start: int, end: int, *, top: bool) -> Iterator[Block]:
    position = start
    while position < end:
        token = tokens[position]
        after = _closing(tokens, position, end) + 1 if token.nesting == 1 else position + 1
        match token.type:
            case "heading_open":
                text = _inline(tokens[position + 1]).replace("\n", " ")
                level = int(token.tag[1]) if top else 0
                yield Block("heading" if top else "text", text, level)
            case "paragraph_open":
                yield Block("text", _inline(tokens[position + 1]))
            case "bullet_list_open" | "ordered_list_open":
                first = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
                yield from _items(tokens, position + 1, after - 1, first=first)
            case "blockquote_open":
                yield from _walk(tokens, position + 1, after - 1, top=False)
            case "fence" | "code_block":
                if token.content.strip():
                    yield Block("code", f"```{token.info.strip()}\n{token.content.rstrip()}\n```")
            case "table_open":
                yield Block("table", _table(tokens[position:after]))
            case "html_block":
                yield Block("text", _without_tags(token.content))
            case _:
                pass
        position = after


def _items(tokens: Sequence[Token], start: int, end: int, *, first: int | None) -> Iterator[Block]:
    position, number = start, first
    while position < end:
        closing = _closing(tokens, position, end)
        mark = "- "
        if number is not None:
            mark = f"{number}{tokens[position].markup} "
            number += 1
        inner = [block.text for block in _walk(tokens, position + 1, closing, top=False) if block.text]
        if inner:
            indented = "\n".join(inner).replace("\n", "\n" + " " * len(mark))
            yield Block("item", mark + indented)
        position = closing + 1


def _closing(tokens: Sequence[Token], opening: int, end: int) -> int:
    level = tokens[opening].level
    for position in range(opening + 1, end):
        if tokens[position].level == level and tokens[position].nesting == -1:
            return position
    return end - 1


def _table(tokens: Sequence[Token]) -> str:
    rows: list[str] = []
    cells: list[str] = []
    for position, token in enumerate(tokens):
        if token.type == "tr_open":
            cells = []
        elif token.type in ("th_open", "td_open"):
            cells.append(_inline(tokens[position + 1]).replace("\n", " ").replace("|", "\\|"))
        elif token.type == "tr_close":
            rows.append(f"| {' | '.join(cells)} |")
            if len(rows) == 1:
                rows.append(f"|{' --- |' * len(cells)}")
    return "\n".join(rows)


def _inline(token: Token) -> str:
    content = token.content
    if not _MARKS.search(content) or len(content) > _LONGEST_MARKED_UP:
        return _tidy(content.replace("\n", " "))
    return _tidy(_plain(token.children or _spans(content)))


def _plain(spans: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for child in spans:
        match child.type:
            case "text" | "text_special":
                parts.append(child.content)
            case "code_inline":
                parts.append(f"`{child.content}`")
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(_plain(child.children or ()))
            case "html_inline":
                parts.append("\n" if _BREAKING_TAG.match(child.content) else "")
            case "link_open":
                links.append((str(child.attrs.get("href", "")), len(parts)))
            case "link_close" if links:
                address, since = links.pop()
                shown = "".join(parts[since:]).strip()
                if _ABSOLUTE.match(address) and shown not in (address, address.partition(":")[2]):
                    parts.append(f" ({address})" if shown else address)
            case _:
                pass
    return "".join(parts)


def _without_tags(source: str) -> str:
    visible = _TAG.sub("", _BREAKING_TAG.sub("\n", _HIDDEN_HTML.sub("", source)))
    return "\n".join(line for line in _tidy(html.unescape(visible)).split("\n") if line)


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in _BLANKS.sub(" ", text).split("\n")).strip()
