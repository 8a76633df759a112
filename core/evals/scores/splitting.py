"""From verdicts to cells and links: everything that can be split by up to two dimensions, as columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = ("channel", "theme", "product", "build")
MOST_DIMENSIONS = 2
SPLITTINGS: tuple[tuple[str, ...], ...] = tuple(
    chosen for many in range(MOST_DIMENSIONS + 1) for chosen in combinations(DIMENSIONS, many)
)
"""What cells are kept of: everything together, each dimension, each pair."""

Codes = NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """What is the same of a whole conversation."""

    channel: str
    theme: str
    product: str


class Verdict(NamedTuple):
    """That one subject is good, or not, in the eyes of a judge."""

    judge: str
    conversation_id: int
    day: str
    build_id: str
    good: bool


@dataclass(frozen=True, slots=True)
class Added:
    """Some days of one criterion and kind of subject as rows, without the keys of these two."""

    cells: Sequence[Row] = ()
    links: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class _Parts:
    """What each cluster has of each day, in the order of cluster and day.

    A cluster is a judge's view of a conversation, or of what one build did in it.
    """

    cluster: Codes
    day: Codes
    n: Codes
    good: Codes
    of: Codes
    """A verdict of it, to look up judge, conversation and build."""


def split_name(dimensions: Collection[str]) -> str:
    """How a splitting is stored, whatever the order it was asked for."""
    return "+".join(each for each in DIMENSIONS if each in dimensions)


def split_up(verdicts: Sequence[Verdict], places: Mapping[int, Place], days: Collection[str]) -> Added:
    """Cells of ``days``, and links of which a day is one of them.

    Args:
        verdicts: all of each conversation that has one on these days, also those on other days.
        places: by conversation; conversations without one are left out.
    """
    known = [each for each in verdicts if each.conversation_id in places]
    if not known:
        return Added()
    judges, judge = _coded([each.judge for each in known])
    all_days, day = _coded([each.day for each in known])
    builds, build = _coded([each.build_id for each in known])
    conversations, conversation = np.unique([each.conversation_id for each in known], return_inverse=True)
    good = np.array([each.good for each in known], dtype=np.int64)
    where = [places[int(key)] for key in conversations]
    names: dict[str, list[str]] = {"build": builds}
    codes: dict[str, Codes] = {"build": build}
    for dimension in DIMENSIONS[:-1]:
        names[dimension], of_conversation = _coded([getattr(place, dimension) for place in where])
        codes[dimension] = of_conversation[conversation]
    whole = _parts([judge, conversation], day, good)
    by_build = _parts([judge, conversation, build], day, good)
    wanted = np.isin(np.arange(len(all_days)), [all_days.index(each) for each in days if each in all_days])
    cells: list[Row] = []
    links: list[Row] = []
    for dimensions in SPLITTINGS:
        parts = by_build if "build" in dimensions else whole
        keys = [("judge", judges, judge), *((each, names[each], codes[each]) for each in dimensions)]
        cells += _cells(parts, keys, dimensions, all_days, wanted)
        links += _links(parts, keys, dimensions, all_days, wanted)
    return Added(cells, links)


_Key = tuple[str, list[str], Codes]


def _cells(
    parts: _Parts, keys: Sequence[_Key], dimensions: Sequence[str], days: list[str], wanted: NDArray[np.bool_]
) -> Iterator[Row]:
    rows = np.flatnonzero(wanted[parts.day])
    if not len(rows):
        return
    of, n, good = parts.of[rows], parts.n[rows], parts.good[rows]
    groups, first = _grouped([*(codes[of] for _, _, codes in keys), parts.day[rows]])
    sums = _summed(groups, n, good, np.ones_like(n), n * n, good * good, n * good)
    for place, row in enumerate(first.tolist()):
        yield {
            **_named(keys, dimensions, int(of[row])),
            "day": days[int(parts.day[rows[row]])],
            "n": sums[0][place],
            "good": sums[1][place],
            "clusters": sums[2][place],
            "n_squares": sums[3][place],
            "good_squares": sums[4][place],
            "crosses": sums[5][place],
        }


def _links(
    parts: _Parts, keys: Sequence[_Key], dimensions: Sequence[str], days: list[str], wanted: NDArray[np.bool_]
) -> Iterator[Row]:
    earlier, later, follows = _pairs(parts, wanted)
    if not len(earlier):
        return
    of = parts.of[earlier]
    first_day, last_day = parts.day[earlier], parts.day[later]
    groups, first = _grouped([*(codes[of] for _, _, codes in keys), first_day, last_day])
    n_1, n_2, good_1, good_2 = parts.n[earlier], parts.n[later], parts.good[earlier], parts.good[later]
    sums = _summed(groups, n_1 * n_2, good_1 * good_2, n_1 * good_2 + n_2 * good_1, follows)
    for place, row in enumerate(first.tolist()):
        yield {
            **_named(keys, dimensions, int(of[row])),
            "later_day": days[int(last_day[row])],
            "earlier_day": days[int(first_day[row])],
            "n": sums[0][place],
            "good": sums[1][place],
            "crosses": sums[2][place],
            "follows": sums[3][place],
        }


def _named(keys: Sequence[_Key], dimensions: Sequence[str], verdict: int) -> Row:
    row: Row = {"split": split_name(dimensions), "channel": "", "theme": "", "product": "", "build_id": ""}
    for name, values, codes in keys:
        row["build_id" if name == "build" else name] = values[int(codes[verdict])]
    return row


def _parts(cluster: Sequence[Codes], day: Codes, good: Codes) -> _Parts:
    clusters, _ = _grouped(cluster)
    groups, first = _grouped([clusters, day])
    return _Parts(
        clusters[first],
        day[first],
        np.bincount(groups).astype(np.int64),
        np.bincount(groups, good).astype(np.int64),
        first,
    )


def _pairs(parts: _Parts, wanted: NDArray[np.bool_]) -> tuple[Codes, Codes, Codes]:
    """Numbers of the earlier and the later part of every pair of one cluster, and which follow directly."""
    earlier, later, follows = [], [], []
    apart = 1
    while apart < len(parts.cluster):
        same = np.flatnonzero(parts.cluster[apart:] == parts.cluster[:-apart])
        if not len(same):
            break
        earlier.append(same)
        later.append(same + apart)
        follows.append(np.full(len(same), int(apart == 1), dtype=np.int64))
        apart += 1
    if not earlier:
        nothing = np.array([], dtype=np.int64)
        return nothing, nothing, nothing
    one, two, direct = (np.concatenate(each) for each in (earlier, later, follows))
    kept = wanted[parts.day[one]] | wanted[parts.day[two]]
    return one[kept], two[kept], direct[kept]


def _grouped(keys: Sequence[Codes]) -> tuple[Codes, Codes]:
    """The group of each row, groups in the order of the keys, and a row of each group."""
    combined = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        combined = np.unique(combined * (int(key.max()) + 1) + key, return_inverse=True)[1].astype(np.int64)
    first = np.unique(combined, return_index=True)[1]
    return combined, first.astype(np.int64)


def _summed(groups: Codes, *columns: Codes) -> list[list[int]]:
    return [np.bincount(groups, column).astype(np.int64).tolist() for column in columns]


def _coded(values: Sequence[str]) -> tuple[list[str], Codes]:
    """The values in order, each once, and the number of each row's."""
    ordered = sorted(set(values))
    number = {value: place for place, value in enumerate(ordered)}
    return ordered, np.array([number[value] for value in values], dtype=np.int64)
