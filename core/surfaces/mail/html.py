"""HTML from strangers, made safe to show and readable as text.

Showing a message must never run code, load anything from a remote server (that is how senders
track who read what and when), or look like a part of our own page. So an allow-list of plain
formatting survives, links open without a referrer, and every image becomes a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

import nh3

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q",
    "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip
_DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "title",
    "noscript",
    "template",
    "svg",
    "math",
    "iframe",
    "object",
}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt", "src", "width", "height"},  # read below, never kept
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "*": {"dir", "lang"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
# nh3 writes attributes as name="value" with quotes in the value escaped, so this cannot be fooled
# by a ">" inside an attribute.
_IMAGE = re.compile(r"<img((?:\s[a-z-]+=\"[^\"]*\")*)\s*/?>")
_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_MAX_TEXT_OF_LINK = 300


@dataclass(frozen=True)
class SafeHtml:
    """``html`` may be shown as it is; ``text`` says the same without mark-up.

    ``images`` counts the remote images that were replaced by a note.
    """

    html: str
    text: str
    images: int


def make_safe(html: str) -> SafeHtml:
    """Keep the plain formatting of ``html``; drop scripts, styles, forms, frames and images.

    An image becomes the note ``[image not loaded: alt text]``; images of at most 2 x 2 pixels are
    tracking and go without a note.
    """
    cleaned = nh3.clean(
        html.replace("\x00", ""),
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    images = 0

    def note(match: re.Match[str]) -> str:
        nonlocal images
        found = dict(_ATTRIBUTE.findall(match[1]))
        if _tiny(found.get("width", "")) and _tiny(found.get("height", "")):
            return ""
        attached = found.get("src", "").startswith("cid:")
        images += not attached
        alt = " ".join(unescape(found.get("alt", "")).split())
        label = "attached image" if attached else "image not loaded"
        return f"<em>[{escape(f'{label}: {alt}' if alt else label)}]</em>"

    safe = _IMAGE.sub(note, cleaned).strip()
    return SafeHtml(html=safe, text=_text(safe), images=images)


def _tiny(pixels: str) -> bool:
    return pixels.isdigit() and int(pixels[:9]) <= 2


def _text(html: str) -> str:
    writer = _TextWriter()
    writer.feed(html)
    writer.close()
    return writer.text()


class _TextWriter(HTMLParser):
    """Turns sanitised HTML into text: paragraphs, list dashes, ``> `` before quoted blocks."""

    _BLOCKS = frozenset(
        ("blockquote", "div", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul")
    )
    _LINES = frozenset(("caption", "dd", "dt", "li", "tr"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._quotes_before = 0
        self._gap = False  # a blank line is due before the next one
        self._preformatted = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._break()
        elif tag == "hr":
            self._break()
            self._line.append("---")
            self._break()
        elif tag in self._BLOCKS:
            self._blank()
            self._quotes += tag == "blockquote"
            self._preformatted += tag == "pre"
        elif tag in self._LINES:
            self._end_line()
            if tag == "li":
                self._line.append("- ")
        elif tag in ("td", "th") and self._line:
            self._line.append("  ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._line)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._BLOCKS:
            self._end_line()
            self._quotes = max(0, self._quotes - (tag == "blockquote"))
            self._preformatted = max(0, self._preformatted - (tag == "pre"))
            self._blank()
        elif tag in self._LINES:
            self._end_line()
        elif tag == "a" and self._links:
            target, start = self._links.pop()
            label = "".join(self._line[start:])
            bare = target.removeprefix("mailto:").removeprefix("tel:")
            if target and len(target) <= _MAX_TEXT_OF_LINK and bare not in label:
                self._line.append(f" ({target})")

    def handle_data(self, data: str) -> None:
        if self._preformatted:
            first, *rest = data.split("\n")
            self._line.append(first)
            for part in rest:
                self._break()
                self._line.append(part)
            return
        collapsed = re.sub(r"\s+", " ", data)
        if collapsed == " " and not self._line:
            return
        self._line.append(collapsed)

    def _break(self) -> None:
        line = "".join(self._line)
        self._line = []
        self._links = [(target, 0) for target, _start in self._links]
        line = line.rstrip() if self._preformatted else line.strip()
        if self._gap and self._lines:
            self._lines.append(">" * min(self._quotes, self._quotes_before))
        self._gap = False
        self._quotes_before = self._quotes
        self._lines.append("> " * self._quotes + line if self._quotes else line)

    def _end_line(self) -> None:
        if self._line:
            self._break()

    def _blank(self) -> None:
        self._end_line()
        self._gap = True

    def text(self) -> str:
        self._end_line()
        return _BLANK_LINES.sub("\n\n", "\n".join(self._lines)).strip()
