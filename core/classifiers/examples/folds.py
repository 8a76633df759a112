"""Which examples are set aside in turn, to see how sure a model should be of what it was not shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.linear import Floats

_FOLDS = 5
_FEW = 800  # of more, one fold tells enough, and fitting stays quick
_MOST_HELD = 2_000


def rounds(wanted: Floats, groups: Sequence[str]) -> Iterator[NDArray[np.bool_]]:
    """Masks of the rows to hold out, one for each round; groups are never torn apart.

    Up to 800 examples every one is held out once, in five rounds; of more, a fifth and at most 2,000
    in a single round. Answers are spread evenly over the folds.
    """
    folds = _folds(wanted, groups)
    if len(folds) <= _FEW:
        for fold in range(_FOLDS):
            held = folds == fold
            if held.any() and not held.all():
                yield held
        return
    held = folds == 0
    held[np.flatnonzero(held)[_MOST_HELD:]] = False
    yield held


def _folds(wanted: Floats, groups: Sequence[str]) -> NDArray[np.int64]:
    """A fold for each row: the groups of an answer take turns, beginning where the last answer ended."""
    answer_of: dict[str, int] = {}
    first = np.where(wanted.any(axis=1), wanted.argmax(axis=1), -1).tolist()
    for group, answer in zip(groups, first, strict=True):
        answer_of.setdefault(group, answer)
    turns = sorted(answer_of, key=lambda group: (answer_of[group], group))
    fold_of = {group: turn % _FOLDS for turn, group in enumerate(turns)}
    return np.array([fold_of[group] for group in groups], dtype=np.int64)
