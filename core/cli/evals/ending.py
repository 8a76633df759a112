"""How the commands under ``evals`` end: what a CI job goes by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

WORSE, NO_VERDICT = 2, 3
EPILOG = (
    "Exit status: 0 fine, or not worse; 1 an error or bad input, with the reason in one line; 2 the verdict "
    "is worse, the score is below --min-score, or a critical case failed; 3 with --strict: no verdict, or "
    "unclear."
)


_UsageError: Any = typer.BadParameter.__base__
"""Whatever is wrong with the words of a command; Typer names only this one kind of it."""


class EvalsGroup(TyperGroup):
    """Commands whose exit status 2 says worse: a mistyped option is an error, and ends with 1."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _as_error():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _as_error():
            return super().invoke(ctx)


@contextmanager
def _as_error() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        error.exit_code = 1
        raise


def end(code: int) -> None:
    """End with this status, unless it is 0."""
    if code:
        raise typer.Exit(code)


def status_of(verdict: str, *, strict: bool) -> int:
    """The exit status that stands for a verdict."""
    if verdict == "worse":
        return WORSE
    return NO_VERDICT if strict and verdict in ("unclear", "no verdict") else 0
