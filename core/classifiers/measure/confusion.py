"""What was taken for what, with the examples to look at."""

from __future__ import annotations

import numpy as np

from core.classifiers.kind import Question
from core.classifiers.measure.outcomes import Outcomes
from core.classifiers.measure.report import FAILED, NO_ANSWER, Cell

MOST_EXAMPLES = 50
"""Examples kept of one cell."""


def confusion(question: Question, found: Outcomes) -> tuple[Cell, ...]:
    """The cells that have examples, in the order of wanted and given answers.

    Where several answers may be right, an answer that is wanted and given is a cell of its own, and what
    was missed is paired with what was given in its place, or with nothing. Source: Heydarian, Doyle,
    Samavi 2022, IEEE Access 10:19083-19095, without their normalisation.
    """
    count = len(question.answers)
    nothing, failed = count, count + 1
    given = found.given & found.answered[:, None]
    if question.many:
        rows, wanted, got = _many(found.wanted, given, found.failed)
    else:
        rows = np.arange(len(found))
        wanted = np.where(found.wanted.any(axis=1), found.wanted.argmax(axis=1), nothing)
        got = np.where(given.any(axis=1), given.argmax(axis=1), nothing)
        got = np.where(found.failed, failed, got)
    keys = wanted * (count + 2) + got
    order = np.argsort(keys, kind="stable")
    cells, starts = np.unique(keys[order], return_index=True)
    names = (*question.answers, NO_ANSWER, FAILED)
    return (
        tuple(
            Cell(
                wanted=names[key // (count + 2)],
                given=names[key % (count + 2)],
                n=len(members),
                example_ids=tuple(found.example_ids[rows[members[:MOST_EXAMPLES]]].tolist()),
            )
            for key, members in zip(cells.tolist(), np.split(order, starts[1:]), strict=True)
        )
        if len(keys)
        else ()
    )


def _many(
    wanted: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    given: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    failed: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.intp]],
    np.ndarray[tuple[int, ...], np.dtype[np.intp]],
    np.ndarray[tuple[int, ...], np.dtype[np.intp]],
]:
    """Row, wanted and given column of each pair."""
    nothing = wanted.shape[1]
    triples: list[tuple[int, int, int]] = []
    for row in range(len(wanted)):
        both = np.flatnonzero(wanted[row] & given[row]).tolist()
        missed = np.flatnonzero(wanted[row] & ~given[row]).tolist()
        extra = np.flatnonzero(given[row] & ~wanted[row]).tolist()
        triples += [(row, each, each) for each in both]
        if failed[row]:
            triples += [(row, each, nothing + 1) for each in missed or [nothing]]
        elif missed or extra:
            triples += [(row, one, other) for one in missed or [nothing] for other in extra or [nothing]]
        elif not both:
            triples.append((row, nothing, nothing))
    columns = np.array(triples, dtype=np.intp).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]
