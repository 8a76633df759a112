"""Which cases of two runs can be compared, and why others cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evals.comparing.answers import CaseFacts, Floats, RunAnswers, Tally


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Cases that are not compared, and why.

    ``changed``: the two runs have them with other content; ``only_before`` and ``only_after``: in one run
    alone; ``errors``: in a run, no repeat could be answered and graded; ``waiting``: no result yet.
    """

    changed: int = 0
    only_before: int = 0
    only_after: int = 0
    errors: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.changed + self.only_before + self.only_after + self.errors + self.waiting

    @property
    def words(self) -> str:
        """Such as "3 changed between the runs, 1 only in the later run"; empty for none."""
        parts = (
            (self.changed, "changed between the runs"),
            (self.only_before, "only in the earlier run"),
            (self.only_after, "only in the later run"),
            (self.errors, "not answered or graded"),
            (self.waiting, "not asked yet"),
        )
        return ", ".join(f"{count:,} {what}" for count, what in parts if count)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cases with equal content and a graded result in both runs.

    ``before`` and ``after`` are their places in the two runs' arrays; the rest is by pair.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    facts: tuple[CaseFacts, ...]
    weights: Floats
    clusters: NDArray[np.int64]
    left_out: LeftOut

    def __len__(self) -> int:
        return len(self.facts)


def pair_cases(before: RunAnswers, after: RunAnswers, facts: Mapping[int, CaseFacts]) -> Pairs:
    """Put the cases of both runs together; content is equal when it is the same case version."""
    common, first, second = np.intersect1d(before.cases, after.cases, return_indices=True)
    graded = (before.whole.graded[first] > 0) & (after.whole.graded[second] > 0)
    late = ~graded & (_unasked(before, before.whole, first) | _unasked(after, after.whole, second))
    single = [set(answers.case_ids[~np.isin(answers.cases, common)].tolist()) for answers in (before, after)]
    changed = single[0] & single[1]
    of = tuple(facts[version_id] for version_id in common[graded].tolist())
    return Pairs(
        before=first[graded].astype(np.int64),
        after=second[graded].astype(np.int64),
        facts=of,
        weights=np.array([each.weight for each in of], np.float64),
        clusters=before.clusters[first[graded]],
        left_out=LeftOut(
            changed=len(changed),
            only_before=len(single[0] - changed),
            only_after=len(single[1] - changed),
            errors=int((~graded & ~late).sum()),
            waiting=int(late.sum()),
        ),
    )


def _unasked(answers: RunAnswers, whole: Tally, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Neither graded nor failed, but waiting."""
    return np.asarray(
        (whole.graded[places] == 0) & (whole.errors[places] == 0) & (answers.waiting[places] > 0), bool
    )
