"""Drafts of which it is known whether they were right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.assist.abstention.signals import NAMES, CitedSentence, Found, SignalInput, signals
from core.errors import InvalidInput

FEWEST = 60
"""Outcomes below which no probability is worth showing: at 60, a rate of 85 % is known to +/- 9 points."""
FEWEST_OF_A_KIND = 10
"""Right ones, and wrong ones, below which a regression on a dozen signals learns chance."""


@dataclass(frozen=True, slots=True)
class Example:
    """A draft's signals and whether it was right. ``group``: its conversation, for honest splits."""

    signals: Mapping[str, float]
    right: bool
    group: str


@dataclass(frozen=True, slots=True)
class Shortage:
    """How many more outcomes are needed before anything can be fitted. All zero: enough."""

    outcomes: int
    right: int
    wrong: int

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.right or self.wrong)

    def __str__(self) -> str:
        if not self:
            return "There are enough outcomes."
        needs = [
            f"{count:,} more {what}"
            for count, what in (
                (self.outcomes, "in all"),
                (self.right, "that were right"),
                (self.wrong, "that were wrong"),
            )
            if count
        ]
        return f"Too few outcomes to calibrate: {', '.join(needs)} are needed."


def shortage(examples: Sequence[Example]) -> Shortage:
    """What is missing before these can be fitted."""
    right = sum(each.right for each in examples)
    wrong = len(examples) - right
    return Shortage(
        max(0, FEWEST - len(examples)), max(0, FEWEST_OF_A_KIND - right), max(0, FEWEST_OF_A_KIND - wrong)
    )


def read_labelled(rows: Iterable[Mapping[str, Any]]) -> Iterator[Example]:
    """Examples from labelled rows (JSON lines).

    A row is ``{"signals": {name: 0..1}, "right": bool}``, or in place of the signals what they are
    computed from: ``{"questions": [str], "passages": [{"article_id", "title", "text", "score"}],
    "sentences": [{"text", "quote", "support"}], "factual": int, "confidence": 0..1, "right": bool}``.
    ``"group"`` names the conversation; without it each row is one of its own.

    Raises:
        InvalidInput: a row is neither; the message names the row.
    """
    for number, row in enumerate(rows, start=1):
        if not isinstance(row.get("right"), bool):
            raise InvalidInput(f"Row {number}: `right` must be true or false.")
        group = str(row.get("group") or f"row {number}")
        try:
            given = row["signals"] if "signals" in row else signals(_input(row))
            yield Example(_checked(given), row["right"], group)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"Row {number}: {_reason(error)}.") from None


def _input(row: Mapping[str, Any]) -> SignalInput:
    sentences = tuple(
        CitedSentence(str(each["text"]), str(each["quote"]), float(each["support"]))
        for each in row.get("sentences", ())
    )
    return SignalInput(
        questions=tuple(map(str, row["questions"])),
        passages=tuple(
            Found(int(each["article_id"]), str(each["title"]), str(each["text"]), float(each["score"]))
            for each in row.get("passages", ())
        ),
        sentences=sentences,
        factual=int(row.get("factual", len(sentences))),
        language=str(row.get("language", "en")),
        confidence=None if row.get("confidence") is None else float(row["confidence"]),
        classifier=None if row.get("classifier") is None else float(row["classifier"]),
        warnings=tuple(map(str, row.get("warnings", ()))),
    )


def _checked(given: Mapping[str, Any]) -> dict[str, float]:
    found = {name: float(value) for name, value in given.items() if name in NAMES}
    if not found:
        raise ValueError(f"no known signal; known are {', '.join(NAMES)}")
    for name, value in found.items():
        if not math.isfinite(value) or not 0 <= value <= 1:
            raise ValueError(f"the signal {name} must be within 0 and 1")
    return found


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
