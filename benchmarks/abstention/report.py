"""Measures of knowing when not to answer, with bootstrap intervals, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.table import print_table
from core.assist import abstention

KEPT = 0.95
DRAWS = 1000
COVERAGES = (0.2, 0.4, 0.6, 0.8, 1.0)

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """Questions of which it is known whether they can be answered and whether the answer was right."""

    answerable: Flags
    right: Flags


def recall_at_kept(scores: Numbers, answerable: Flags, *, kept: float = KEPT) -> float:
    """Share of unanswerable questions below the threshold that keeps ``kept`` of the answerable ones."""
    known = np.sort(scores[answerable])
    threshold = known[int(np.floor((1 - kept) * len(known)))]  # those at the threshold are kept
    return float((scores[~answerable] < threshold).mean())


def compare(title: str, ways: Mapping[str, Numbers], judged: Judged, *, reference: str) -> None:
    """Print AURC, recall and the risk-coverage curve of each way to score, against the reference."""
    draws = np.random.default_rng(7).integers(0, len(judged.right), (DRAWS, len(judged.right)))
    draws = draws[[0 < judged.answerable[draw].sum() < len(draw) for draw in draws]]
    measured = {name: _resampled(scores, judged, draws) for name, scores in ways.items()}
    rows = []
    for name, scores in ways.items():
        rows.append(
            [
                name,
                f"{abstention.aurc(scores.tolist(), judged.right.tolist()):.3f}",
                _interval(measured[name][:, 0]),
                *(_gain(measured[name][:, 0] - measured[reference][:, 0]) if name != reference else ["", ""]),
                f"{recall_at_kept(scores, judged.answerable):.3f}",
                _interval(measured[name][:, 1]),
                *(_gain(measured[name][:, 1] - measured[reference][:, 1]) if name != reference else ["", ""]),
            ]
        )
    count = int(judged.answerable.sum())
    print_table(
        f"{title}: n = {count:,} answerable ({int(judged.right.sum()):,} answered right), "
        f"{len(judged.right) - count:,} unanswerable; 95 % intervals from {len(draws):,} resamples; "
        f"difference to {reference}, paired",
        [
            "",
            "AURC",
            "interval",
            "diff.",
            "interval",
            f"recall at {KEPT:.0%} kept",
            "interval",
            "diff.",
            "interval",
        ],
        rows,
    )
    print_table(
        f"{title}: share wrong among those answered, by share answered (the risk-coverage curve)",
        ["", *(f"{coverage:.0%}" for coverage in COVERAGES)],
        [[name, *_risks(scores, judged.right)] for name, scores in ways.items()],
    )


def _risks(scores: Numbers, right: Flags) -> list[str]:
    ranked = ~right[np.argsort(-scores, kind="stable")]
    return [f"{ranked[: max(1, round(share * len(ranked)))].mean():.3f}" for share in COVERAGES]


def _resampled(scores: Numbers, judged: Judged, draws: NDArray[np.int64]) -> Numbers:
    """AURC and recall of each resample, shape ``(draws, 2)``."""
    return np.array(
        [
            (
                abstention.aurc(scores[draw].tolist(), judged.right[draw].tolist()),
                recall_at_kept(scores[draw], judged.answerable[draw]),
            )
            for draw in draws
        ]
    )


def _interval(values: Numbers) -> str:
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{low:.3f}..{high:.3f}"


def _gain(differences: Numbers) -> Sequence[str]:
    low, high = np.percentile(differences, [2.5, 97.5])
    return [f"{differences.mean():+.3f}", f"{low:+.3f}..{high:+.3f}"]
