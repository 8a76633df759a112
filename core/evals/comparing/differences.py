"""How much a group of cases differs between two runs, read alone and read among others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.evals.comparing.answers import Floats, RunAnswers, Tally
from core.evals.comparing.groups import CRITERION, DIMENSIONS, groups_of
from core.evals.comparing.pairing import Pairs
from core.statistics import Direction, PairedDifference, holm, paired_difference

_NONE: NDArray[np.int64] = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """One row of a table: a criterion, a tag, a theme and so on.

    Attributes:
        found: the paired difference of its share that passes.
        adjusted: its p-value, adjusted for the others of its dimension (Holm).
        read_with: how many are read at once.
        kind: of the expectation, where the dimension is the criterion.
        advisory: a judge nobody has vouched for decides here.
        before_errors, after_errors: gradings that failed.
    """

    dimension: str
    name: str
    found: PairedDifference
    adjusted: float = 1.0
    read_with: int = 1
    kind: str = ""
    advisory: bool = False
    before_errors: int = 0
    after_errors: int = 0

    @property
    def direction(self) -> Direction:
        """Of the adjusted figure."""
        return self.found.direction if self.adjusted < 1 - self.found.level else "unclear"

    @property
    def caution(self) -> str:
        """What a reader must know, in words; empty when nothing."""
        parts = []
        if self.found.direction != self.direction:
            parts.append(
                f"Alone it would look {self.found.direction}, but {self.read_with} are read at once: it may "
                "be chance."
            )
        if self.found.clusters == 1:
            parts.append("All of one conversation: nothing can be said about others.")
        if self.advisory:
            parts.append("A judge decides here that nobody has compared with people.")
        if self.before_errors or self.after_errors:
            parts.append(f"Not graded: {self.before_errors:,} before, {self.after_errors:,} after.")
        return " ".join(parts)


def whole_difference(before: RunAnswers, after: RunAnswers, pairs: Pairs) -> PairedDifference:
    """Of all pairs, in the share of results that pass; of repeats, a case's mean counts."""
    return paired_difference(
        before.whole.share[pairs.before],
        after.whole.share[pairs.after],
        pairs.clusters,
        weights=pairs.weights,
    )


def named_shares(name: str, before: RunAnswers, after: RunAnswers, pairs: Pairs) -> tuple[Floats, Floats]:
    """By pair, the share that passes what is named; nan where nothing was graded by it."""
    shares = []
    for answers, places in ((before, pairs.before), (after, pairs.after)):
        tally = answers.names.get(name)
        shares.append(np.full(len(places), np.nan) if tally is None else tally.share[places])
    return shares[0], shares[1]


def group_differences(before: RunAnswers, after: RunAnswers, pairs: Pairs) -> list[GroupDifference]:
    """Every group of every dimension; p-values are adjusted within a dimension."""
    found: list[GroupDifference] = []
    nothing = Tally(_NONE, _NONE, _NONE)
    for name in sorted(before.names.keys() | after.names.keys()):
        tallies = before.names.get(name, nothing), after.names.get(name, nothing)
        first, second = named_shares(name, before, after, pairs)
        there = ~(np.isnan(first) | np.isnan(second))
        if there.any():
            found.append(
                GroupDifference(
                    CRITERION,
                    name,
                    _among(first, second, pairs, there),
                    kind=tallies[0].kind or tallies[1].kind,
                    advisory=bool(tallies[0].advisory or tallies[1].advisory),
                    before_errors=int(tallies[0].errors.sum()),
                    after_errors=int(tallies[1].errors.sum()),
                )
            )
    first, second = before.whole.share[pairs.before], after.whole.share[pairs.after]
    for dimension in DIMENSIONS[1:]:
        for name, chosen in groups_of(pairs.facts, dimension).items():
            found.append(GroupDifference(dimension, name, _among(first, second, pairs, chosen)))
    return [each for dimension in DIMENSIONS for each in _adjusted(found, dimension)]


def _among(first: Floats, second: Floats, pairs: Pairs, chosen: NDArray[np.bool_]) -> PairedDifference:
    return paired_difference(
        first[chosen], second[chosen], pairs.clusters[chosen], weights=pairs.weights[chosen]
    )


def _adjusted(found: Sequence[GroupDifference], dimension: str) -> list[GroupDifference]:
    rows = [each for each in found if each.dimension == dimension]
    adjusted = holm([each.found.p_value for each in rows])
    return [
        replace(each, adjusted=p_value, read_with=len(rows))
        for each, p_value in zip(rows, adjusted, strict=True)
    ]
