"""What stands behind a replay's verdict, a part at a time: flips first."""

from __future__ import annotations

import streamlit as st

from core.criteria import list_criteria
from core.evals import FlipFilter, RunComparison, choose_flips
from core.identity import Actor, Permission
from core.releases import ReplayView
from pages.process import get_process
from pages.specialist.evals.compare import around, flips
from pages.specialist.releases.replay import answers, retrieval

_FLIPS, _ANSWERS, _SEARCH, _AROUND = "flips", "answers", "search", "around"


def draw(user: Actor, found: ReplayView) -> None:
    """The chosen part."""
    parts = _parts(user, found)
    if not parts:
        return
    first = next(iter(parts))
    chosen = st.segmented_control(
        "Show",
        list(parts),
        format_func=parts.__getitem__,
        default=first,
        required=True,
        key=f"replay_part_{found.replay.key}",
        label_visibility="collapsed",
    )
    with st.container(key=f"replay_{chosen}_{found.replay.key}"):
        if chosen == _ANSWERS:
            answers.draw(found)
        elif chosen == _SEARCH:
            retrieval.draw(found)
        elif chosen == _AROUND and found.comparison is not None:
            around.draw(found.comparison)
        elif found.comparison is not None:
            _flips(user, found.comparison)


def _parts(user: Actor, found: ReplayView) -> dict[str, str]:
    parts = {}
    if found.comparison is not None and user.can(Permission.EVALS_READ):
        count = len(choose_flips(found.comparison.flips, FlipFilter()))
        parts[_FLIPS] = f"Cases that changed ({count:,})"
    parts[_ANSWERS] = f"Answers that changed ({found.changed:,})"
    parts[_SEARCH] = f"What search finds ({found.retrieval:,})"
    if found.comparison is not None and user.can(Permission.EVALS_READ):
        parts[_AROUND] = "Cost and time"
    return parts


def _flips(user: Actor, comparison: RunComparison) -> None:
    with get_process().database.reading() as session:
        questions = {each.name: each.question for each in list_criteria(session=session, with_retired=True)}
    flips.draw(user, comparison, questions)
