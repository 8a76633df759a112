"""What changed between two texts, word by word: in one text, or as one side of two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pages.widgets.components import Segment, rich_text

_KINDS = {"equal": "", "insert": "insert", "delete": "delete"}
_SIDES = {"before": ("equal", "delete"), "after": ("equal", "insert")}
_AROUND = 140
"""Characters of unchanged text that stay on each side of a change."""
_LEAST = 30
"""Fewer would say too little."""
_LEFT_OUT = "\n[…]\n"
_MARKS = ("\n", ". ", " ")
"""Where unchanged text may be cut, the best first."""


def side(parts: Iterable[Mapping[str, str]], which: Literal["before", "after"]) -> list[Segment]:
    """One of the two texts with what it has and the other has not, for :func:`rich_text`."""
    wanted = _SIDES[which]
    return [_segment(each) for each in parts if each["op"] in wanted]


def together(parts: Sequence[Mapping[str, str]], *, whole: bool = False) -> list[Segment]:
    """Both in one text: what went stands before what came.

    Args:
        whole: also what is far from every change; else an ellipsis stands for it.
    """
    segments: list[Segment] = []
    last = len(parts) - 1
    for place, each in enumerate(parts):
        text = each["text"]
        if each["op"] != "equal" or whole:
            segments.append(_segment(each))
            continue
        start = _end_of(text) if place > 0 else ""
        end = _start_of(text) if place < last else ""
        if len(start) + len(end) + len(_LEFT_OUT) >= len(text):
            segments.append(_segment(each))
        else:
            segments.append(Segment(text=f"{start}{_LEFT_OUT if start or end else ''}{end}".lstrip("\n")))
    return [each for each in segments if each["text"]]


def changed_text(parts: Sequence[Mapping[str, str]], *, key: str, whole: bool = False) -> None:
    """Draw :func:`together`."""
    rich_text(together(parts, whole=whole), key=key, small=True)


def _segment(part: Mapping[str, str]) -> Segment:
    return Segment(text=part["text"], kind=_KINDS[part["op"]])


def _end_of(text: str) -> str:
    """The beginning of unchanged text, which ends a change: cut after a line, a sentence or a word."""
    if len(text) <= _AROUND:
        return text
    head = text[:_AROUND]
    for mark in _MARKS:
        cut = head.rfind(mark)
        if cut >= _LEAST:
            return head[: cut + len(mark)].rstrip("\n")
    return head


def _start_of(text: str) -> str:
    """The end of unchanged text, which leads to a change."""
    if len(text) <= _AROUND:
        return text
    tail = text[-_AROUND:]
    for mark in _MARKS:
        cut = tail.find(mark)
        if 0 <= cut <= len(tail) - _LEAST:
            return tail[cut + len(mark) :].lstrip("\n")
    return tail
