"""The dialogs of the People page. A dialog stays open, with what was typed, until its action worked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from zoneinfo import available_timezones

import streamlit as st

from core import identity
from core.identity import Actor, Person, Role
from pages.process import get_process
from pages.widgets.shell import notify, run_action

_PASSWORD_HINT = "At least 10 characters, and not the username."  # noqa: S105
Deed = Literal["deactivate", "end_sessions"]
_DEEDS: dict[Deed, Callable[..., object]] = {
    "deactivate": identity.deactivate,
    "end_sessions": identity.sign_out_everywhere,
}
_DONE: dict[Deed, str] = {
    "deactivate": "{name} can no longer sign in.",
    "end_sessions": "{name} is signed out everywhere.",
}


@st.cache_data
def _time_zones() -> list[str]:
    return sorted(available_timezones())


@st.dialog("Add a person")
def add_dialog(actor: Actor) -> None:
    """Name, username, role and a first password."""
    with st.form("add_person_form", border=False):
        st.text_input("Name", key="new_name", autocomplete="off")
        st.text_input("Username", key="new_username", autocomplete="off")
        st.text_input("E-mail (optional)", key="new_email", autocomplete="off")
        st.selectbox("Role", list(Role), format_func=str.capitalize, key="new_role")
        zones = _time_zones()
        own = zones.index(actor.time_zone) if actor.time_zone in zones else zones.index("UTC")
        st.selectbox("Time zone", zones, index=own, key="new_time_zone")
        st.text_input(
            "First password",
            type="password",
            key="new_password",
            help=_PASSWORD_HINT,
            autocomplete="new-password",
        )
        st.form_submit_button("Add person", type="primary", on_click=lambda: _finish(lambda: _add(actor)))


@st.dialog("Edit details")
def details_dialog(actor: Actor, person: Person) -> None:
    """Name, e-mail and time zone."""
    with st.form("details_form", border=False):
        st.text_input("Name", value=person.name, key=f"edit_name_{person.key}")
        st.text_input("E-mail (optional)", value=person.email, key=f"edit_email_{person.key}")
        zones = _time_zones()
        index = zones.index(person.time_zone) if person.time_zone in zones else zones.index("UTC")
        st.selectbox("Time zone", zones, index=index, key=f"edit_time_zone_{person.key}")
        st.form_submit_button("Save", type="primary", on_click=lambda: _finish(lambda: _edit(actor, person)))


@st.dialog("Reset password")
def password_dialog(actor: Actor, person: Person) -> None:
    """A new password, which also ends the person's sessions."""
    st.write(f"Give **{person.name}** a new password. It ends their sessions and lifts a lock.")
    with st.form("password_form", border=False):
        st.text_input(
            "New password",
            type="password",
            key=f"reset_password_{person.key}",
            help=_PASSWORD_HINT,
            autocomplete="new-password",
        )
        st.form_submit_button(
            "Set password", type="primary", on_click=lambda: _finish(lambda: _reset(actor, person))
        )


def confirm(actor: Actor, person: Person, deed: Deed, *, question: str, text: str, verb: str) -> None:
    """Ask, say what will happen, and do it on the second click."""

    @st.dialog(question)
    def ask() -> None:
        st.write(text)
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", key="confirm_cancel", on_click=st.rerun)
            st.button(
                verb,
                type="primary",
                key="confirm_yes",
                on_click=lambda: _finish(lambda: _do(actor, person, deed)),
            )

    ask()


def _finish(action: Callable[[], str]) -> None:
    """Run the action of a dialog; only when it worked, close the dialog and say so."""
    message = run_action(action)
    if message is not None:
        notify(message)
        st.rerun()


def _add(actor: Actor) -> str:
    typed = st.session_state
    with get_process().database.transaction() as session:
        person = identity.add_person(
            actor,
            session=session,
            username=typed.new_username,
            name=typed.new_name,
            password=typed.new_password,
            role=typed.new_role,
            email=typed.new_email,
            time_zone=typed.new_time_zone,
        )
    return f"{person.name} can sign in as {person.username}."


def _edit(actor: Actor, person: Person) -> str:
    typed = st.session_state
    with get_process().database.transaction() as session:
        identity.change_details(
            actor,
            person.key,
            session=session,
            name=typed[f"edit_name_{person.key}"],
            email=typed[f"edit_email_{person.key}"],
            time_zone=typed[f"edit_time_zone_{person.key}"],
        )
    return "Details saved."


def _reset(actor: Actor, person: Person) -> str:
    password = st.session_state[f"reset_password_{person.key}"]
    with get_process().database.transaction() as session:
        identity.reset_password(actor, person.key, session=session, password=password)
    return f"{person.name} has a new password."


def _do(actor: Actor, person: Person, deed: Deed) -> str:
    with get_process().database.transaction() as session:
        _DEEDS[deed](actor, person.key, session=session)
    return _DONE[deed].format(name=person.name)
