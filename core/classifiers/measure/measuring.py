"""Every figure of a classifier from its scores: by answer, together, and what was taken for what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.classifiers.deciding import Threshold
from core.classifiers.kind import Example, Question, Scores
from core.classifiers.measure.calibration import calibration_bins, calibration_error
from core.classifiers.measure.confusion import confusion
from core.classifiers.measure.outcomes import Outcomes, outcomes
from core.classifiers.measure.rates import f1, macro_f1, share
from core.classifiers.measure.report import AnswerFigures, Figures, Report
from core.statistics import FEWEST, Rate, labels_needed, too_few

WITHIN = 0.10
"""An answer has enough labels when they tell its figures within ten points to either side."""


def measure(
    question: Question, examples: Sequence[Example], scores: Scores, threshold: Threshold | None = None
) -> Report:
    """The figures of scores that come from models which had not seen the examples (``out_of_fold``).

    Held-out examples are reported apart from the others.

    Raises:
        InvalidInput: an example has an answer that the question does not have.
        ValueError: there are not as many rows of scores as examples.
    """
    limits = threshold or Threshold()
    found = outcomes(question, examples, scores, limits)
    held_out = np.array([each.held_out for each in examples], dtype=bool)
    parts = [
        _figures(question, found.of(rows)) if len(rows) else None
        for rows in (np.flatnonzero(~held_out), np.flatnonzero(held_out))
    ]
    return Report(
        answers=question.answers,
        many=question.many,
        threshold=(limits.confidence, limits.familiarity),
        cross_validated=parts[0],
        held_out=parts[1],
        cost=scores.cost,
    )


def _figures(question: Question, found: Outcomes) -> Figures:
    answered = found.answered
    given = found.given & answered[:, None]
    # of exclusive answers, one that wants none of them has no right answer: it is for abstaining
    none = np.zeros(len(found), dtype=bool) if question.many else ~found.wanted.any(axis=1)
    bins = calibration_bins(found)
    return Figures(
        n=len(found),
        groups=len(np.unique(found.groups)),
        errors=int(found.failed.sum()),
        abstained=int((found.abstained & ~found.failed).sum()),
        coverage=share(answered, found.groups),
        accuracy=share(found.correct[~none], found.groups[~none]),
        right_when_answering=share(found.correct[answered], found.groups[answered]),
        none_refused=share((found.abstained & ~found.failed)[none], found.groups[none]),
        macro_f1=macro_f1(found.wanted, given, found.groups),
        micro_f1=_f1_of(found.wanted.ravel(), given.ravel(), np.repeat(found.groups, given.shape[1])),
        answers=tuple(_answers(question, found, given)),
        confusion=confusion(question, found),
        calibration=bins,
        calibration_error=calibration_error(bins),
        note=_note(found),
    )


def _answers(question: Question, found: Outcomes, given: NDArray[np.bool_]) -> list[AnswerFigures]:
    figures = []
    for column, answer in enumerate(question.answers):
        wants, gets = found.wanted[:, column], given[:, column]
        recall = share(gets[wants], found.groups[wants])
        warning, more = _enough(recall)
        figures.append(
            AnswerFigures(
                answer=answer,
                n=recall.n,
                given=int(gets.sum()),
                precision=share(wants[gets], found.groups[gets]),
                recall=recall,
                f1=_f1_of(wants, gets, found.groups),
                warning=warning,
                more=more,
            )
        )
    return figures


def _f1_of(wants: NDArray[np.bool_], gets: NDArray[np.bool_], groups: NDArray[np.int64]) -> Rate:
    return f1(groups[wants & gets], groups[wants & ~gets], groups[gets & ~wants])


def _enough(recall: Rate) -> tuple[str, int]:
    """What to say where there are not enough labels of an answer, and how many more would be."""
    if not too_few(recall):
        return "", 0
    if not recall.n:
        return f"No labels yet: nothing can be said. Add about {FEWEST}.", FEWEST
    repeated = max(1.0, recall.design_effect)
    wanted = max(labels_needed(recall.estimate, WITHIN, repeated), int(np.ceil(FEWEST * repeated)))
    more = max(1, wanted - recall.n)
    labels = "label" if recall.n == 1 else "labels"
    return f"{recall.n} {labels}: not enough to say. About {more} more would be.", more


def _note(found: Outcomes) -> str:
    failed = int(found.failed.sum())
    if not failed:
        return ""
    examples = "example" if failed == 1 else "examples"
    return f"{failed} {examples} could not be judged. They count as wrong and as not answered."
