"""The strategies a queue may be drawn by, by name.

A strategy is a function registered with :func:`strategy`; its docstring's first line tells people
what it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import cleandoc
from random import Random
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.criteria import Criterion
from core.errors import InvalidInput
from core.labelling.frames import Frame
from core.labelling.views import Stratum


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something a strategy wants to know.

    ``kind``: choice (one of ``choices``, value -> label), text, criterion (name of one), judge (name
    of a classifier) or answer (one of the criterion's). An empty default of a ``required`` one has
    to be filled in.
    """

    name: str
    label: str
    kind: str = "text"
    choices: dict[str, str] = field(default_factory=dict)
    default: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What a strategy draws from and how much."""

    session: Session
    criterion: Criterion
    frame: Frame
    frame_size: int
    parameters: dict[str, Any]
    size: int
    chance: Random

    def get(self, name: str) -> str:
        """A parameter as text; empty when it was not given."""
        return str(self.parameters.get(name, ""))


@dataclass(frozen=True, slots=True)
class Pick:
    """One subject that was drawn. ``weight``: subjects of the frame it stands for."""

    subject_id: int
    why: str = ""
    stratum: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The outcome of a draw. ``how``: the way they were chosen, in words that follow the frame's."""

    picks: list[Pick]
    how: str
    strata: tuple[Stratum, ...] = ()


Draw = Callable[[Ask], Drawn]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to choose subjects.

    Attributes:
        probability: every subject of the frame has a known chance, so rates may be estimated.
        unjudged: leaves out, unless told otherwise, what a person has judged by this version.
        nothing: what to say when it finds none.
    """

    name: str
    label: str
    probability: bool
    parameters: tuple[Parameter, ...]
    unjudged: bool
    nothing: str
    draw: Draw

    @property
    def help(self) -> str:
        """What it is for, one line."""
        return cleandoc(self.draw.__doc__ or "").partition("\n")[0]


_strategies: dict[str, Strategy] = {}


def strategy(
    name: str,
    *,
    label: str,
    probability: bool = False,
    parameters: tuple[Parameter, ...] = (),
    unjudged: bool = True,
    nothing: str = "",
) -> Callable[[Draw], Draw]:
    """Register a way to draw subjects under ``name``."""

    def register(draw: Draw) -> Draw:
        _strategies[name] = Strategy(name, label, probability, parameters, unjudged, nothing, draw)
        return draw

    return register


def strategies() -> list[Strategy]:
    """Every strategy, in the order to offer them."""
    return list(_strategies.values())


def get_strategy(name: str) -> Strategy:
    """The strategy of this name.

    Raises:
        InvalidInput: there is none.
    """
    found = _strategies.get(name)
    if found is None:
        raise InvalidInput(f"There is no strategy {name!r}; choose one of {', '.join(_strategies)}.")
    return found


def versions_of(name: str, *, session: Session) -> list[int]:
    """Ids of every version of a criterion.

    Raises:
        InvalidInput: there is none of this name.
    """
    ids = session.execute(select(col(Criterion.id)).where(col(Criterion.name) == name)).scalars().all()
    if not ids:
        raise InvalidInput(f"There is no criterion {name!r}.")
    return [int(key) for key in ids if key is not None]
