"""The measure of a classifier, as it is shown and as it is kept with a version."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from core.errors import InvalidInput
from core.statistics import Rate

_FORMAT = 1
NO_ANSWER = ""
"""In a confusion: none of the answers was wanted, or none was given."""
FAILED = "\x7ffailed"
"""In a confusion: judging failed. No answer of a criterion can be this."""


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """How one answer fares.

    Attributes:
        answer: which.
        n: examples that want it.
        given: how often it was given.
        precision: of those it was given to, how many wanted it.
        recall: of those that want it, how many got it; abstaining and failing count against it.
        f1: both at once.
        warning: that there is not enough to say, in plain words; empty when there is.
        more: how many more labels of it would be enough; 0 when there are enough.
    """

    answer: str
    n: int
    given: int
    precision: Rate
    recall: Rate
    f1: Rate
    warning: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """Examples that wanted one answer and got another. ``example_ids``: the first of them."""

    wanted: str
    given: str
    n: int
    example_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Examples of similar confidence: what was said, 0 to 1, and how often it came true."""

    low: float
    high: float
    confidence: float
    right: Rate


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one set of examples.

    Attributes:
        n: examples.
        groups: independent groups of them.
        errors: examples that could not be judged; they count as wrong.
        abstained: examples it was not sure enough about.
        coverage: share of the examples it answers.
        accuracy: share for which the likeliest answer is right, sure or not; of several answers at once,
            all of them (exact match). Examples that want none of exclusive answers are left out.
        right_when_answering: of those it answers, share that are right.
        none_refused: of the examples that want none of exclusive answers, share it abstains on.
        macro_f1: mean over the answers.
        micro_f1: of all answers together.
        answers: in the criterion's order.
        confusion: only cells with examples.
        calibration: by rising confidence; empty bins left out.
        calibration_error: expected calibration error, 0 to 1.
        note: what else a reader must know, in words.
    """

    n: int
    groups: int
    errors: int
    abstained: int
    coverage: Rate
    accuracy: Rate
    right_when_answering: Rate
    none_refused: Rate
    macro_f1: Rate
    micro_f1: Rate
    answers: tuple[AnswerFigures, ...]
    confusion: tuple[Cell, ...]
    calibration: tuple[Bin, ...]
    calibration_error: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a classifier: by cross-validation, and by examples it was never taught.

    Attributes:
        answers: of the criterion, in column order.
        many: several may be right at once.
        threshold: the confidence and familiarity from which on it answered.
        cross_validated: None when every example is held out.
        held_out: None when none is.
        cost: USD that measuring took.
    """

    answers: tuple[str, ...]
    many: bool
    threshold: tuple[float, float]
    cross_validated: Figures | None
    held_out: Figures | None
    cost: float = 0.0

    @property
    def best(self) -> Figures | None:
        """The figures to go by: cross-validated ones rest on more examples, where there are any."""
        return self.cross_validated or self.held_out

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``ClassifierVersion.report``."""
        return {"format": _FORMAT, **_plain(asdict(self))}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The report of :meth:`to_json`.

        Raises:
            InvalidInput: it was written by another version of this code, or is none.
        """
        if stored.get("format") != _FORMAT:
            raise InvalidInput(
                "These figures were kept in a form this version does not read. Measure the classifier again."
            )
        return cls(
            answers=tuple(stored["answers"]),
            many=stored["many"],
            threshold=(stored["threshold"][0], stored["threshold"][1]),
            cross_validated=_figures(stored["cross_validated"]),
            held_out=_figures(stored["held_out"]),
            cost=stored["cost"],
        )


def _figures(stored: Mapping[str, Any] | None) -> Figures | None:
    if stored is None:
        return None
    rates = ("coverage", "accuracy", "right_when_answering", "none_refused", "macro_f1", "micro_f1")
    answers = tuple(
        AnswerFigures(**{**each, **{name: _rate(each[name]) for name in ("precision", "recall", "f1")}})
        for each in stored["answers"]
    )
    return Figures(
        **{
            **stored,
            **{name: _rate(stored[name]) for name in rates},
            "answers": answers,
            "confusion": tuple(
                Cell(each["wanted"], each["given"], each["n"], tuple(each["example_ids"]))
                for each in stored["confusion"]
            ),
            "calibration": tuple(
                Bin(**{**each, "right": _rate(each["right"])}) for each in stored["calibration"]
            ),
        }
    )


def _rate(stored: Mapping[str, Any]) -> Rate:
    effective = stored["effective_n"]
    return Rate(**{**stored, "effective_n": math.nan if effective is None else effective})


def _plain(value: Any) -> Any:
    """Numbers to six places; JSON knows no NaN."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
