"""Cases whose outcome changed, what became worse first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from core.evals.comparing.answers import CaseFacts, RunAnswers
from core.evals.comparing.differences import named_shares
from core.evals.comparing.groups import CRITERION, belongs
from core.evals.comparing.pairing import Pairs


@dataclass(frozen=True, slots=True)
class Flip:
    """A case of which the share that passes changed, as a whole or by some criterion.

    Attributes:
        facts: of the case; its name is empty where the reader may not open it.
        hidden: held out from the reader.
        before: repeats that passed and repeats that were graded, of the earlier run.
        after: of the later one.
        names: what changed by criterion or kind: the shares before and after, 0 to 1.
    """

    facts: CaseFacts
    hidden: bool
    before: tuple[int, int]
    after: tuple[int, int]
    names: Mapping[str, tuple[float, float]]

    @property
    def change(self) -> float:
        """In the share that passes, -1 to 1."""
        return self.after[0] / self.after[1] - self.before[0] / self.before[1]

    def change_of(self, name: str) -> float:
        """In the share that passes a criterion; 0 where it did not change. Empty: as a whole."""
        if not name:
            return self.change
        first, second = self.names.get(name, (0.0, 0.0))
        return second - first


@dataclass(frozen=True, slots=True)
class FlipFilter:
    """Which flips. ``criterion`` empty: changed as a whole; ``direction``: worse, better or empty for both.

    ``dimension`` and ``group`` choose a tag, theme and so on.
    """

    criterion: str = ""
    dimension: str = ""
    group: str = ""
    direction: str = ""


def find_flips(
    before: RunAnswers, after: RunAnswers, pairs: Pairs, *, hidden: Collection[int]
) -> tuple[Flip, ...]:
    """Every case of which anything changed, see :func:`choose_flips` for the order.

    Args:
        hidden: ids of cases that the reader may not open.
    """
    counts = [
        (answers.whole.passed[places].tolist(), answers.whole.graded[places].tolist())
        for answers, places in ((before, pairs.before), (after, pairs.after))
    ]
    names: list[dict[str, tuple[float, float]]] = [{} for _ in pairs.facts]
    for name in before.names.keys() & after.names.keys():
        first, second = named_shares(name, before, after, pairs)
        for place in np.flatnonzero(np.abs(second - first) > 1e-9).tolist():
            names[place][name] = float(first[place]), float(second[place])
    flips = []
    for place, facts in enumerate(pairs.facts):
        was, now = (passed[place] / graded[place] for passed, graded in counts)
        if abs(was - now) > 1e-9 or names[place]:
            flips.append(
                Flip(
                    facts,
                    facts.case_id in hidden,
                    (counts[0][0][place], counts[0][1][place]),
                    (counts[1][0][place], counts[1][1][place]),
                    dict(sorted(names[place].items())),
                )
            )
    return tuple(flips)


def choose_flips(flips: Collection[Flip], wanted: FlipFilter) -> list[Flip]:
    """Those asked for: worse before better, critical cases and large changes first."""
    found = [
        flip
        for flip in flips
        if abs(flip.change_of(wanted.criterion)) > 1e-9
        and (not wanted.direction or (wanted.direction == "worse") == (flip.change_of(wanted.criterion) < 0))
        and (
            wanted.dimension in ("", CRITERION)
            or not wanted.group
            or belongs(flip.facts, wanted.dimension, wanted.group)
        )
    ]

    def order(flip: Flip) -> tuple[bool, bool, float, float, int]:
        change = flip.change_of(wanted.criterion)
        return change > 0, not flip.facts.critical, -abs(change), -flip.facts.weight, flip.facts.case_id

    return sorted(found, key=order)
