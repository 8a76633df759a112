"""What a model said of one text, and how that becomes a row of probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.classifiers.kind import Question, Scores
from core.classifiers.prompt.wording import NONE, offered

_BELOW_LIKELY = 0.49  # an answer that was not given stays below the half from which answers are given


@dataclass(frozen=True, slots=True)
class Outcome:
    """One text's result. ``likely`` says how probable each answer is; ``error`` that there is no result,
    and ``again`` that asking once more may help."""

    likely: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    error: str = ""
    again: bool = False


def stated_one(question: Question, answer: str, confidence: float) -> dict[str, float]:
    """A stated confidence in one answer, the rest spread evenly over the others.

    The answer given always stays the likeliest: a model that says "no" and is 0.3 sure of it has still
    not said "yes".
    """
    names = offered(question)
    if len(names) == 1:
        return {answer: 1.0}
    sure = max(confidence, 1 / len(names) + 1e-4)
    return {name: sure if name == answer else (1 - sure) / (len(names) - 1) for name in names}


def stated_many(
    question: Question, confidences: Mapping[str, float], completeness: float
) -> dict[str, float]:
    """Stated confidences in several answers; what may be missing is spread over those not given."""
    others = [name for name in question.answers if name not in confidences]
    rest = min((1 - completeness) / len(others), _BELOW_LIKELY) if others else 0.0
    return {**dict.fromkeys(others, rest), **confidences}


def as_scores(outcomes: Sequence[Outcome], question: Question, *, cost: float) -> Scores:
    """The matrix of a batch.

    That no answer fits is no column of its own: its probability is spread evenly over the answers, so that
    none of them looks sure, and familiarity is what remains of 1.
    """
    many, answers = question.many, question.answers
    probabilities = np.full((len(outcomes), len(answers)), np.nan, dtype=np.float32)
    familiarity = np.ones(len(outcomes), dtype=np.float32)
    errors = {}
    for row, outcome in enumerate(outcomes):
        if outcome.error:
            errors[row] = outcome.error
            continue
        values = np.array([outcome.likely.get(answer, 0.0) for answer in answers])
        nothing = outcome.likely.get(NONE, 0.0) if NONE not in answers else 0.0
        if not many:
            values = values + nothing / len(answers)
            values = values / values.sum()
            familiarity[row] = 1 - nothing
        probabilities[row] = np.clip(values, 0, 1)
    return Scores(
        probabilities=probabilities,
        familiarity=familiarity,
        reasons=tuple(outcome.reason for outcome in outcomes),
        errors=errors,
        cost=cost,
    )
