"""How far people agree beyond chance: Cohen's and Fleiss' kappa, and agreement answer by answer."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.clustered import clustered_rate, numbered, ratio_variance
from core.statistics.rates import Rate, check_level, normal_quantile, t_quantile, wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance.

    Attributes:
        kappa: 1 is perfect, 0 is what chance gives, below 0 is worse than chance. None when it cannot be
            said, because nothing was judged twice or everybody always gave the same answer.
        low: lower end of the interval, at least -1.
        high: upper end of the interval, at most 1.
        observed: share of agreeing pairs, 0 to 1; weighted for a weighted kappa.
        n: subjects judged at least twice.
        level: how often such an interval holds the true value.
    """

    kappa: float | None
    low: float
    high: float
    observed: float
    n: int
    level: float


def cohen_kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    *,
    order: Sequence[Hashable] = (),
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Kappa:
    """Agreement of two judges who answered about the same subjects.

    Point and interval are those of scikit-learn's ``cohen_kappa_score`` and statsmodels'
    ``cohens_kappa``; written out here because neither has the interval for clusters. Where all agree,
    that interval has no width; then Wilson's interval of the observed agreement gives the lower end.

    Source: Fleiss, Cohen, Everitt 1969, Psychological Bulletin 72:323-327, as the linearisation whose
    terms can be summed by cluster.

    Args:
        first: answers of one judge, one a subject.
        second: answers of the other, in the same order of subjects.
        order: the answers in their order, for the quadratic weights of a scale: being one step
            apart is then a smaller disagreement than being four apart. Without it all answers differ alike.
        clusters: the conversation of each subject.
        level: between 0 and 1.

    Raises:
        ValueError: lengths differ, an answer is not in ``order``, or the level is out of range.
    """
    check_level(level)
    if len(first) != len(second):
        raise ValueError(f"{len(first)} answers and {len(second)}: must be about the same subjects")
    names = list(order) or sorted({*first, *second}, key=str)
    place = {answer: number for number, answer in enumerate(names)}
    if unknown := {*first, *second} - place.keys():
        raise ValueError(f"answers {unknown} are not in the order given")
    if not first:
        return Kappa(None, -1.0, 1.0, 0.0, 0, level)
    rows = np.array([place[answer] for answer in first])
    columns = np.array([place[answer] for answer in second])
    alike = _quadratic(len(names)) if order else np.eye(len(names))
    row_share = np.bincount(rows, minlength=len(names)) / len(rows)
    column_share = np.bincount(columns, minlength=len(names)) / len(rows)
    agreeing = alike[rows, columns]
    by_chance = (alike @ column_share)[rows] + (row_share @ alike)[columns]
    observed, chance = float(agreeing.mean()), float(row_share @ alike @ column_share)
    if math.isclose(chance, 1.0):
        return Kappa(None, -1.0, 1.0, observed, len(rows), level)
    kappa = (observed - chance) / (1 - chance)
    terms = ((agreeing - observed) - (1 - kappa) * (by_chance - 2 * chance)) / (1 - chance)
    if clusters is None:
        half = normal_quantile(level) * math.sqrt(float((terms**2).mean()) / len(rows))
    else:
        half = _clustered_half(terms, clusters, level)
    independent = len(rows) if clusters is None else len(set(clusters))
    return _with_interval(kappa, half, observed, chance, independent, len(rows), level)


