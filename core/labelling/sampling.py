"""Simple random samples of a frame, without reading the frame where it is large."""

from __future__ import annotations

from math import ceil
from random import Random

from sqlalchemy import select
from sqlmodel import Session

from core.labelling.frames import Frame

_LOOKUP = 5
"""What looking one id up costs, in ids read in one go."""
_ROUNDS = 100


def simple_random(
    frame: Frame, wanted: int, *, of: int, session: Session, chance: Random, without: frozenset[int]
) -> list[int]:
    """``wanted`` subjects, each set of that many equally likely, in random order. Repeatable by ``chance``.

    In a large frame ids between the smallest and the largest are guessed, and those that are in the
    frame are kept: as random as drawing from the list of all ids, and a million rows are not read.

    Args:
        of: size of the frame.
        without: subjects that do not count.
    """
    lowest, highest = (
        session.execute(select(frame.id).order_by(order).limit(1)).scalar()
        for order in (frame.id, frame.id.desc())
    )
    if lowest is None or highest is None or not of:
        return []
    between = range(lowest, highest + 1)
    tries = wanted * len(between) / of
    if wanted <= of // 2 and tries * _LOOKUP < len(between):
        drawn: dict[int, None] = {}
        for _ in range(_ROUNDS):
            missing = ceil(1.1 * (wanted - len(drawn)) * len(between) / of) + 10
            guesses = [chance.choice(between) for _ in range(missing)]
            drawn.update(dict.fromkeys(frame.keep(guesses, session=session, without=without)))
            if len(drawn) >= wanted:
                return list(drawn)[:wanted]
        # The frame is not what its size promised: read it after all.
    rows = session.execute(frame.select(frame.id).order_by(frame.id)).scalars()
    ids = [key for key in rows if key not in without]
    return chance.sample(ids, min(wanted, len(ids)))
