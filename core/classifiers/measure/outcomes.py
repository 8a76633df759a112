"""Wanted beside given, as columns: what every figure is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.classifiers.deciding import LIKELY, Threshold
from core.classifiers.kind import Example, Question, Scores
from core.classifiers.measure.folds import group_of
from core.criteria import SEPARATOR, given
from core.errors import InvalidInput

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One row an example.

    Attributes:
        wanted: shape ``(rows, answers)``; a row without any: none of the answers.
        given: the same, of what the model finds likeliest, whether it is sure enough or not.
        confidence: 0 to 1; 0 where it failed.
        abstained: not sure enough, or failed.
        failed: judging it failed.
        correct: what was found likeliest is what was wanted. Never where none of several exclusive
            answers was wanted: there any answer is wrong.
        groups: numbers from 0; rows of one group are not independent.
        example_ids: of each row.
    """

    wanted: Flags
    given: Flags
    confidence: NDArray[np.float64]
    abstained: Flags
    failed: Flags
    correct: Flags
    groups: NDArray[np.int64]
    example_ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.confidence)

    def of(self, rows: NDArray[np.intp]) -> Outcomes:
        """Some of the rows."""
        return Outcomes(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def answered(self) -> Flags:
        """Where an answer was given."""
        return ~self.abstained


def outcomes(
    question: Question, examples: Sequence[Example], scores: Scores, threshold: Threshold | None = None
) -> Outcomes:
    """Set what was wanted beside what was given.

    Raises:
        InvalidInput: an example has an answer that the question does not have.
        ValueError: there are not as many rows of scores as examples.
    """
    if len(examples) != len(scores.probabilities):
        raise ValueError(f"{len(examples)} examples and {len(scores.probabilities)} scores: must be as many")
    wanted = _wanted(question, examples)
    limits = threshold or Threshold()
    failed: Flags = np.any(np.isnan(scores.probabilities), axis=1, keepdims=True)[:, 0]
    likely = np.where(failed[:, None], 0.0, scores.probabilities)
    if question.many:
        found = (likely >= LIKELY) & ~failed[:, None]
        least = np.where(found, likely, np.inf).min(axis=1, initial=np.inf)
        confidence = np.where(found.any(axis=1), least, 1 - likely.max(axis=1, initial=0.0))
    else:
        found = np.zeros(wanted.shape, dtype=bool)
        rows = np.flatnonzero(~failed)
        found[rows, likely[rows].argmax(axis=1)] = True
        confidence = likely.max(axis=1, initial=0.0)
    confidence = np.where(failed, 0.0, confidence)
    # in the precision in which decisions are taken
    unsure = confidence.astype(np.float32) < limits.confidence
    numbers: dict[object, int] = {}
    return Outcomes(
        wanted=wanted,
        given=found,
        confidence=confidence.astype(np.float64),
        abstained=unsure | (scores.familiarity < limits.familiarity) | failed,
        failed=failed,
        correct=(wanted == found).all(axis=1) & ~failed,
        groups=np.array(
            [numbers.setdefault(group_of(each, row), len(numbers)) for row, each in enumerate(examples)],
            dtype=np.int64,
        ),
        example_ids=np.array([each.example_id for each in examples], dtype=np.int64),
    )


def answers_given(question: Question, found: Outcomes) -> list[str | None]:
    """What was answered, as a judgement stores it; None where it abstained or failed.

    Of exclusive answers, abstaining is empty: as much as saying that none of them fits.
    """
    silent = None if question.many else ""
    said: list[str | None] = []
    for row in range(len(found)):
        if found.failed[row] or found.abstained[row]:
            said.append(None if found.failed[row] else silent)
        else:
            said.append(SEPARATOR.join(question.answers[at] for at in np.flatnonzero(found.given[row])))
    return said


def _wanted(question: Question, examples: Sequence[Example]) -> Flags:
    column = {answer: at for at, answer in enumerate(question.answers)}
    wanted = np.zeros((len(examples), len(column)), dtype=bool)
    unknown: dict[str, int] = {}
    for row, example in enumerate(examples):
        if not example.answer:
            continue
        parts = given(example.answer) if question.many else (example.answer,)
        for part in parts:
            if part in column:
                wanted[row, column[part]] = True
            else:
                unknown[part] = unknown.get(part, 0) + 1
    if unknown:
        first, count = next(iter(unknown.items()))
        examples_want = "1 example wants" if count == 1 else f"{count} examples want"
        raise InvalidInput(
            f"{examples_want} “{first}”, which “{question.question}” does not offer any more. "
            "Answer them again or remove them."
        )
    return wanted
