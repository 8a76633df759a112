"""What people write about a suite, brought into storable form or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.criteria import slug
from core.errors import InvalidInput
from core.evals.cases.plain import plain_line, plain_text

SUITE_KINDS = ("smoke", "core", "theme", "other")
MAX_NAME = 100
MAX_TITLE = 200
MAX_PURPOSE = 2_000
MAX_GRADERS = 50

_NAME = re.compile(rf"[a-z0-9][a-z0-9_.-]{{0,{MAX_NAME - 1}}}")


def checked_name(name: str, title: str) -> str:
    """The name in lower case; made from the title when empty.

    Raises:
        InvalidInput: it has other characters than a name may have.
    """
    tidy = plain_line(name).lower() or slug(title)
    if not _NAME.fullmatch(tidy):
        raise InvalidInput(
            f"{tidy[:MAX_NAME]!r} cannot be the name of a suite: write a short one with the letters a to z, "
            "digits, _, - and ., for example refunds_core."
        )
    return tidy


def checked_title(title: str) -> str:
    """The title on one line.

    Raises:
        InvalidInput: it is empty or too long.
    """
    tidy = plain_line(title)
    if not tidy:
        raise InvalidInput("Give the suite a title that says what it tests.")
    if len(tidy) > MAX_TITLE:
        raise InvalidInput(f"A title has at most {MAX_TITLE} characters; this one has {len(tidy):,}.")
    return tidy


def checked_purpose(purpose: str) -> str:
    """The purpose without white space around it.

    Raises:
        InvalidInput: it is too long.
    """
    tidy = plain_text(purpose).strip()
    if len(tidy) > MAX_PURPOSE:
        raise InvalidInput(f"The purpose has at most {MAX_PURPOSE:,} characters; this one has {len(tidy):,}.")
    return tidy


def checked_kind(kind: str) -> str:
    """smoke, core, theme or other.

    Raises:
        InvalidInput: it is none of them.
    """
    if kind not in SUITE_KINDS:
        raise InvalidInput(f"A suite is one of {', '.join(SUITE_KINDS)}, not {kind!r}.")
    return kind


def checked_graders(graders: Iterable[str]) -> list[str]:
    """Names of classifiers, each once.

    Raises:
        InvalidInput: there are too many.
    """
    tidy = list(dict.fromkeys(filter(None, (plain_line(each) for each in graders))))
    if len(tidy) > MAX_GRADERS:
        raise InvalidInput(f"A suite names at most {MAX_GRADERS} graders; these are {len(tidy):,}.")
    return tidy
