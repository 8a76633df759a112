"""Dialogs that ask for words: what was typed survives a refusal, a closed dialog and a change by others."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import Conflict
from pages.widgets import confirming
from pages.widgets.confirming import Opened
from pages.widgets.style import escape
from pages.widgets.typing_pause import commit_while_typing

MOST = 4_000
_CHANGED = "It was changed meanwhile, so nothing can be done with what was on the screen."


def ask(label: str, *, key: str, placeholder: str = "", height: int = 110, most: int = MOST) -> None:
    """A text area whose words are kept until :func:`used`, also while somebody still writes.

    A page that is drawn again builds its open dialog anew, with what has reached the server by then.
    """
    with st.container(gap=None):
        with st.container(key=f"{key}_area"):
            st.text_area(
                label,
                key=key,
                max_chars=most,
                height=height,
                placeholder=placeholder or None,
                persist_state="session",
            )
        commit_while_typing(f"{key}_area")


def seed(key: str, value: str) -> None:
    """Let a field begin with what is stored, unless somebody has typed into it, or emptied it."""
    known = f"{key}_seed"
    if known not in st.session_state or st.session_state.get(key) in (None, st.session_state[known]):
        st.session_state[key] = value
        st.session_state[known] = value


def asked(key: str) -> str:
    """What was typed."""
    return str(st.session_state.get(key) or "")


def used(*keys: str) -> None:
    """Empty fields whose words are stored now; :func:`seed` fills them anew."""
    for each in keys:
        st.session_state[each] = ""
        st.session_state.pop(f"{each}_seed", None)


def gone() -> None:
    """Say why the dialog that was open is not there any more."""
    confirming.close_dialog()
    st.toast(
        "What was open here cannot be done any more. What you wrote is kept.", icon=":material/sync_problem:"
    )


def decide(
    label: str,
    act: Callable[[], object],
    *,
    opened: Opened,
    done: str,
    key: str,
    icon: str,
    typed: tuple[str, ...] = (),
    changed: bool = False,
) -> None:
    """The primary button of a dialog.

    Args:
        act: does the work. Where it refuses because of what others did, trying again cannot help.
        opened: the dialog.
        typed: keys of the texts that it uses up.
        changed: what the dialog was opened for has changed since.
    """

    def work() -> None:
        try:
            act()
        except Conflict as error:
            opened.refused = str(error)
            raise
        used(*typed)

    if opened.refused or changed:
        words = escape(opened.refused or _CHANGED) + (" What you wrote is kept." if typed else "")
        st.warning(words, icon=":material/sync_problem:")
        if st.button("Show it as it is now", icon=":material/refresh:", key=f"{key}_again"):
            confirming.close_dialog()
            st.rerun()  # the page behind the dialog is drawn anew
        return
    confirming.confirm(label, work, done=done, key=key, icon=icon)


def decide_with_words(
    question: str,
    act: Callable[[str], object],
    *,
    opened: Opened,
    typed: str,
    label: str,
    done: str,
    key: str,
    icon: str,
    placeholder: str = "",
    changed: bool = False,
) -> None:
    """One text and the button: most dialogs end like this. ``act`` gets the text."""
    ask(question, key=typed, placeholder=placeholder)
    decide(
        label,
        lambda: act(asked(typed)),
        opened=opened,
        done=done,
        key=key,
        icon=icon,
        typed=(typed,),
        changed=changed,
    )
