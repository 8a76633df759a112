"""Draw the subjects of a queue: checked parameters, a frame, a strategy, a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlmodel import Session

from core.criteria import Criterion
from core.errors import Conflict, InvalidInput, NotFound
from core.labelling import chosen, probability  # noqa: F401 (importing them registers the strategies)
from core.labelling.filters import checked_parameters, frame_of
from core.labelling.frames import Frame
from core.labelling.strategy import Ask, Drawn, get_strategy
from core.labelling.views import Design

MAX_SIZE = 5_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw with what it was drawn from."""

    criterion: Criterion
    frame: Frame
    parameters: dict[str, Any]
    drawn: Drawn
    design: Design


def draw(
    *,
    session: Session,
    criterion_id: int,
    subject_type: str,
    strategy: str,
    parameters: Mapping[str, Any],
    size: int,
    seed: int,
) -> Sample:
    """Draw up to ``size`` subjects. The same seed on the same data gives the same ones.

    Raises:
        NotFound: there is no such criterion.
        Conflict: it has been retired.
        InvalidInput: the size, the strategy or a parameter cannot be used.
    """
    criterion = session.get(Criterion, criterion_id)
    if criterion is None:
        raise NotFound(f"There is no criterion {criterion_id}.")
    if criterion.retired_at is not None:
        raise Conflict(
            f"“{criterion.question}” has been retired, so nothing new is labelled by it. "
            "Restore it under Criteria first, or choose another."
        )
    if not 1 <= size <= MAX_SIZE:
        raise InvalidInput(f"A queue has 1 to {MAX_SIZE:,} items, not {size:,}.")
    way = get_strategy(strategy)
    stored = checked_parameters(way, parameters)
    frame = frame_of(criterion, subject_type, way, stored)
    frame_size = frame.count(session=session)
    defaults = {parameter.name: parameter.default for parameter in way.parameters if parameter.default}
    ask = Ask(
        session=session,
        criterion=criterion,
        frame=frame,
        frame_size=frame_size,
        parameters=defaults | stored,
        size=size,
        # A sample has to be repeatable, not secret.
        chance=Random(seed),  # noqa: S311
    )
    drawn = way.draw(ask) if frame_size else Drawn([], "")
    design = Design(
        probability=way.probability,
        frame=f"{frame.words}; {drawn.how}" if drawn.how else frame.words,
        frame_size=frame_size,
        strata=drawn.strata,
    )
    return Sample(criterion, frame, stored, drawn, design)
