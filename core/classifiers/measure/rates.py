"""Rates of groups of examples, and F1 with its interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.statistics import Rate, clustered_rate, ratio_variance, t_quantile, wilson, wilson_rate

Values = NDArray[np.bool_] | NDArray[np.float64]


def share(values: NDArray[np.bool_], groups: NDArray[np.int64]) -> Rate:
    """The share of true ones; the interval respects groups where any has several."""
    if len(np.unique(groups)) == len(values):
        return wilson_rate(int(values.sum()), len(values))
    return clustered_rate(values, groups)


def f1(right: NDArray[np.int64], missed: NDArray[np.int64], wrong: NDArray[np.int64]) -> Rate:
    """F1 = 2 right / (2 right + missed + wrong): the share of right ones among all mentions.

    A mention is wanting or giving the answer, so an example that is right has two, of one fate. As such
    F1 is the specific agreement of the labels with the classifier (Cicchetti and Feinstein 1990, Journal
    of Clinical Epidemiology 43:551-558; Hripcsak and Rothschild 2005, JAMIA 12:296-298), a ratio with
    clustered terms, and gets the interval of one (:func:`core.statistics.clustered_rate`).

    Args:
        right: groups of the examples that wanted it and got it, one entry each.
        missed: groups of those that wanted it and did not get it.
        wrong: groups of those that got it and did not want it.
    """
    values = np.repeat([1.0, 0.0], [2 * len(right), len(missed) + len(wrong)])
    return clustered_rate(values, np.concatenate([right, right, missed, wrong]))


def macro_f1(
    wanted: NDArray[np.bool_], given: NDArray[np.bool_], groups: NDArray[np.int64], *, level: float = 0.95
) -> Rate:
    """Mean of the F1 of all answers that are wanted or given.

    Delta method: each F1 is linearised, the terms are summed by group, and their variance gives the
    effective number of examples for Wilson's interval. Source: Takahashi, Yamamoto, Kuchiba, Koyama 2022,
    Applied Intelligence 52:4961-4972, with groups in place of single examples.

    Args:
        wanted: shape ``(examples, answers)``.
        given: the same.
        groups: numbers from 0.
    """
    both = (wanted & given).astype(np.float64)
    either = wanted.astype(np.float64) + given
    mentions = either.sum(axis=0)
    seen = mentions > 0
    if not seen.any():
        return Rate(0, 0, 0.0, 0.0, 1.0, level, "Delta method", effective_n=0.0)
    each = 2 * both.sum(axis=0)[seen] / mentions[seen]
    estimate = float(each.mean())
    terms = (2 * both[:, seen] - each * either[:, seen]) @ (1 / mentions[seen]) / len(each)
    variance = ratio_variance(terms, groups)
    rows = float(either.any(axis=1).sum())
    independent = len(np.unique(groups))
    effective = min(rows, estimate * (1 - estimate) / variance) if variance > 1e-15 else float(independent)
    low, high = wilson(estimate, effective, t_quantile(level, independent - 1))
    return Rate(
        estimate * len(wanted), len(wanted), estimate, low, high, level, "Delta method", effective_n=effective
    )
