"""The sign-in screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import identity
from core.identity import SignInFailed
from core.sample import PASSWORD
from pages.process import get_process
from pages.sign_in.exchange import swap_ticket
from pages.sign_in.form import PasswordForm
from pages.widgets.style import escape, page_style

_MARK = Path(__file__).parents[1] / "widgets" / "frontend" / "mark.svg"
_TICKET = "sign_in_ticket"
_PROBLEM = "sign_in_problem"
_FIELDS = {"Form name": "Sign in", "Username": "Username", "Password": "Password", "Login": "Sign in"}


def show(*, session_ended: bool) -> None:
    """Draw the card. ``session_ended``: the browser still has the cookie of a session that is over."""
    page_style("sign_in")
    with st.container(key="sign_in", width=380):
        with st.container(key="sign_in_head", horizontal_alignment="center"):
            st.image(str(_MARK), width=44, alt="")  # the name is right below
            st.title("Ratchet", anchor=False, text_alignment="center")
            st.markdown("Every answer makes the next one better.", text_alignment="center")
        if _TICKET in st.session_state:
            _finish()
            return
        with st.container(border=True, key="sign_in_card"):
            PasswordForm(_check).login(fields=_FIELDS, key="sign_in_form")
            if problem := st.session_state.pop(_PROBLEM, ""):
                st.error(problem, icon=":material/error:")
            elif session_ended:
                st.caption("Your last session has ended. Please sign in again.")
            if _TICKET in st.session_state:
                st.rerun()
        _show_sample_people()


def _check(username: str, password: str) -> bool:
    if not username.strip() or not password:
        st.session_state[_PROBLEM] = "Enter your username and your password."
        return False
    agent = st.context.headers.get("User-Agent") or ""
    try:
        ticket = identity.sign_in(username, password, database=get_process().database, user_agent=agent)
    except SignInFailed as error:
        st.session_state[_PROBLEM] = str(error)
        return False
    st.session_state[_TICKET] = ticket.ticket
    return True


def _finish() -> None:
    """Wait for the browser to swap the ticket; it then reloads, which ends this session state."""
    if swap_ticket(st.session_state[_TICKET]):
        del st.session_state[_TICKET]
        st.session_state[_PROBLEM] = "Signing in did not finish. Please try again."
        st.rerun()
    st.markdown(":material/progress_activity: Signing in …", text_alignment="center")


def _show_sample_people() -> None:
    process = get_process()
    if process.settings.production:
        return
    with process.database.reading() as session:
        people = identity.sample_people(session=session)
    if not people:
        return
    rows = "\n".join(f"| {escape(person.name)} | {person.role} | `{person.username}` |" for person in people)
    with st.container(key="sample_people"):
        st.caption(f"Sample company. Password for each: `{PASSWORD}`", text_alignment="center")
        st.markdown(f"| Name | Role | Username |\n|---|---|---|\n{rows}")
