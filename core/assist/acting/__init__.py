"""What an agent run may do besides searching: look things up, and propose actions a person decides on."""

from core.assist.acting.background import Background, read_background
from core.assist.acting.desk import Desk
from core.assist.acting.pausing import OTHER_BUILD, OTHER_CASE, Paused, digest_of, fingerprint
from core.assist.acting.replay import NOT_IN_REPLAY, ReplayDesk
from core.assist.acting.steps import Step
from core.assist.acting.tools import Work, action_tools

__all__ = [
    "NOT_IN_REPLAY",
    "OTHER_BUILD",
    "OTHER_CASE",
    "Background",
    "Desk",
    "Paused",
    "ReplayDesk",
    "Step",
    "Work",
    "action_tools",
    "digest_of",
    "fingerprint",
    "read_background",
]
