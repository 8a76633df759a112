"""From probabilities to answers: the likeliest one, or none where the model is not sure enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.classifiers.kind import Scores
from core.criteria import SEPARATOR

LIKELY = 0.5  # of several answers that may be right, each is given from here on
_TOP = 5


@dataclass(frozen=True, slots=True)
class Threshold:
    """When to answer. Below either the classifier abstains; 0 never does."""

    confidence: float = 0.0
    familiarity: float = 0.0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From ``{"confidence", "familiarity"}``, both optional."""
        return cls(float(stored.get("confidence", 0.0)), float(stored.get("familiarity", 0.0)))


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a classifier says about one subject. ``error``: judging it failed, and nothing else is known."""

    answer: str
    confidence: float
    abstained: bool
    top: tuple[tuple[str, float], ...]
    reason: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A batch of predictions as columns. ``answer``: column number of the likeliest, -1 where it failed."""

    answer: NDArray[np.int32]
    confidence: NDArray[np.float32]
    abstained: NDArray[np.bool_]


def decide_columns(scores: Scores, threshold: Threshold) -> Decided:
    """The decisions of a one-of batch without an object for each row: for whole histories."""
    failed: NDArray[np.bool_] = np.any(np.isnan(scores.probabilities), axis=1, keepdims=True)[:, 0]
    known = np.where(failed[:, None], 0.0, scores.probabilities)
    answer = np.where(failed, -1, known.argmax(axis=1)).astype(np.int32)
    confidence = known.max(axis=1, initial=0.0).astype(np.float32)
    abstained = (confidence < threshold.confidence) | (scores.familiarity < threshold.familiarity) | failed
    return Decided(answer, confidence, abstained)


def decide(
    scores: Scores, answers: Sequence[str], *, many: bool, threshold: Threshold, top: int = _TOP
) -> list[Prediction]:
    """A prediction for each row.

    With ``many``, the answers that are at least as likely as not are given together, and the confidence is
    that of the least sure of them; when none is, nothing applies and the confidence is that of their
    absence.
    """
    decided = decide_columns(scores, threshold)
    made = []
    for row, probabilities in enumerate(scores.probabilities):
        reason = scores.reasons[row] if scores.reasons else ""
        if decided.answer[row] < 0:
            made.append(
                Prediction("", 0.0, True, (), reason, scores.errors.get(row, "It could not be judged."))
            )
            continue
        order = np.argsort(-probabilities, kind="stable")[:top].tolist()
        listed = tuple((answers[column], round(float(probabilities[column]), 6)) for column in order)
        answer, confidence = answers[int(decided.answer[row])], float(decided.confidence[row])
        if many:
            given = np.flatnonzero(probabilities >= LIKELY).tolist()
            answer = SEPARATOR.join(answers[column] for column in given)
            confidence = float(probabilities[given].min() if given else 1 - probabilities.max())
        unsure = confidence < threshold.confidence
        unknown = float(scores.familiarity[row]) < threshold.familiarity
        made.append(Prediction(answer, round(confidence, 6), unsure or unknown, listed, reason))
    return made
