"""One person: what they may do, and what an admin can do for them."""

from __future__ import annotations

import streamlit as st

from core import identity
from core.identity import Actor, Person, Role
from pages.admin.people_table import status_of
from pages.admin.person_dialogs import confirm, details_dialog, password_dialog
from pages.process import get_process
from pages.widgets.shell import run_action
from pages.widgets.style import escape

ROLES = {
    Role.REP: "Works conversations and asks for drafts.",
    Role.SPECIALIST: "Does all a rep does, and keeps the knowledge and the imports.",
    Role.MANAGER: "Reads everything, exports, and checks the audit record.",
    Role.ADMIN: "Manages people and settings. Sees no conversations.",
}


def show(actor: Actor, person: Person | None) -> None:
    """Draw the panel, or say how to fill it."""
    with st.container(border=True, key="person_panel"):
        if person is None:
            st.caption("Select a person to change their role, reset a password or end their sessions.")
            return
        status = status_of(person, actor)
        st.subheader(escape(person.name), anchor=False)
        facts = [f"`{person.username}`", escape(person.email), escape(person.time_zone), status]
        st.caption(" · ".join(fact for fact in facts if fact))
        _role(actor, person)
        _verbs(actor, person, locked=status.startswith("Locked"))


def _role(actor: Actor, person: Person) -> None:
    held = Role(person.role)
    key = f"role_{person.key}_{held}"  # another role held is another question
    wanted = (
        st.selectbox("Role", list(Role), index=list(Role).index(held), format_func=_title, key=key) or held
    )
    st.caption(ROLES[wanted])
    if wanted is not held:
        st.button(
            f"Change to {wanted}",
            on_click=lambda: run_action(
                lambda: _change_role(actor, person.key, wanted),
                done=f"{person.name} is now {_title(wanted)}.",
            ),
            key="change_role",
            width="stretch",
        )


def _verbs(actor: Actor, person: Person, *, locked: bool) -> None:
    own = person.id == actor.person_id
    with st.container(gap="xsmall"):
        if locked:
            st.button(
                "Unlock",
                icon=":material/lock_open:",
                key="unlock",
                width="stretch",
                on_click=lambda: run_action(lambda: _unlock(actor, person.key), done="Unlocked."),
            )
        if st.button("Edit details", icon=":material/edit:", key="edit_details", width="stretch"):
            details_dialog(actor, person)
        if st.button("Reset password", icon=":material/key:", key="reset_password", width="stretch"):
            password_dialog(actor, person)
        if st.button("Sign out everywhere", icon=":material/logout:", key="end_sessions", width="stretch"):
            confirm(
                actor,
                person,
                "end_sessions",
                question=f"Sign {person.name} out everywhere?",
                text=f"{person.name} is signed out on every device and has to sign in again. "
                "A reply they have not sent yet is kept.",
                verb="Sign out everywhere",
            )
        if not person.active:
            st.button(
                "Reactivate",
                icon=":material/person_check:",
                key="reactivate",
                width="stretch",
                on_click=lambda: run_action(lambda: _reactivate(actor, person.key), done="Reactivated."),
            )
        elif st.button("Deactivate", icon=":material/person_off:", key="deactivate", width="stretch"):
            confirm(
                actor,
                person,
                "deactivate",
                question=f"Deactivate {person.name}?",
                text=("This is your own account. " if own else "")
                + f"{person.name} is signed out and cannot sign in any more. Everything they did stays "
                "on record, and you can reactivate them at any time.",
                verb="Deactivate",
            )


def _change_role(actor: Actor, person_id: int, role: Role) -> None:
    with get_process().database.transaction() as session:
        identity.change_role(actor, person_id, session=session, role=role)


def _unlock(actor: Actor, person_id: int) -> None:
    with get_process().database.transaction() as session:
        identity.unlock(actor, person_id, session=session)


def _reactivate(actor: Actor, person_id: int) -> None:
    with get_process().database.transaction() as session:
        identity.reactivate(actor, person_id, session=session)


def _title(role: Role) -> str:
    return role.capitalize()
