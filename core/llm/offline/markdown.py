"""Reads a passage's Markdown as pieces that can be quoted: sentences, steps, rows, code."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from core.llm.offline.sentences import sentence_spans

Kind = Literal["prose", "step", "bullet", "row", "code", "heading", "navigation"]

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_STEP = re.compile(r"^(\s*)(\d{1,3})[.)]\s+")
_BULLET = re.compile(r"^(\s*)([-*+•])\s+")
_ROW = re.compile(r"^\s*\|.*\|?\s*$")
_RULE = re.compile(r"^\s*([-*_=]\s*){3,}$")
_SEPARATOR_ROW = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\(([^()\s]*(?:\([^()]*\))?[^()]*)\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<!--.*?-->", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~$&:;,'\"/=@%^?])")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])([^*_\n]+?)(?<=\S)\1(?![\w*_])")
_REFERENCE = re.compile(
    r"^\W*(\(?(for )?(more|additional|further|detailed)? ?(information|details|instructions|examples?|"
    r"guidance)\b.{0,120}?"
    r"\b(see|refer to|visit|read)\b|to learn more\b|learn more\b|see also\b|see \[|see the \[|"
    r"for .{0,80}, see \[|"
    r"(weitere|nähere) (informationen|details)\b|siehe (auch|\[)|mehr dazu\b|"
    r"para (obtener )?más (información|detalles)\b|consulte (también|\[)|véase\b|"
    r"pour (plus|en savoir plus)\b.{0,40}(informations?|détails|,|\[)|voir (aussi|également|\[))",
    re.I | re.DOTALL,
)
_ABOUT_ITSELF = re.compile(
    r"^\W*((it|this) (explains|describes|shows|covers) (how|what|why|where|when|which)\b|"
    r"(in )?(this|the following) (guide|article|page|topic|section|chapter|document|tutorial|table|"
    r"list|procedure)s?\b,? "
    r"(you |we |is |are |explains?|describes?|shows?|covers?|provides?|contains?|helps?|lists?|outlines?)|"
    r"(dieser|diese|dieses) (artikel|anleitung|seite|abschnitt|thema) (ist|erklärt|beschreibt|zeigt|enthält)|"
    r"est[ea] (artículo|guía|página|sección|tema) (es|explica|describe|muestra|contiene)|"
    r"(cet|cette|ce) (article|guide|page|section|rubrique) (est|explique|décrit|présente|contient))",
    re.I,
)
_REFERENCE_WORDS = 40
_MAX_COLUMNS = 5
_CELL_WORDS = 8
_LABEL = re.compile(r"^\s*(\*\*|__)[^*_\n]{1,60}(\*\*|__)\s*:?\s*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something quotable. ``start`` and ``end`` delimit its exact source in the passage text.

    Attributes:
        text: how it reads without Markdown; code keeps its fence, a row becomes ``A: x, B: y``.
        block: number of the paragraph, list, table or code block it belongs to.
        marker: ``1.`` or ``-`` of a list item, empty otherwise.
        depth: indentation level of a list item, 0 at the top.
        header: span of the table's header row, for a row.
    """

    start: int
    end: int
    text: str
    kind: Kind
    block: int
    marker: str = ""
    depth: int = 0
    header: tuple[int, int] | None = None


