"""Regular expressions that cannot hold up a page, a backtest or live judging.

A pattern may be tried on a text for a tenth of a second of processor time; longer, and judging that text
fails with a message. Patterns that are slow by themselves are found when they are written, by trying them on
texts made to be hard for them. ``regex`` keeps Unicode's idea of a word, which the linear-time engines at
hand do not, and stops when its time is up.
"""

from __future__ import annotations

from functools import lru_cache

import regex  # type: ignore[import-untyped]

from core.classifiers.rules.folding import composed

LIMIT = 0.1
"""Seconds of processor time for one pattern on one text."""
_TRIAL = 0.05
_HARD = 250  # characters of a trial text: squared effort passes, higher powers do not
_MOST_TRIALS = 12
_LONGEST = 500


class PatternTooSlow(Exception):
    """A pattern used up its time on one text."""

    def __init__(self, pattern: str) -> None:
        super().__init__(
            f"The pattern /{pattern}/ takes too long on this text. Make it simpler, for instance with "
            "fewer + and *."
        )


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> regex.Pattern[str]:
    """The pattern, whatever the case of letters.

    Raises:
        ValueError: it cannot be read; says why.
    """
    if len(pattern) > _LONGEST:
        raise ValueError(f"it is {len(pattern):,} characters long; at most {_LONGEST} are read")
    try:
        return regex.compile(composed(pattern), regex.IGNORECASE)
    except regex.error as error:
        raise ValueError(f"{error.msg} at its character {(error.pos or 0) + 1}") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise ValueError("it is too deeply nested or repeats too often") from error


def find(pattern: str, text: str) -> str | None:
    """What the pattern matches first in the composed text; None where nothing.

    Raises:
        PatternTooSlow: the time was not enough.
    """
    try:
        found = compiled(pattern).search(text, timeout=LIMIT)
    except TimeoutError:
        raise PatternTooSlow(pattern) from None
    return None if found is None else found[0]


def problem_of(pattern: str) -> str:
    """What is wrong with a pattern, following "the pattern"; empty when nothing."""
    try:
        ready = compiled(pattern)
        if ready.search("") is not None:
            return "matches every text, even an empty one."
        for text in _hard_texts(pattern):
            ready.search(text, timeout=_TRIAL)
    except ValueError as error:
        return f"cannot be read: {error}."
    except TimeoutError:
        return "takes too long on long texts: it repeats what repeats already. Make it simpler."
    return ""


def _hard_texts(pattern: str) -> list[str]:
    """Long runs of what the pattern may repeat, with an end it does not expect."""
    letters = [character for character in dict.fromkeys(pattern) if character.isalnum()]
    runs = dict.fromkeys(["a", "1", " ", "a ", "-", "ab", *letters])
    return [(run * _HARD)[:_HARD] + "\N{NULL}" for run in list(runs)[:_MOST_TRIALS]]
