"""What a person changed in a text: a word diff, and how much it was.

A long text is compared by lines first, then by words within the lines that changed.

Words keep the white space after them, so that spaces are not anchors and runs of them cost
nothing. Chinese, Japanese, Thai and their like have no spaces: there each character is a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_Blocks = list[tuple[str, Sequence[str], Sequence[str]]]

Change = dict[str, str]
"""``{"op": "equal" | "insert" | "delete", "text": str}``"""

_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_BREAKING = r"\s!-/:-@\[-`{-~\u00a1-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LONG = 30_000  # characters of both texts from which on lines come first
_MOST_WORDS = 30_000  # of one place that are compared; beyond that it counts as written anew
_WORD = re.compile(rf"(?:[{_UNSPACED}]|[^{_BREAKING}{_UNSPACED}]+|[^\s])\s*|\s+")


def word_diff(before: str, after: str) -> list[Change]:
    """The changes that turn ``before`` into ``after``, in reading order.

    The texts of ``equal`` and ``delete`` joined are ``before``; those of ``equal`` and ``insert``
    joined are ``after``. Neighbours never share an op, and where both happen the deletion stands first.
    """
    if len(before) + len(after) < _LONG:
        blocks = _blocks(_WORD.findall(before), _WORD.findall(after))
    else:
        blocks = _by_lines(before, after)
    return [change for op, old, new in blocks for change in _changes(op, "".join(old), "".join(new))]


def edit_ratio(before: str, after: str) -> float:
    """How much was changed, in words: 0 is untouched, 1 is written anew. White space does not count."""
    old, new = before.split(), after.split()
    total = len(old) + len(new)
    if not total:
        return 0.0
    kept = sum(len(words) for op, words, _ in _blocks(old, new) if op == "equal")
    return 1.0 - 2.0 * kept / total


def _by_lines(before: str, after: str) -> _Blocks:
    blocks: _Blocks = []
    for op, old, new in _blocks(_LINE.findall(before), _LINE.findall(after)):
        if op == "equal":
            blocks.append((op, old, new))
            continue
        old_words, new_words = _WORD.findall("".join(old)), _WORD.findall("".join(new))
        few = max(len(old_words), len(new_words)) <= _MOST_WORDS
        blocks += _blocks(old_words, new_words) if few else [("replace", old_words, new_words)]
    return _joined(blocks)


def _blocks(old: Sequence[str], new: Sequence[str]) -> _Blocks:
    """Opcodes with the words they cover. Equal ends are cut off first: most edits are small."""
    start = 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    blocks: _Blocks = [("equal", old[:start], new[:start])]
    # From 200 words on, the matcher does not start matches at words that are more than 1 % of the
    # text. That keeps a long text with much repetition linear.
    matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=True)
    for op, i, j, k, m in matcher.get_opcodes():
        blocks.append((op, middle_old[i:j], middle_new[k:m]))
    blocks.append(("equal", old[len(old) - end :], new[len(new) - end :]))
    return _joined(blocks)


def _joined(blocks: _Blocks) -> _Blocks:
    """The same blocks without empty ones, neighbours of one kind put together."""
    joined: _Blocks = []
    for op, old, new in blocks:
        if not old and not new:
            continue
        if joined and (joined[-1][0] == "equal") == (op == "equal"):
            last, earlier_old, earlier_new = joined.pop()
            joined.append((last, [*earlier_old, *old], [*earlier_new, *new]))
        else:
            joined.append((op, old, new))
    return joined


def _changes(op: str, old: str, new: str) -> list[Change]:
    if op == "equal":
        return [{"op": "equal", "text": new}]
    changes = [{"op": "delete", "text": old}, {"op": "insert", "text": new}]
    return [change for change in changes if change["text"]]