def fleiss_kappa(
    table: ArrayLike,
    *,
    ordered: bool = False,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Kappa:
    """Agreement of any number of judges, who need not be the same or as many for each subject.

    With as many judges for each subject this is Fleiss' kappa (statsmodels' ``fleiss_kappa``). With
    different numbers every subject counts the same: its agreement is the share of agreeing pairs among
    its own judges, and its answers enter the chance agreement as shares. Subjects with one judge are
    left out. The variance is over subjects (or clusters of them), by linearisation, with t.

    Source: Fleiss 1971, Psychological Bulletin 76:378-382; Gwet 2014, Handbook of Inter-Rater
    Reliability, 4th ed., 2.4 and 5.3.

    Args:
        table: subjects in rows, answers in columns, how many judges gave each.
        ordered: the columns are the steps of a scale, so that near answers agree in part (quadratic weights).
        clusters: the conversation of each row.
        level: between 0 and 1.

    Raises:
        ValueError: the table is not two-dimensional counts, or the level is out of range.
    """
    check_level(level)
    counts = np.asarray(table, dtype=float)
    if counts.size == 0:
        return Kappa(None, -1.0, 1.0, 0.0, 0, level)
    if counts.ndim != 2 or (counts < 0).any():
        raise ValueError("table: must have a row a subject and a column an answer, with counts")
    if clusters is not None and len(clusters) != len(counts):
        raise ValueError(f"{len(counts)} rows and {len(clusters)} clusters: must be as many")
    judges = counts.sum(axis=1)
    twice = judges >= 2
    if not twice.any():
        return Kappa(None, -1.0, 1.0, 0.0, 0, level)
    groups = [each for each, kept in zip(clusters or range(len(counts)), twice, strict=True) if kept]
    counts, judges = counts[twice], judges[twice]
    alike = _quadratic(counts.shape[1]) if ordered else np.eye(counts.shape[1])
    agreeing = ((counts * (counts @ alike)).sum(axis=1) - judges) / (judges * (judges - 1))
    shares = counts / judges[:, None]
    answers = shares.mean(axis=0)
    observed, chance = float(agreeing.mean()), float(answers @ alike @ answers)
    if math.isclose(chance, 1.0):
        return Kappa(None, -1.0, 1.0, observed, len(counts), level)
    kappa = (observed - chance) / (1 - chance)
    terms = (agreeing - observed) - 2 * (1 - kappa) * (shares @ alike @ answers - chance)
    half = _clustered_half(terms / (1 - chance), groups, level)
    return _with_interval(kappa, half, observed, chance, len(set(groups)), len(counts), level)


def answer_agreement(
    pairs: Sequence[tuple[Hashable, Hashable]],
    *,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> dict[Hashable, Rate]:
    """For each answer: when one judge gave it, how often the other gave it too (specific agreement).

    ``n`` counts how often it was given by either judge, ``successes`` how often the other agreed; one
    agreeing pair is two of each and is treated as one cluster.

    Source: Cicchetti and Feinstein 1990, Journal of Clinical Epidemiology 43:551-558.

    Args:
        pairs: answers of two judges about one subject; which of them comes first does not matter.
        clusters: what belongs together, a subject with several pairs or a conversation; else each pair.
        level: between 0 and 1.
    """
    groups = clusters if clusters is not None else range(len(pairs))
    given: dict[Hashable, tuple[list[int], list[Hashable]]] = {}
    for (one, other), group in zip(pairs, groups, strict=True):
        for answer in (one, other):
            values, its_groups = given.setdefault(answer, ([], []))
            values.append(int(one == other))
            its_groups.append(group)
    return {
        answer: clustered_rate(values, its_groups, level=level)
        for answer, (values, its_groups) in sorted(given.items(), key=lambda item: str(item[0]))
    }


def _quadratic(answers: int) -> Floats:
    steps = np.arange(answers)
    return np.asarray(1 - ((steps[:, None] - steps) / max(1, answers - 1)) ** 2, dtype=float)


def _clustered_half(terms: Floats, clusters: Sequence[Hashable], level: float) -> float:
    groups = numbered(clusters)
    if not groups.max():
        return math.inf
    return t_quantile(level, int(groups.max())) * math.sqrt(ratio_variance(terms / len(terms), groups))


def _with_interval(
    kappa: float, half: float, observed: float, chance: float, independent: int, n: int, level: float
) -> Kappa:
    low, high = kappa - half, kappa + half
    if half < 1e-12:  # all agree, or all disagree in the same way: no spread to learn from
        low, high = (
            (share - chance) / (1 - chance) for share in wilson(observed, independent, normal_quantile(level))
        )
    return Kappa(kappa, max(-1.0, min(low, kappa)), min(1.0, max(high, kappa)), observed, n, level)
