"""The UI script: decides who is here and which page they see. Runs on every interaction.

Every address is registered for everybody, because Streamlit answers an unregistered one with
"Page not found"; what changes is the body: the page, the sign-in screen, or a polite refusal.
"""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from pages.registry import FOLDER, PAGES, Entry
from pages.sign_in import screen
from pages.widgets import shell, sidebar
from pages.widgets.style import page_style


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
    page = st.navigation(registered, position="sidebar" if actor else "hidden", expanded=True)
    if sidebar.signing_out():
        return
    if actor is None:
        screen.show(session_ended=bool(shell.current_token()))
        return
    shell.keep_alive()
    page_style("every_page")
    sidebar.show(actor)
    shell.show_notice()
    page.run()


def _register(actor: Actor | None) -> dict[str, list[st.Page]]:
    """Every page, by section; the home page is there twice, at ``/`` and at its own address."""
    allowed = [entry for entry in PAGES if actor and actor.can(entry.permission)]
    home_entry = allowed[0] if allowed else PAGES[0]
    home = st.Page(
        FOLDER / home_entry.file,
        title=home_entry.title,
        icon=home_entry.icon,
        url_path="home",
        default=True,
        visibility="visible" if allowed else "hidden",
    )
    sections: dict[str, list[st.Page]] = {}
    for entry in PAGES:
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
