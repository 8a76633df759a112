"""The UI script: decides who is here and which page they see. Runs on every interaction.

Every address is registered for everybody, because Streamlit answers an unregistered one with
"Page not found"; what changes is the body: the page, the sign-in screen, or a polite refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.identity import Actor, Permission
from pages.sign_in import screen
from pages.widgets import shell, sidebar

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the product. ``file`` is in a folder below this one, never beside this script."""

    section: str
    file: str
    title: str
    icon: str
    address: str
    permission: Permission


# A person's home is the first page their role may see.
PAGES = (
    Entry("Work", "rep/assist.py", "Assist", ":material/forum:", "assist", Permission.CONVERSATIONS_READ),
    Entry(
        "Knowledge",
        "specialist/knowledge.py",
        "Articles",
        ":material/menu_book:",
        "knowledge",
        Permission.KNOWLEDGE_READ,
    ),
    Entry(
        "Knowledge",
        "specialist/imports.py",
        "Imports",
        ":material/upload_file:",
        "imports",
        Permission.KNOWLEDGE_IMPORT,
    ),
    Entry("Manage", "admin/people.py", "People", ":material/group:", "people", Permission.PEOPLE_MANAGE),
    Entry("Manage", "manager/audit.py", "Audit", ":material/verified:", "audit", Permission.AUDIT_READ),
)


def show() -> None:
    """Draw the page this address and this person call for."""
    st.set_page_config(
        page_title="Ratchet",
        page_icon=str(FOLDER / "widgets" / "frontend" / "mark.svg"),
        layout="wide",
        initial_sidebar_state=sidebar.WIDTH,
    )
    actor = shell.current_actor()
    registered = _register(actor)
    position = "sidebar" if actor else "hidden"
    page = st.navigation({name: list(pages) for name, pages in registered.items()}, position=position)
    if sidebar.signing_out():
        return
    if actor is None:
        screen.show(session_ended=bool(shell.current_token()))
        return
    shell.keep_alive()
    sidebar.show(actor)
    shell.show_notice()
    page.run()


def _register(actor: Actor | None) -> dict[str, list[st.Page]]:
    """Every page, by section; the home page is there twice, at ``/`` and at its own address."""
    entries = [entry for entry in PAGES if (FOLDER / entry.file).exists()]
    allowed = [entry for entry in entries if actor and actor.can(entry.permission)]
    home_entry = allowed[0] if allowed else entries[0]
    home = st.Page(
        FOLDER / home_entry.file,
        title=home_entry.title,
        icon=home_entry.icon,
        url_path="home",
        default=True,
        visibility="visible" if allowed else "hidden",
    )
    sections: dict[str, list[st.Page]] = {}
    for entry in entries:
        pages = sections.setdefault(entry.section, [])
        if entry is home_entry:
            pages.append(home)
            pages.append(_address_of(home, entry))
            continue
        pages.append(
            st.Page(
                FOLDER / entry.file,
                title=entry.title,
                icon=entry.icon,
                url_path=entry.address,
                visibility="visible" if entry in allowed else "hidden",
            )
        )
    return sections


def _address_of(home: st.Page, entry: Entry) -> st.Page:
    def go_home() -> None:
        st.switch_page(home, query_params=st.query_params.to_dict())

    return st.Page(go_home, title=entry.title, url_path=entry.address, visibility="hidden")


show()
