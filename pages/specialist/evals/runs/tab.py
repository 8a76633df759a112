"""The tab Runs of the Evals page: every run, a new one, or one with its results."""

from __future__ import annotations

from core.identity import Actor, Permission
from pages.specialist.evals.runs import listing, one_run, start, state


def draw(user: Actor) -> None:
    """Draw the part that is open."""
    if key := state.run_id():
        one_run.draw(user, key)
    elif state.is_new() and user.can(Permission.EVALS_RUN):
        start.draw(user)
    else:
        listing.draw(user)
