"""What HTML and Markdown hide from a reader: comments, invisible elements, texts of attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple


class Part(NamedTuple):
    """``source[start:end]`` shows as ``text``, or is ``hidden`` from the reader."""

    start: int
    end: int
    text: str
    hidden: bool


_TAG = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})((?:\s|/)[^<>]*)?>")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_NOT_TEXT = frozenset(("script", "style"))
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|"
    r"%)?\s*(?:[;\"']|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:[;\"']|$)|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{3,}|"
    r"left\s*:\s*-\d{3,}"
    r"|max-height\s*:\s*0",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent\b|rgba?\(255)", re.IGNORECASE
)
_HIDDEN_ATTRIBUTE = re.compile(r"(?:^|\s)hidden(?:\s|=|/|$)|type\s*=\s*[\"']?hidden", re.IGNORECASE)
_SPOKEN = re.compile(
    r"\b(?:alt|title|aria-label|content|placeholder|value|data-[\w-]{1,30})\s*=\s*(?:\"([^\"<>]*)\"|"
    r"'([^'<>]*)')",
    re.IGNORECASE,
)
_MARKDOWN_COMMENT = re.compile(r"^[ \t]{0,3}\[[^\]\n]{1,40}\]:[ \t]*(?:#|<>)[ \t]*(\S.*)$", re.MULTILINE)


def parts(source: str) -> Iterator[Part]:
    """The visible and hidden parts of HTML, in order; the markup itself is left out."""
    position = 0
    unseen = ""  # the element whose end tag ends what is hidden
    depth = 0
    while match := _TAG.search(source, position):
        if source[position : match.start()].strip():
            yield _part(source, position, match.start(), hidden=bool(unseen))
        position = match.end()
        if match.group() == "<!--":
            end = source.find("-->", position)
            end = len(source) if end < 0 else end
            yield _part(source, position, end, hidden=True)
            position = min(len(source), end + 3)
            continue
        closing, name, attributes = match.group(1), match.group(2).lower(), match.group(3) or ""
        if closing:
            if name == unseen:
                depth -= 1
                unseen = unseen if depth else ""
            continue
        for spoken in _SPOKEN.finditer(attributes):
            yield Part(
                match.start(), match.end(), unescape(spoken.group(1) or spoken.group(2) or ""), hidden=True
            )
        if name in _VOID or attributes.rstrip().endswith("/"):
            continue
        if unseen:
            depth += name == unseen
        elif name in _NOT_TEXT or _unseen(attributes):
            unseen, depth = name, 1
    if source[position:].strip():
        yield _part(source, position, len(source), hidden=bool(unseen))


def hidden_parts(text: str) -> Iterator[Part]:
    """What a text with some markup in it hides: HTML as above, and Markdown's comments."""
    if "<" in text:
        yield from (part for part in parts(text) if part.hidden)
    for match in _MARKDOWN_COMMENT.finditer(text):
        yield Part(match.start(), match.end(), match.group(1), hidden=True)


def visible_text(html: str) -> str:
    """What a reader of the HTML sees, its parts one a line."""
    return "\n".join(part.text for part in parts(html) if not part.hidden)


def _part(source: str, start: int, end: int, *, hidden: bool) -> Part:
    return Part(start, end, unescape(source[start:end]), hidden)


def _unseen(attributes: str) -> bool:
    if not attributes:
        return False
    if _UNSEEN_STYLE.search(attributes) or _HIDDEN_ATTRIBUTE.search(attributes):
        return True
    return bool(_WHITE.search(attributes)) and "background" not in attributes.lower()
