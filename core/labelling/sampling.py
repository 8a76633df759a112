"""Simple random samples of a frame, without reading the frame where it is large."""

from __future__ import annotations

from math import ceil
from random import Random

from sqlalchemy import select
from sqlmodel import Session

from core.labelling.frames import Frame

_LOOKUP = 5
"""What looking one id up costs, in ids read in one go."""


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
    if not of:
        return []
    if wanted <= of // 2:
        guessed = guess(frame, wanted, of=of, session=session, chance=chance, without=without)
        if guessed is not None:
            return guessed
    rows = session.execute(frame.select(frame.id).order_by(frame.id)).scalars()
    ids = [key for key in rows if key not in without]
    return chance.sample(ids, min(wanted, len(ids)))


def guess(
    frame: Frame,
    wanted: int,
    *,
    of: int,
    session: Session,
    chance: Random,
    without: frozenset[int],
    rounds: int = 100,
) -> list[int] | None:
    """As :func:`simple_random`, by guessing ids only. None where reading the frame is the quicker way.

    Args:
        of: size of the frame, exactly or about.
        rounds: how often to guess anew before giving up.
    """
    lowest, highest = (
        session.execute(select(frame.id).order_by(order).limit(1)).scalar()
        for order in (frame.id, frame.id.desc())
    )
    if lowest is None or highest is None:
        return None
    between = range(lowest, highest + 1)
    if wanted * len(between) / of * _LOOKUP >= len(between):
        return None
    drawn: dict[int, None] = {}
    for _ in range(rounds):
        tries = ceil(1.1 * (wanted - len(drawn)) * len(between) / of) + 10
        guesses = [chance.choice(between) for _ in range(tries)]
        drawn.update(dict.fromkeys(frame.keep(guesses, session=session, without=without)))
        if len(drawn) >= wanted:
            return list(drawn)[:wanted]
    return None  # the frame is not as dense as was said
