"""Put two people's changes to one text together: by lines, and by words where that is safe.

Three texts go in: what both started from, mine and theirs. What only one of them changed is taken from that
one. Where both changed the same lines their words are merged, but only when at least three unchanged words
lie between the two changes; nearer changes may depend on each other, and a person has to look. Then theirs
stays and mine comes back as a clash: nothing that was typed is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_BETWEEN = 3  # unchanged words between two changes of one line that are merged
_MOST_WORDS = 20_000  # of one place; more than that and nobody wants them woven together


@dataclass(frozen=True, slots=True)
class Clash:
    """A place both changed in ways that exclude each other. ``line`` counts from 1 in the merged text."""

    base: str
    mine: str
    theirs: str
    line: int


@dataclass(frozen=True, slots=True)
class MergedText:
    """The text with the changes of both; at a clash it says theirs."""

    text: str
    clashes: tuple[Clash, ...]


@dataclass(frozen=True, slots=True)
class _Hunk:
    """``base[start:end]`` became ``new``."""

    start: int
    end: int
    new: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Region:
    """A stretch of the base that at least one side changed."""

    start: int
    end: int
    mine: tuple[_Hunk, ...]
    theirs: tuple[_Hunk, ...]


def merge_text(base: str, mine: str, theirs: str) -> MergedText:
    """Both changes together. Without clashes it does not matter whose is whose."""
    if mine in (theirs, base):
        return MergedText(theirs, ())
    if theirs == base:
        return MergedText(mine, ())
    lines = base.split("\n")
    clashes: list[Clash] = []

    def by_words(region: _Region, done: int) -> Sequence[str]:
        here = lines[region.start : region.end]
        one, other = _side(lines, region, region.mine), _side(lines, region, region.theirs)
        woven = _weave("\n".join(here), "\n".join(one), "\n".join(other)) if here and one and other else None
        if woven is not None:
            return woven.split("\n")
        clashes.append(Clash("\n".join(here), "\n".join(one), "\n".join(other), done + 1))
        return other

    merged = _merge(lines, mine.split("\n"), theirs.split("\n"), by_words)
    return MergedText("\n".join(merged), tuple(clashes))


def _weave(base: str, mine: str, theirs: str) -> str | None:
    """Both changes within a few lines, or None where they are too near to each other."""
    words, one, other = _WORD.findall(base), _WORD.findall(mine), _WORD.findall(theirs)
    if max(len(words), len(one), len(other)) > _MOST_WORDS:
        return None
    mine_hunks, their_hunks = _hunks(words, one), _hunks(words, other)
    before = list(accumulate((word.isalnum() for word in words), initial=0))
    if any(_near(a, b, before) for a in mine_hunks for b in their_hunks):
        return None
    clashed = False

    def clash(region: _Region, _done: int) -> Sequence[str]:
        nonlocal clashed
        clashed = True
        return words[region.start : region.end]

    merged = _merge(words, one, other, clash)
    return None if clashed else "".join(merged)


def _near(one: _Hunk, other: _Hunk, before: Sequence[int]) -> bool:
    """Whether too few words lie between; ``before`` counts the words before each place."""
    if (one.start, one.end) == (other.start, other.end) and list(one.new) == list(other.new):
        return False  # both did the same
    return before[max(one.start, other.start)] - before[min(one.end, other.end)] < _BETWEEN


def _merge(
    base: Sequence[str],
    mine: Sequence[str],
    theirs: Sequence[str],
    resolve: Callable[[_Region, int], Sequence[str]],
) -> list[str]:
    merged: list[str] = []
    at = 0
    for region in _regions(_hunks(base, mine), _hunks(base, theirs)):
        merged.extend(base[at : region.start])
        one, other = _side(base, region, region.mine), _side(base, region, region.theirs)
        if not region.mine or one == other:
            merged.extend(other)
        elif not region.theirs:
            merged.extend(one)
        else:
            merged.extend(resolve(region, len(merged)))
        at = region.end
    merged.extend(base[at:])
    return merged


def _regions(mine: Sequence[_Hunk], theirs: Sequence[_Hunk]) -> Iterator[_Region]:
    """Changes that overlap, together; changes that only touch stay apart, except two at one point."""
    tagged = sorted(
        [(hunk.start, hunk.end, 0, hunk) for hunk in mine]
        + [(hunk.start, hunk.end, 1, hunk) for hunk in theirs],
        key=lambda each: each[:3],
    )
    held: tuple[list[_Hunk], list[_Hunk]] = ([], [])
    start = end = -1
    for first, last, whose, hunk in tagged:
        overlaps = (first < end and (last > start)) or (first == last == start == end)
        if not overlaps:
            if held[0] or held[1]:
                yield _Region(start, end, tuple(held[0]), tuple(held[1]))
            held, start, end = ([], []), first, last
        held[whose].append(hunk)
        end = max(end, last)
    if held[0] or held[1]:
        yield _Region(start, end, tuple(held[0]), tuple(held[1]))


def _side(base: Sequence[str], region: _Region, hunks: Sequence[_Hunk]) -> list[str]:
    """What one side made of a region."""
    text: list[str] = []
    at = region.start
    for hunk in hunks:
        text.extend(base[at : hunk.start])
        text.extend(hunk.new)
        at = hunk.end
    text.extend(base[at : region.end])
    return text


def _hunks(base: Sequence[str], other: Sequence[str]) -> list[_Hunk]:
    """What changed, in order. Equal ends are cut off first: most edits are small."""
    start, shortest = 0, min(len(base), len(other))
    while start < shortest and base[start] == other[start]:
        start += 1
    end = 0
    while end < shortest - start and base[-1 - end] == other[-1 - end]:
        end += 1
    middle, new = base[start : len(base) - end], other[start : len(other) - end]
    return [
        _Hunk(start + i, start + j, new[k:m])
        for op, i, j, k, m in SequenceMatcher(None, middle, new, autojunk=True).get_opcodes()
        if op != "equal"
    ]
