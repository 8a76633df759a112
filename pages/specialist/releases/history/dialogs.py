"""What is asked before a release is rolled back, or kept although scores fell."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.releases import ReleaseView, close_watch, roll_back
from pages.process import get_process
from pages.specialist.releases.proposals import asking
from pages.widgets.style import escape


@st.dialog("Roll back", on_dismiss="rerun")
def roll_back_dialog(user: Actor, view: ReleaseView) -> None:
    """What comes back, and why."""
    release, typed = view.release, f"release_back_reason_{view.release.key}"
    st.markdown(f"What **{escape(release.title)}** changed becomes as it was before:")
    st.markdown("\n".join(f"- {escape(each.title)}" for each in view.changes) or "- nothing")
    st.caption(
        "Nothing else is touched. Drafts follow at once; what was sent stays sent. This is a release too, "
        "and the history keeps both."
    )
    asking.ask("Why?", key=typed, placeholder="It stays visible in the history and in the audit.")

    def act() -> None:
        process = get_process()
        roll_back(
            user,
            release.key,
            asking.asked(typed),
            database=process.database,
            settings=process.settings,
        )

    asking.decide(
        "Roll back",
        act,
        revision=release.key,
        done="Rolled back. What was there before is live again.",
        key="release_back_confirm",
        icon=":material/undo:",
        typed=(typed,),
    )


@st.dialog("Keep it", on_dismiss="rerun")
def keep_dialog(user: Actor, view: ReleaseView) -> None:
    """Why the fall is accepted."""
    release, typed = view.release, f"release_keep_reason_{view.release.key}"
    st.markdown(escape(view.watch_words))
    asking.ask(
        "Why does it stay?", key=typed, placeholder="It stays visible in the history and in the audit."
    )

    def act() -> None:
        with get_process().database.transaction() as session:
            close_watch(user, release.key, asking.asked(typed), session=session)

    asking.decide(
        "Keep it",
        act,
        revision=release.key,
        done="It stays, with your reason.",
        key="release_keep_confirm",
        icon=":material/done_all:",
        typed=(typed,),
    )
