"""A rate from few judgements by people and many by a model: prediction-powered inference."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.clustered import as_shares, clustered_rate, numbered
from core.statistics.rates import Rate, check_level, clopper_pearson, t_quantile

Floats = NDArray[np.float64]
Clusters = Sequence[Hashable] | NDArray[np.int64]

METHOD = "Prediction-powered (PPI++), Clopper-Pearson on the effective size"
FEWEST = 10
"""Labels of the rarer answer from which on a model is let in: with fewer, the model's errors among them are
too few to be counted on, and the intervals missed the truth more often than they say."""
_LEAST_GAIN = 0.02
_NOTHING_GAINED = "The model's answers add nothing here"


@dataclass(frozen=True, slots=True)
class PoweredMean:
    """The estimate of PPI++ before an interval is laid on it.

    Attributes:
        estimate: the mean; may lie a little outside 0 to 1.
        variance: of the estimate.
        tuning: lambda, how far the model is trusted: 0 not at all, 1 as plain prediction-powered inference.
        clusters: labelled clusters.
    """

    estimate: float
    variance: float
    tuning: float
    clusters: int


def prediction_powered_rate(
    labels: ArrayLike,
    predictions: ArrayLike,
    unlabelled_predictions: ArrayLike,
    *,
    level: float = 0.95,
    clusters: Clusters | None = None,
    unlabelled_clusters: Clusters | None = None,
) -> Rate:
    """The share people would find, from their judgements of a few and a model's of all.

    What the model says of the many, corrected by how it differs from people on the few; how much of the
    model enters is tuned to the smallest variance (PPI++). The labelled ones must be a random sample of
    what the unlabelled ones are. Clopper and Pearson's interval is laid on the effective size that
    follows, with the t distribution of the labelled clusters less one. A model that happened to agree on
    nearly all of a few labels is not taken for nearly perfect: two differences each way are added to its
    variance.

    Source: Angelopoulos, Duchi, Zrnic 2023, PPI++: Efficient Prediction-Powered Inference,
    arXiv 2311.01453; the added differences after Agresti and Coull 1998.

    Args:
        labels: what people said of the few, 0 to 1.
        predictions: what the model said of the same few, in the same order, 0 to 1.
        unlabelled_predictions: what the model said of others, 0 to 1.
        level: between 0 and 1.
        clusters: the conversation of each labelled one. A conversation may also have unlabelled ones.
        unlabelled_clusters: the conversation of each unlabelled one; without it each is its own.

    Returns:
        ``successes`` and ``n`` are of the labels. ``note`` says so when the model gains nothing; the
        interval is then that of the labels alone.

    Raises:
        ValueError: lengths differ, or a value or the level is out of range.
    """
    check_level(level)
    observed = as_shares(labels, "labels")
    alone = clustered_rate(observed, range(len(observed)) if clusters is None else clusters, level=level)
    if len(observed) < 2 or not np.size(unlabelled_predictions):
        return _alone(alone, "There is too little to combine")
    mean = powered_mean(
        observed,
        predictions,
        unlabelled_predictions,
        clusters=clusters,
        unlabelled_clusters=unlabelled_clusters,
    )
    if not mean.tuning:
        return _alone(alone, _NOTHING_GAINED)
    if min(observed.sum(), (1 - observed).sum()) < FEWEST:
        return _alone(alone, f"Fewer than {FEWEST} labels are of the rarer answer, too few to combine")
    estimate = min(1.0, max(0.0, mean.estimate))
    # nothing to divide by at 0 % and 100 %: half an observation inside them
    guard = 4 * mean.tuning**2 / len(observed) ** 2 * (len(observed) / alone.effective_n)
    inside = min(1 - 0.5 / alone.effective_n, max(0.5 / alone.effective_n, estimate))
    effective = inside * (1 - inside) / (mean.variance + guard)
    if effective <= alone.effective_n * (1 + _LEAST_GAIN):
        return _alone(alone, _NOTHING_GAINED)
    low, high = clopper_pearson(estimate, effective, t_quantile(level, mean.clusters - 1))
    return Rate(
        successes=alone.successes,
        n=alone.n,
        estimate=estimate,
        low=low,
        high=high,
        level=level,
        method=METHOD,
        effective_n=effective,
    )


def powered_mean(
    labels: ArrayLike,
    predictions: ArrayLike,
    unlabelled_predictions: ArrayLike,
    *,
    clusters: Clusters | None = None,
    unlabelled_clusters: Clusters | None = None,
) -> PoweredMean:
    """The estimate of PPI++ and its variance; see :func:`prediction_powered_rate`.

    Without clusters the figures are those of ``ppi_py`` (whose variance lacks the factor n / (n - 1)).

    Raises:
        ValueError: lengths differ, or a value is out of range.
    """
    observed = as_shares(labels, "labels")
    predicted = as_shares(predictions, "predictions")
    others = as_shares(unlabelled_predictions, "unlabelled_predictions")
    if len(observed) != len(predicted):
        raise ValueError(f"{len(observed)} labels and {len(predicted)} predictions: must be as many")
    few, many = len(observed), len(others)
    groups, labelled_groups = _groups(few, many, clusters, unlabelled_clusters)
    of_labels = np.concatenate([(observed - observed.mean()) / few, np.zeros(many)])
    of_model = np.concatenate([(predicted - predicted.mean()) / few, (others.mean() - others) / many])
    label_totals, model_totals = np.bincount(groups, of_labels), np.bincount(groups, of_model)
    if clusters is None:
        spread = (1 + few / many) * float(np.var(np.concatenate([predicted, others]), ddof=1)) / few
    else:
        spread = float(model_totals @ model_totals)
    tuning = min(1.0, max(0.0, float(label_totals @ model_totals) / spread)) if spread > 0 else 0.0
    remaining = label_totals - tuning * model_totals
    correction = labelled_groups / (labelled_groups - 1) if labelled_groups > 1 else math.inf
    return PoweredMean(
        estimate=float(tuning * others.mean() + (observed - tuning * predicted).mean()),
        variance=float(remaining @ remaining) * correction,
        tuning=tuning,
        clusters=labelled_groups,
    )


def _groups(
    few: int, many: int, clusters: Clusters | None, unlabelled_clusters: Clusters | None
) -> tuple[NDArray[np.int64], int]:
    """The group of every labelled, then every unlabelled one, and how many groups are labelled."""
    if clusters is None:
        return np.arange(few + many), few
    theirs: Clusters = (
        [("alone", place) for place in range(many)] if unlabelled_clusters is None else unlabelled_clusters
    )
    if len(clusters) != few or len(theirs) != many:
        raise ValueError("clusters: must be as many as labels, and as many as unlabelled predictions")
    groups = (
        numbered(np.concatenate([clusters, theirs]))
        if isinstance(clusters, np.ndarray) and isinstance(theirs, np.ndarray)
        else numbered([*clusters, *theirs])
    )
    return groups, len(np.unique(groups[:few]))


def _alone(alone: Rate, why: str) -> Rate:
    note = f"{why}: the figure rests on people's judgements alone."
    return Rate(
        alone.successes,
        alone.n,
        alone.estimate,
        alone.low,
        alone.high,
        alone.level,
        alone.method,
        alone.effective_n,
        " ".join(part for part in (note, alone.note) if part),
    )
