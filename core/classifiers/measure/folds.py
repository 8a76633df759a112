"""Which examples are kept aside together: whole groups, every answer in every fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.classifiers.kind import Example
from core.criteria import given


@dataclass(frozen=True, slots=True)
class Folds:
    """The fold of each row.

    Attributes:
        of_row: shape ``(rows,)``, 0 to ``count - 1``.
        count: folds that there are; fewer than asked for where there are fewer groups.
        note: what a reader must know, in words; empty when nothing.
    """

    of_row: NDArray[np.int32]
    count: int
    note: str = ""


def group_of(example: Example, row: int) -> Hashable:
    """What an example must stay together with: its group, else its conversation, else only itself."""
    return example.group or example.subject.conversation_id or ("alone", row)


def folds(groups: Sequence[Hashable], answers: Sequence[str], *, count: int = 5, seed: int = 0) -> Folds:
    """Deal groups out to folds so that each fold has its share of every answer.

    Greedy: the largest groups first, each to the fold that has least of its answers, then to the
    smallest fold. The same rows and seed always give the same folds.

    Args:
        groups: of each row; rows of one group get one fold.
        answers: of each row, as judgements store them.
        count: at least 2.

    Raises:
        ValueError: lengths differ or there would be fewer than two folds.
    """
    if len(groups) != len(answers):
        raise ValueError(f"{len(groups)} groups and {len(answers)} answers: must be as many")
    if count < 2:
        raise ValueError(f"{count} folds: at least 2 are needed")
    members: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    used = max(1, min(count, len(members)))
    parts: dict[str, tuple[str, ...]] = {answer: given(answer) for answer in set(answers)}
    total = Counter(part for answer in answers for part in parts[answer])
    held: list[Counter[str]] = [Counter() for _ in range(used)]
    sizes = [0] * used
    rows_of = list(members.values())
    order = np.random.default_rng(seed).permutation(len(rows_of)).tolist()
    order.sort(key=lambda at: -len(rows_of[at]))  # stable: equal sizes stay shuffled
    of_row = np.zeros(len(groups), dtype=np.int32)
    for at in order:
        rows = rows_of[at]
        its = [part for row in rows for part in parts[answers[row]]]
        fold = min(range(used), key=lambda f: (sum(held[f][part] / total[part] for part in its), sizes[f], f))
        held[fold].update(its)
        sizes[fold] += len(rows)
        of_row[rows] = fold
    return Folds(of_row, used, _note(len(members), count))


def _note(groups: int, count: int) -> str:
    if groups >= count:
        return ""
    one = "conversation" if groups == 1 else "conversations"
    return f"The examples come from {groups} {one} only, so there are {max(1, groups)} folds, not {count}."
