"""Cut an article into passages: the pieces that are searched, shown and cited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from core.knowledge.markdown import Block, read_blocks

_TARGET = 130  # words a passage aims at
_LIMIT = 190  # words after which a new passage starts
_WHOLE_LIMIT = 380  # words up to which a code block or table stays in one piece
_HEADING_CHARACTERS = 200
_PATH_CHARACTERS = 1000
_CHARACTERS_A_WORD = 11  # so that text without blanks is cut as well

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？؟۔।])\s*|\n+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Cut:
    """One passage of an article, before it is stored. ``headings`` start below the title."""

    headings: tuple[str, ...]
    text: str

    def path(self, title: str) -> str:
        """``Title > heading > sub-heading``."""
        return " > ".join((title, *self.headings))[:_PATH_CHARACTERS]


def cut_passages(title: str, body: str) -> list[Cut]:
    """Passages in reading order, along headings, of about 130 words.

    Code blocks and tables stay whole unless they are very long. No passage is empty, and every
    visible word of the body is in the text or the headings of some passage; an article without
    a body becomes one passage that repeats its title.
    """
    return cut_blocks(title, read_blocks(body))


def cut_blocks(title: str, blocks: Iterable[Block]) -> list[Cut]:
    """The same of a body that was read already."""
    cuts: list[Cut] = []
    for headings, section in _sections(title, blocks):
        cuts.extend(Cut(headings, text) for text in _pack(section))
    return cuts or [Cut((), title)]


def word_count(text: str) -> int:
    """Words in ``text``; scripts without blanks and very long words count by their characters."""
    unspaced = len(_UNSPACED.findall(text)) if not text.isascii() else 0
    spaced = len(text) - unspaced
    return max(len(text.split()), spaced // _CHARACTERS_A_WORD) + unspaced // 2


def _sections(title: str, blocks: Iterable[Block]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    path: list[tuple[int, str]] = []
    pending: list[Block] = []
    bare: str | None = None  # a heading nothing has followed yet
    for block in blocks:
        if block.kind != "heading":
            pending.append(block)
            bare = None
            continue
        if pending:
            yield _names(path), pending
        elif bare is not None and path and block.level <= path[-1][0]:
            yield _names(path[:-1]), [Block("text", bare)]
        pending = []
        while path and path[-1][0] >= block.level:
            path.pop()
        if block.level == 1 and block.text.casefold() == title.casefold():
            bare = None
            continue
        path.append((block.level, block.text[:_HEADING_CHARACTERS]))
        bare = block.text
        if len(block.text) > _HEADING_CHARACTERS or len(" > ".join(_names(path))) > _PATH_CHARACTERS // 2:
            pending, bare = [Block("text", block.text)], None
    if pending:
        yield _names(path), pending
    elif bare is not None:
        yield _names(path[:-1]), [Block("text", bare)]


def _names(path: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(name for _, name in path)


def _pack(blocks: list[Block]) -> Iterator[str]:
    pieces = [piece for block in blocks for piece in _pieces(block)]
    sizes = [word_count(piece.text) for piece in pieces]
    passages = max(1, round(sum(sizes) / _TARGET))
    wanted = sum(sizes) / passages
    held: list[Block] = []
    weight = 0
    for piece, size in zip(pieces, sizes, strict=True):
        if held and (weight + size > _LIMIT or weight + size / 2 > wanted):
            # A line such as "Do this:" belongs to what it announces.
            carried = held[-1:] if len(held) > 1 and held[-1].text.endswith((":", "：")) else []
            yield _join(held[: len(held) - len(carried)])
            held, weight = carried, sum(word_count(block.text) for block in carried)
        held.append(piece)
        weight += size
    if held:
        yield _join(held)


def _join(blocks: list[Block]) -> str:
    text = blocks[0].text
    for before, block in pairwise(blocks):
        text += ("\n" if before.kind == block.kind == "item" else "\n\n") + block.text
    return text


def _pieces(block: Block) -> Iterator[Block]:
    whole = block.kind in ("code", "table")
    if word_count(block.text) <= (_WHOLE_LIMIT if whole else _LIMIT):
        yield block
        return
    lines = block.text.split("\n")
    if block.kind == "code":
        opening, closing = lines[0], lines[-1]
        for group in _group(lines[1:-1], separator="\n"):
            yield Block("code", f"{opening}\n{group}\n{closing}")
    elif block.kind == "table":
        for group in _group(lines[2:], separator="\n"):
            yield Block("table", "\n".join((*lines[:2], group)))
    else:
        sentences = [sentence for sentence in _SENTENCE_END.split(block.text) if sentence]
        for group in _group(sentences, separator="\n" if block.kind == "item" else " "):
            yield Block(block.kind, group)


def _group(parts: Iterable[str], *, separator: str) -> Iterator[str]:
    held: list[str] = []
    weight = 0
    for part in (piece for whole in parts for piece in _break(whole)):
        size = word_count(part)
        if held and weight + size > _TARGET:
            yield separator.join(held)
            held, weight = [], 0
        held.append(part)
        weight += size
    if held and any(part.strip() for part in held):
        yield separator.join(held)


def _break(part: str) -> Iterator[str]:
    """``part`` itself, or runs of it of at most the target size when it is one endless line."""
    if word_count(part) <= _LIMIT:
        yield part
        return
    held: list[str] = []
    weight = 0
    longest = _TARGET * 2 if _UNSPACED.search(part) else _TARGET * _CHARACTERS_A_WORD
    for word in part.split():
        for run in (word[at : at + longest] for at in range(0, len(word), longest)):
            size = max(1, word_count(run))
            if held and weight + size > _TARGET:
                yield " ".join(held)
                held, weight = [], 0
            held.append(run)
            weight += size
    if held:
        yield " ".join(held)
