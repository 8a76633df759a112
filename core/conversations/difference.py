"""What a person changed in a text: a word diff, and how much it was.

Words keep the white space after them, so that spaces are not anchors and runs of them cost
nothing. Chinese, Japanese, Thai and their like have no spaces: there each character is a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

Change = dict[str, str]
"""``{"op": "equal" | "insert" | "delete", "text": str}``"""

_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_BREAKING = r"\s!-/:-@\[-`{-~\u00a1-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f"
_WORD = re.compile(rf"(?:[{_UNSPACED}]|[^{_BREAKING}{_UNSPACED}]+|[^\s])\s*|\s+")


def word_diff(before: str, after: str) -> list[Change]:
    """The changes that turn ``before`` into ``after``, in reading order.

    The texts of ``equal`` and ``delete`` joined are ``before``; those of ``equal`` and ``insert``
    joined are ``after``. Neighbours never share an op, and where both happen the deletion stands first.
    """
    return [
        change
        for op, old, new in _blocks(_WORD.findall(before), _WORD.findall(after))
        for change in _changes(op, "".join(old), "".join(new))
    ]


def edit_ratio(before: str, after: str) -> float:
    """How much was changed, in words: 0 is untouched, 1 is written anew. White space does not count."""
    old, new = before.split(), after.split()
    total = len(old) + len(new)
    if not total:
        return 0.0
    kept = sum(len(words) for op, words, _ in _blocks(old, new) if op == "equal")
    return 1.0 - 2.0 * kept / total


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """Opcodes with the words they cover. Equal ends are cut off first: most edits are small."""
    start = 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    blocks: list[tuple[str, Sequence[str], Sequence[str]]] = [("equal", old[:start], new[:start])]
    # From 200 words on, the matcher does not start matches at words that are more than 1 % of the
    # text. That keeps a long text with much repetition linear.
    matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=True)
    for op, i, j, k, m in matcher.get_opcodes():
        blocks.append((op, middle_old[i:j], middle_new[k:m]))
    blocks.append(("equal", old[len(old) - end :], new[len(new) - end :]))
    return _joined(blocks)


def _joined(
    blocks: list[tuple[str, Sequence[str], Sequence[str]]],
) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """The same blocks without empty ones, neighbours of one kind put together."""
    joined: list[tuple[str, Sequence[str], Sequence[str]]] = []
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
