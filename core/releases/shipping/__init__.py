"""Proposals go live, and releases are taken back."""

from core.releases.shipping.applying import apply_changes, undo_changes
from core.releases.shipping.rolling_back import locked_release, roll_back, rollback_of, why_not
from core.releases.shipping.shipping import ship

__all__ = [
    "apply_changes",
    "locked_release",
    "roll_back",
    "rollback_of",
    "ship",
    "undo_changes",
    "why_not",
]