def plain(text: str) -> str:
    """Markdown as a person would read it: no emphasis, link targets, tags or escapes; one line."""
    text = _TAG.sub(" ", text)
    text = _LINK.sub(lambda match: "" if match.group().startswith("!") else match.group(1), text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = html.unescape(_ESCAPE.sub(r"\1", text))
    return re.sub(r"\s+([.,;:!?](?:\s|$))", r"\1", " ".join(text.split()))


@lru_cache(maxsize=2048)
def read_pieces(text: str) -> tuple[Piece, ...]:
    """All pieces of a passage in order, headings and navigation included (they are never quoted)."""
    return tuple(_Reader(text).read())


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[Piece] = []
        self.block = 0
        self.lines: list[tuple[int, int]] = []
        position = 0
        for line in text.splitlines(keepends=True):
            self.lines.append((position, position + len(line)))
            position += len(line)

    def read(self) -> list[Piece]:
        index = 0
        in_list = False
        while index < len(self.lines):
            line = self._line(index)
            if not line.strip():
                index += 1
                in_list = in_list and self._list_goes_on(index)
                continue
            if fence := _FENCE.match(line):
                index = self._code(index, fence.group(1))
                continue
            if _HEADING.match(line):
                self._next_block()
                self._add(index, index + 1, "heading")
            elif _RULE.match(line) or (_LABEL.match(line) and not in_list):
                self._next_block()
                self._add(index, index + 1, "navigation")
            elif _ROW.match(line) and line.count("|") > 1:
                index = self._table(index)
                in_list = False
                continue
            elif marker := _STEP.match(line) or _BULLET.match(line):
                if not in_list:
                    self._next_block()
                in_list = True
                index = self._item(index, marker)
                continue
            else:
                index = self._paragraph(index, indented=in_list and line[:1].isspace())
                in_list = in_list and line[:1].isspace()
                continue
            in_list = False
            index += 1
        return self.pieces

    def _line(self, index: int) -> str:
        start, end = self.lines[index]
        return self.text[start:end]

    def _next_block(self) -> None:
        self.block += 1

    def _list_goes_on(self, index: int) -> bool:
        while index < len(self.lines) and not self._line(index).strip():
            index += 1
        if index >= len(self.lines):
            return False
        line = self._line(index)
        return bool(line[:1].isspace() or _STEP.match(line) or _BULLET.match(line) or _FENCE.match(line))

    def _starts_block(self, index: int) -> bool:
        line = self._line(index)
        return not line.strip() or any(
            pattern.match(line) for pattern in (_FENCE, _HEADING, _STEP, _BULLET, _RULE)
        )

    def _add(self, first: int, last: int, kind: Kind, **more: str | int) -> None:
        start, end = self._trim(self.lines[first][0], self.lines[last - 1][1])
        if start < end:
            self.pieces.append(
                Piece(start, end, plain(self.text[start:end].lstrip("# ")), kind, self.block, **more)  # type: ignore[arg-type]
            )

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        raw = self.text[start:end]
        return start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip())

    def _code(self, index: int, fence: str) -> int:
        last = index + 1
        while last < len(self.lines) and not self._line(last).strip().startswith(fence):
            last += 1
        last = min(last + 1, len(self.lines))
        start, end = self._trim(self.lines[index][0], self.lines[last - 1][1])
        if not (
            self.pieces and self.pieces[-1].kind in ("step", "bullet") and self._line(index)[:1].isspace()
        ):
            self._next_block()
        self.pieces.append(Piece(start, end, self.text[start:end], "code", self.block))
        return last

    def _table(self, index: int) -> int:
        self._next_block()
        header: tuple[int, int] | None = None
        cells: list[str] = []
        if index + 1 < len(self.lines) and _SEPARATOR_ROW.match(self._line(index + 1)):
            header = self._trim(*self.lines[index])
            cells = _cells(self._line(index))
            self._add(index, index + 1, "navigation")
            self._add(index + 1, index + 2, "navigation")
            index += 2
        while index < len(self.lines) and _ROW.match(self._line(index)) and "|" in self._line(index):
            start, end = self._trim(*self.lines[index])
            row = _cells(self._line(index))
            if any(row):
                kind: Kind = "row" if _reads_well(cells, row) else "navigation"
                self.pieces.append(Piece(start, end, _row_text(cells, row), kind, self.block, header=header))
            index += 1
        return index

    def _item(self, index: int, match: re.Match[str]) -> int:
        last = index + 1
        while last < len(self.lines) and not self._starts_block(last):
            last += 1
        start, end = self._trim(self.lines[index][0] + match.end(), self.lines[last - 1][1])
        if start >= end:
            return last
        raw = self.text[start:end]
        step = match.re is _STEP
        kind: Kind = "navigation" if _is_navigation(raw) else ("step" if step else "bullet")
        marker = f"{match.group(2)}." if step else "-"
        depth = len(match.group(1).expandtabs(4)) // 2
        self.pieces.append(Piece(start, end, plain(raw), kind, self.block, marker, min(depth, 3)))
        return last

    def _paragraph(self, index: int, *, indented: bool) -> int:
        if not indented:
            self._next_block()
        last = index + 1
        while (
            last < len(self.lines)
            and not self._starts_block(last)
            and not (_ROW.match(self._line(last)) and self._line(last).count("|") > 1)
        ):
            last += 1
        start, end = self._trim(self.lines[index][0], self.lines[last - 1][1])
        raw = self.text[start:end]
        links = [match.span() for match in _LINK.finditer(raw)]
        for left, right in sentence_spans(raw, whole=links):
            piece = raw[left:right]
            shown = plain(re.sub(r"^>+\s?", "", piece, flags=re.MULTILINE))
            kind: Kind = "navigation" if _is_navigation(piece) or not shown else "prose"
            self.pieces.append(Piece(start + left, start + right, shown, kind, self.block))
        return last


def _cells(line: str) -> list[str]:
    parts = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return [plain(part) for part in parts]


def _row_text(header: list[str], row: list[str]) -> str:
    if not header:
        return ", ".join(cell for cell in row if cell)
    if len(header) == 2 and len(row) == 2:
        return f"{row[0]}: {row[1]}"
    named = [
        f"{name}: {cell}" if name else cell for name, cell in zip(header[1:], row[1:], strict=False) if cell
    ]
    return f"{row[0]}: {', '.join(named)}" if row[0] else ", ".join(named)


def _reads_well(header: list[str], row: list[str]) -> bool:
    """Whether a row can be read outside its table: name and value, or a few short values."""
    if not row[0] or (header and not header[0] and len(row) > 2):
        return False  # the first column has no name: the table compares, and a row says one half
    return len(row) <= 2 or (len(row) <= _MAX_COLUMNS and all(len(c.split()) <= _CELL_WORDS for c in row[1:]))


def _is_navigation(raw: str) -> bool:
    """Whether it says nothing itself: links, a picture, a label, a pointer elsewhere, the page's topic."""
    if _ABOUT_ITSELF.match(raw) and not raw.rstrip().endswith(":"):
        return True
    if _REFERENCE.match(raw) and len(raw.split()) <= _REFERENCE_WORDS:
        return True
    rest = _TAG.sub("", _LINK.sub("", raw))
    words = re.findall(r"\w+", rest)
    if not words:
        return True
    linked = sum(len(re.findall(r"\w+", match.group(1))) for match in _LINK.finditer(raw))
    return linked > 0 and len(words) <= 4 and linked >= 2 * len(words)
