"""Whether more examples would still help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classifiers.kind import Example, Features, Kind, Question, Services
from core.classifiers.measure.folds import folds as deal
from core.classifiers.measure.folds import group_of
from core.classifiers.measure.outcomes import outcomes
from core.classifiers.measure.rates import share
from core.classifiers.measure.scoring import fit_rows, score_rows
from core.errors import InvalidInput

_JUDGED = 600
"""At most so many examples are judged for a point: enough for an interval of four points."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A classifier of ``n`` examples: the share it gets right, with the band it lies in."""

    n: int
    accuracy: float
    low: float
    high: float


def learning_curve(
    kind: Kind,
    question: Question,
    settings: Mapping[str, Any],
    examples: Sequence[Example],
    *,
    services: Services,
    features: Features | None = None,
    sizes: Sequence[int] = (),
    repeats: int = 2,
    seed: int = 0,
) -> list[CurvePoint]:
    """Accuracy by number of examples, each time on the same examples that were not taught.

    A quarter of the groups is kept aside to judge with, another one in each repeat; of the rest, growing
    parts are taught, every answer in its share, each part holding the smaller ones. The band is the
    interval of the share that is right, which respects groups, widened to hold each repeat.

    Args:
        sizes: examples to teach; five of them up to all by default. Those that are too small for the
            kind give no point.
        repeats: how often, with other examples kept aside; at most 4.

    Raises:
        InvalidInput: the kind does not learn, or there are too few groups to keep any aside.
    """
    if not kind.learns:
        raise InvalidInput("This kind does not learn from examples, so more of them do not change it.")
    rows = np.flatnonzero([not each.held_out for each in examples])
    groups = [group_of(examples[row], row) for row in rows.tolist()]
    dealt = deal(groups, [examples[row].answer for row in rows.tolist()], count=4, seed=seed)
    if dealt.count < 2:
        raise InvalidInput(
            "The examples come from one conversation, so none can be kept aside to judge with."
        )
    used = range(min(repeats, dealt.count))
    sizes = sizes or _default_sizes(min(int((dealt.of_row != repeat).sum()) for repeat in used))
    right: dict[int, list[tuple[NDArray[np.bool_], NDArray[np.int64]]]] = {}
    for repeat in used:
        random = np.random.default_rng((seed, repeat))
        aside = random.permutation(rows[dealt.of_row == repeat])[:_JUDGED]
        ordered = _in_shares(examples, rows[dealt.of_row != repeat], random)
        for size in sizes:
            taught = ordered[: min(size, len(ordered))]
            try:
                model = fit_rows(
                    kind, question, settings, examples, taught, services=services, features=features
                )
            except InvalidInput:
                continue
            judged = outcomes(
                question,
                [examples[row] for row in aside.tolist()],
                score_rows(model, examples, aside, features),
            )
            asked = judged.wanted.any(axis=1) | question.many
            offset = repeat * len(examples)
            right.setdefault(len(taught), []).append((judged.correct[asked], judged.groups[asked] + offset))
    return [_point(size, parts) for size, parts in sorted(right.items())]


def _point(size: int, parts: Sequence[tuple[NDArray[np.bool_], NDArray[np.int64]]]) -> CurvePoint:
    rate = share(
        np.concatenate([values for values, _ in parts]), np.concatenate([groups for _, groups in parts])
    )
    each = [float(values.mean()) for values, _ in parts if len(values)]
    return CurvePoint(size, rate.estimate, min([rate.low, *each]), max([rate.high, *each]))


def _default_sizes(most: int) -> list[int]:
    """Five sizes, each twice the one before."""
    return sorted({max(1, most >> step) for step in range(5)})


def _in_shares(
    examples: Sequence[Example], rows: NDArray[np.intp], random: np.random.Generator
) -> NDArray[np.intp]:
    """The rows so that every beginning of them has every answer in its share."""
    of_answer: dict[str, list[int]] = {}
    for row in random.permutation(rows).tolist():
        of_answer.setdefault(examples[row].answer, []).append(row)
    places = [
        ((at + 0.5) / len(members), row) for members in of_answer.values() for at, row in enumerate(members)
    ]
    return np.array([row for _, row in sorted(places)], dtype=np.intp)
