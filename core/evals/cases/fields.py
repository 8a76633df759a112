"""What people write about a case, brought into storable form or refused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.errors import InvalidInput
from core.evals.cases.plain import plain_json, plain_line, plain_text
from core.evals.expecting import expectation_problems
from core.evals.flagging.standing import EXPECTED

CASE_STATES = ("candidate", "accepted", "dismissed")
CASE_SOURCES = ("flag", "label", "edit", "resolved", "written", "import")
POLARITIES = ("positive", "negative")
MAX_NAME = 300
MAX_THEME = 100
MAX_TAGS = 30
MAX_TAG = 60
MAX_WEIGHT = 1_000.0
MAX_EXPECTATIONS = 50
MAX_REASON = 500


def checked_name(name: str) -> str:
    """The name on one line.

    Raises:
        InvalidInput: it is empty or too long.
    """
    tidy = plain_line(name)
    if not tidy:
        raise InvalidInput("Give the case a name that says what it is about.")
    if len(tidy) > MAX_NAME:
        raise InvalidInput(f"A name has at most {MAX_NAME} characters; this one has {len(tidy):,}.")
    return tidy


def checked_theme(theme: str) -> str:
    """The theme on one line; empty for none.

    Raises:
        InvalidInput: it is too long.
    """
    tidy = plain_line(theme)
    if len(tidy) > MAX_THEME:
        raise InvalidInput(f"A theme has at most {MAX_THEME} characters; this one has {len(tidy):,}.")
    return tidy


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Tags on one line each, every one once, in the order they were given.

    Raises:
        InvalidInput: there are too many, or one is too long.
    """
    tidy = list(dict.fromkeys(filter(None, (plain_line(tag) for tag in tags))))
    if len(tidy) > MAX_TAGS:
        raise InvalidInput(f"A case has at most {MAX_TAGS} tags; these are {len(tidy):,}.")
    long = next((tag for tag in tidy if len(tag) > MAX_TAG), None)
    if long is not None:
        raise InvalidInput(
            f"The tag “{long[:40]} …” has {len(long):,} characters, and {MAX_TAG} is the most."
        )
    return tidy


def checked_weight(weight: float) -> float:
    """How much a case counts.

    Raises:
        InvalidInput: it is not above 0, or absurd.
    """
    if not math.isfinite(weight) or not 0 < weight <= MAX_WEIGHT:
        raise InvalidInput(f"A weight is above 0, at most {MAX_WEIGHT:,.0f}; 1 counts once.")
    return float(weight)


def checked_polarity(polarity: str) -> str:
    """positive, negative or empty.

    Raises:
        InvalidInput: it is something else.
    """
    if polarity and polarity not in POLARITIES:
        raise InvalidInput(
            f"A case is {' or '.join(POLARITIES)}, or neither where that is not known, not {polarity!r}."
        )
    return polarity


def checked_expectations(expectations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Expectations as they are stored; those that stand there twice are kept once.

    Raises:
        InvalidInput: there are too many, or something is wrong with one; says what and where.
    """
    if len(expectations) > MAX_EXPECTATIONS:
        raise InvalidInput(
            f"A case has at most {MAX_EXPECTATIONS} expectations; these are {len(expectations):,}."
        )
    tidy = [plain_json(dict(each), "an expectation") for each in expectations]
    problems = expectation_problems(tidy)
    if problems:
        raise InvalidInput(" ".join(problems))
    return [each for place, each in enumerate(tidy) if each not in tidy[:place]]


def own_expectations(expectations: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those that do not come from a flag: a flag's are kept in step with it, and changed by nobody else."""
    return [dict(each) for each in expectations if EXPECTED not in each]


def flagged_expectations(expectations: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those that come from a flag."""
    return [dict(each) for each in expectations if EXPECTED in each]


def checked_reason(reason: str) -> str:
    """A reason on one line.

    Raises:
        InvalidInput: it is too long.
    """
    tidy = plain_line(reason)
    if len(tidy) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(tidy):,} characters, and {MAX_REASON:,} is the most.")
    return tidy


def checked_text(text: str, what: str, most: int) -> str:
    """A text of several lines.

    Raises:
        InvalidInput: it is too long.
    """
    tidy = plain_text(text).strip()
    if len(tidy) > most:
        raise InvalidInput(f"The {what} has {len(tidy):,} characters, and {most:,} is the most.")
    return tidy
