"""What is asked before a release is rolled back, or kept although scores fell."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.releases import ReleaseView, close_watch, roll_back
from pages.process import get_process
from pages.specialist.releases.proposals import asking
from pages.widgets import confirming
from pages.widgets.confirming import Opened, close_dialog
from pages.widgets.style import escape

ROLL_BACK, KEEP = "roll_back", "keep"


def draw(user: Actor, view: ReleaseView, *, back: bool, keep: bool) -> None:
    """The dialog that is open for this release, however often the page is drawn again.

    Args:
        back, keep: what this person can do with it now.
    """
    opened = confirming.opened(ROLL_BACK, KEEP)
    if opened is None or opened.about[0] != view.release.key:
        return
    if not (back if opened.name == ROLL_BACK else keep):
        asking.gone()
        return
    confirming.keep_open()
    (_roll_back if opened.name == ROLL_BACK else _keep)(user, view, opened)


@st.dialog("Roll back", on_dismiss=close_dialog)
def _roll_back(user: Actor, view: ReleaseView, opened: Opened) -> None:
    """What comes back, and why."""
    release = view.release
    st.markdown(f"What **{escape(release.title)}** changed becomes as it was before:")
    st.markdown("\n".join(f"- {escape(each.title)}" for each in view.changes) or "- nothing")
    st.caption(
        "Nothing else is touched. Drafts follow at once; what was sent stays sent. This is a release too, "
        "and the history keeps both."
    )

    def act(reason: str) -> None:
        process = get_process()
        roll_back(user, release.key, reason, database=process.database, settings=process.settings)

    asking.decide_with_words(
        "Why?",
        act,
        opened=opened,
        typed=f"release_back_reason_{release.key}",
        placeholder="It stays visible in the history and in the audit.",
        label="Roll back",
        done="Rolled back. What was there before is live again.",
        key="release_back_confirm",
        icon=":material/undo:",
    )


@st.dialog("Keep it", on_dismiss=close_dialog)
def _keep(user: Actor, view: ReleaseView, opened: Opened) -> None:
    """Why the fall is accepted."""
    st.markdown(escape(view.watch_words))

    def act(reason: str) -> None:
        with get_process().database.transaction() as session:
            close_watch(user, view.release.key, reason, session=session)

    asking.decide_with_words(
        "Why does it stay?",
        act,
        opened=opened,
        typed=f"release_keep_reason_{view.release.key}",
        placeholder="It stays visible in the history and in the audit.",
        label="Keep it",
        done="It stays, with your reason.",
        key="release_keep_confirm",
        icon=":material/done_all:",
    )
