"""What every page stands on: who is here, may they see this, and what to do when an action fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core import identity
from core.errors import RatchetError
from core.identity import Actor, Permission
from pages.process import get_process
from pages.sign_in.cookie import cookie_name

Result = TypeVar("Result")

_SEEN = "shell_actor"
_NOTICE = "shell_notice"
_TOUCHED = "shell_touched"
_TOUCH_SECONDS = 300.0


def current_token() -> str:
    """The session token the browser sent, or empty."""
    return st.context.cookies.get(cookie_name(get_process().settings)) or ""


def current_actor() -> Actor | None:
    """Who is signed in at this moment, with the role of this moment; None when nobody is.

    Asks the database each time (one indexed row): a role changed or a session ended by somebody
    else counts from the next click on.
    """
    token = current_token()
    if not token:
        return None
    with get_process().database.reading() as session:
        return identity.resolve(token, session=session)


def require_page(permission: Permission) -> Actor:
    """The guard every page file calls first: who is here, if they may be, else a polite end.

    Must stand in the page itself, not only in the router: a page file is a script of its own.
    """
    actor = current_actor()
    if actor is None:
        st.info("Please sign in to see this page.")
        st.stop()
    if not actor.can(permission):
        show_denied(actor)
        st.stop()
    st.session_state[_SEEN] = actor
    return actor


def show_denied(actor: Actor) -> None:
    """Say that this page is for other roles."""
    with st.container(key="denied", width=520):
        st.subheader("This page is not part of your role", anchor=False)
        st.write(
            f"You are signed in as **{actor.name}** ({actor.role}). If you need this page for your work, "
            "ask somebody with the admin role."
        )


def run_action(action: Callable[[], Result], *, done: str = "") -> Result | None:
    """Run something a person asked for; a deliberate failure becomes a message, and no input is lost.

    A fragment's rerun passes by every guard of the page around it. So before anything else this
    looks again who is here; when the session has ended or the role has changed since the page
    was drawn, nothing runs and the whole page is drawn again.

    Args:
        action: does the work, usually in one transaction.
        done: said when it worked.

    Returns:
        What ``action`` returned, or None when it did not run or failed.
    """
    actor = current_actor()
    if actor is None or actor != st.session_state.get(_SEEN, actor):
        if actor is not None:
            notify("Your account has just changed, so nothing was done. Please try again.")
        st.rerun()
    try:
        result = action()
    except RatchetError as error:
        # a message may quote another system: its brackets must not become links or images
        plain = str(error).replace("[", "\\[").replace("<", "\\<")
        st.toast(plain, icon=":material/error:", duration="long")
        return None
    if done:
        st.toast(done, icon=":material/check:")
    return result


def keep_alive() -> None:
    """Note that the session is in use; asks the database for it every few minutes only."""
    last = st.session_state.get(_TOUCHED, 0.0)
    if time.monotonic() - last < _TOUCH_SECONDS:
        return
    st.session_state[_TOUCHED] = time.monotonic()
    with get_process().database.transaction() as session:
        identity.touch(current_token(), session=session)


def notify(message: str) -> None:
    """Say something after the next full rerun, for example when a dialog has closed."""
    st.session_state[_NOTICE] = message


def show_notice() -> None:
    """Show what :func:`notify` left. The router calls this."""
    message = st.session_state.pop(_NOTICE, "")
    if message:
        st.toast(message, icon=":material/info:")
