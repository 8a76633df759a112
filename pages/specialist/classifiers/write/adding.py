"""Running what adds examples, and saying what became of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.classifiers import Added, Desk, Taken
from pages.specialist.classifiers.write import state
from pages.widgets.shell import run_action


def add(desk: Desk, work: Callable[[], Added | Taken]) -> None:
    """Run something that adds examples and say what became of it."""

    def act() -> Added | Taken:
        with st.spinner("Adding"):
            return work()

    done = run_action(act)
    if done is None:
        return
    state.changed(desk.classifier.key)
    added, skipped = (done.added, done.skipped) if isinstance(done, Taken) else (done, 0)
    st.toast(in_words(added, skipped), icon=":material/check:")


def in_words(added: Added, skipped: int = 0) -> str:
    """ "12 added, 3 were there already, 1 contradicts what somebody else said: see Warnings." """
    parts = [f"{added.added:,} added"]
    if added.already:
        parts.append(f"{added.already:,} were there already")
    if added.changed:
        parts.append(f"{added.changed:,} corrected")
    if added.contradicting:
        parts.append(f"{len(added.contradicting):,} contradict what somebody else said: see Warnings")
    if skipped:
        parts.append(f"{skipped:,} say nothing or are gone")
    return ", ".join(parts) + "."
