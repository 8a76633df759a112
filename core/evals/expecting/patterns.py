"""What the reply matches: regular expressions that cannot hold up a run."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import regex  # type: ignore[import-untyped]

from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
    setting,
)

LIMIT = 0.5
"""Seconds one pattern may take on one reply."""
LONGEST = 2_000
_TRIAL = 0.05
_HARD = 250  # characters of a trial text: squared effort passes, higher powers do not
_MOST_TRIALS = 12
_MOST_REPEATS = 10_000  # what a pattern may unfold to: counted repeats within counted repeats multiply
_COUNTED = regex.compile(r"\{(\d*)(?:,(\d*))?\}")


@expectation("matches")
class Matches(Expectation):
    """A regular expression that is found in the reply, or must not be."""

    title = "Matches a pattern"
    hint = "A regular expression, for those who like them. Upper and lower case differ unless it says (?i)."
    fields = (
        ExpectationField("pattern", "Pattern", "text", required=True, hint="For example: invoice \\d{6}"),
        ExpectationField("not", "Must not match", "switch", default=False),
    )

    def problems(self, given: Mapping[str, Any]) -> list[str]:
        """What is wrong with the pattern."""
        problem = _problem_of(given["pattern"])
        return [f"Pattern: it {problem}"] if problem else []

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Matches the pattern /a/."""
        return f"{'Does not match' if given.get('not') else 'Matches'} the pattern /{given['pattern']}/"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Search it; what takes too long is an error, since neither yes nor no would be true."""
        unwanted = bool(setting(given, "not"))
        wanted = f"{'not ' if unwanted else ''}/{given['pattern']}/"
        try:
            found = _compiled(given["pattern"]).search(answered.output.text, timeout=LIMIT, concurrent=True)
        except TimeoutError:
            return Checked(
                None,
                wanted=wanted,
                error=f"The pattern takes more than {LIMIT:g} s on this reply. Make it simpler, for instance "
                "with fewer + and *.",
            )
        except ValueError as error:
            return Checked(None, wanted=wanted, error=f"The pattern cannot be read: {error}.")
        answer = found[0][:200] if found is not None else ""
        said = f"It matches at “{answer[:80]}”." if found is not None else "It does not match."
        return Checked((found is None) is unwanted, said, answer=answer, wanted=wanted)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> regex.Pattern[str]:
    if len(pattern) > LONGEST:
        raise ValueError(f"it is {len(pattern):,} characters long; at most {LONGEST:,} are read")
    unfolded = 1
    for low, high in _COUNTED.findall(pattern):
        unfolded *= max(1, *(int(each[:9]) for each in (low, high) if each), 1)
    if unfolded > _MOST_REPEATS:
        raise ValueError(f"it repeats more than {_MOST_REPEATS:,} times")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what may mean something else one day means the same today
            return regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"{error.msg} at its character {(error.pos or 0) + 1}") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise ValueError("it is too deeply nested or repeats too often") from error


@lru_cache(maxsize=1024)
def _problem_of(pattern: str) -> str:
    try:
        ready = _compiled(pattern)
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
