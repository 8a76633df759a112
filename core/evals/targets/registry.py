"""Targets by name: what answers the cases of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from core.database import Database
from core.errors import InvalidInput
from core.evals.content import CaseContent
from core.evals.output import Output
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What a target is opened with.

    Attributes:
        changes: of the candidate, see :class:`core.evals.tables.EvalCandidate`; empty: the build in force.
        concurrency: calls to a model in flight at the start; it adapts from there up to ``most_concurrency``.
        requests_a_minute: a hard limit; 0: none. ``tokens_a_minute`` likewise.
    """

    database: Database
    settings: Settings
    changes: Mapping[str, Any] = field(default_factory=dict)
    concurrency: int = 20
    most_concurrency: int = 100
    requests_a_minute: float = 0
    tokens_a_minute: float = 0


class Target(Protocol):
    """Answers cases. Belongs to the event loop it is first used on."""

    build_id: str
    """Of the build that answers; it is stored."""

    @property
    def room(self) -> int:
        """Cases that may usefully be in hand at this moment; changes with what the server takes."""

    async def answer(self, case: CaseContent, repeat: int) -> Output:
        """Answer one case. Has no effect outside.

        Raises:
            ProviderError: the model failed for good; in plain words.
            InvalidInput: the case cannot be asked.
        """

    async def aclose(self) -> None:
        """Close connections."""


Opener = Callable[[Asked], Target]
_Open = TypeVar("_Open", bound=Opener)
_TARGETS: dict[str, Opener] = {}
_HIDDEN: set[str] = set()


def target(name: str, *, offered: bool = True) -> Callable[[_Open], _Open]:
    """Decorator that makes a function the opener of a target. ``name`` is stored: never change it.

    Args:
        offered: False where only our own code can ask it.
    """

    def register(opener: _Open) -> _Open:
        _TARGETS[name] = opener
        if not offered:
            _HIDDEN.add(name)
        return opener

    return register


def target_names() -> tuple[str, ...]:
    """Every target somebody may choose, the usual one first."""
    return tuple(name for name in _TARGETS if name not in _HIDDEN)


def open_target(name: str, asked: Asked) -> Target:
    """Open a target. Reads the database; may load the embedder.

    Raises:
        InvalidInput: there is no such target.
        ConfigurationError: the settings do not name a usable model.
    """
    if name not in _TARGETS:
        raise InvalidInput(f"There is no target {name!r}: choose {' or '.join(target_names())}.")
    return _TARGETS[name](asked)
