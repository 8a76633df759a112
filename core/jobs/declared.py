"""Jobs by name: a function that carries out one piece of long work, again after a crash if need be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from core.database import Database
from core.settings import Settings


class Interrupted(BaseException):
    """Raised by :meth:`Job.check`: this process stops. Not an error, and not to be caught: the job goes
    on in the next process. ``except Exception`` lets it pass."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a job is given besides its arguments."""

    id: str
    database: Database
    settings: Settings
    should_stop: Callable[[], bool]
    """Whether the process wants to stop, or lost its right to carry out jobs."""
    worker: str
    """Name of this process among those that carry out jobs, never used again: see :meth:`lives`."""
    lives: Callable[[str], bool]
    """Whether the worker of that name may still be alive. False is certain; a frozen one lives."""
    once: Callable[..., Any]
    """``once(name, function, *arguments)``: the plain JSON result of the function, which is stored, so that
    a repetition of the job after a crash does not call it again. Call it in the same order each time."""

    def check(self) -> None:
        """To be called between pieces of work.

        Raises:
            Interrupted: the process stops; what is not committed is done again by the next one.
        """
        if self.should_stop():
            raise Interrupted


JobFunction = Callable[..., Any]
"""Called with a :class:`Job` and then the plain JSON arguments it was submitted with. Must be safe to
repeat: after a crash it is called again from the start, and only finds its own traces in the database."""

_Function = TypeVar("_Function", bound=JobFunction)
_JOBS: dict[str, JobFunction] = {}


def job(name: str) -> Callable[[_Function], _Function]:
    """Decorator that makes a function known as a job. ``name`` is stored: never change it.

    Raises:
        ValueError: another function has this name.
    """

    def register(function: _Function) -> _Function:
        if name in _JOBS and _JOBS[name] is not function:
            raise ValueError(f"two jobs are called {name!r}")
        _JOBS[name] = function
        return function

    return register


def jobs() -> dict[str, JobFunction]:
    """The jobs of every module imported so far, by name."""
    return dict(_JOBS)
