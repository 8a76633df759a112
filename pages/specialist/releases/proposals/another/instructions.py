"""Other instructions for the AI, written from those in force."""

from __future__ import annotations

from core.assist import INSTRUCTIONS, read_released
from core.identity import Actor
from pages.process import get_process
from pages.specialist.releases.proposals import asking
from pages.specialist.releases.proposals.another.wanted import Wanted

_TEXT = "instructions_text"
_LONGEST = 100_000


def draw(user: Actor) -> Wanted:  # noqa: ARG001 - whoever sees the form may read them
    """The text in force, to be changed."""
    with get_process().database.reading() as session:
        text = read_released(session=session).instructions or INSTRUCTIONS
    asking.seed(_TEXT, text)
    asking.ask("What the AI is told before every draft", key=_TEXT, height=300, most=_LONGEST)
    return Wanted(lambda: {"text": asking.asked(_TEXT)}, "Other instructions", (_TEXT,))
