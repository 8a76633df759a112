"""Which examples, and which answers, are set aside in turn to see what a model makes of the unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.linear import Floats

_FOLDS = 5
_FEW = 800  # of more, one fold tells enough, and fitting stays quick
_MOST_HELD = 2_000
_TURNS = 4  # of whole answers
_SAMPLED = 20  # examples of an answer are enough to tell signals apart, and quick
_ENOUGH = 8  # examples of an answer that can be held out; of fewer, what is typical of it is hardly known
_FEWEST_ANSWERS = 8  # of fewer, a quarter says little about answers at large


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


def sample(members: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows to hold answers out of: the first 20 of each answer, and of none of the answers.

    Args:
        members: shape ``(examples, answers + 1)``, one True a row.
    """
    return np.flatnonzero((members & (members.cumsum(axis=0) <= _SAMPLED)).any(axis=1))


@dataclass(frozen=True, slots=True)
class AnswersOut:
    """A round in which a model is shown neither some answers nor some examples of the others."""

    answers: NDArray[np.bool_]
    """Those left out, shape ``(answers,)``."""
    known: NDArray[np.bool_]
    """Held-out examples of the answers that stay, shape ``(examples,)``."""
    unknown: NDArray[np.bool_]
    """All examples of the answers left out."""

    @property
    def shown(self) -> NDArray[np.bool_]:
        """What to learn from."""
        return ~(self.known | self.unknown)


def answer_rounds(wanted: Floats, groups: Sequence[str]) -> Iterator[AnswersOut]:
    """Four rounds in which a quarter of the answers is left out, each once.

    There are none where fewer than 8 answers have 8 examples or more.

    Args:
        wanted: shape ``(examples, answers)``, at most one 1 a row.
    """
    eligible = np.flatnonzero(wanted.sum(axis=0) >= _ENOUGH)
    if len(eligible) < _FEWEST_ANSWERS:
        return
    folds, answer, answered = _folds(wanted, groups), wanted.argmax(axis=1), wanted.any(axis=1)
    for turn in range(_TURNS):
        out = np.zeros(wanted.shape[1], dtype=bool)
        out[eligible[turn::_TURNS]] = True
        later = folds == turn
        stays = answered & ~out[answer]
        held = AnswersOut(out, later & stays, answered & out[answer])
        # Of few conversations, all that stays may be held out at once.
        if held.known.sum() >= _ENOUGH and wanted[held.shown].any(axis=0).sum() > 1:
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
