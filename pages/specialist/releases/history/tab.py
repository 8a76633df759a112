"""The tab History: what went live and what was rolled back, newest first."""

from __future__ import annotations

import streamlit as st

from core.errors import NotFound
from core.identity import Actor
from core.releases import ReleaseView, get_release, list_releases
from pages.process import get_process
from pages.specialist.releases import frame
from pages.specialist.releases.history import card
from pages.specialist.releases.links import page_link

_PAGE = 15
_TRAIL = "releases_trail"
"""Where the pages that were turned begin."""


def draw(user: Actor) -> None:
    """A card for each; the one that the address names stands first."""
    trail: list[int | None] = st.session_state.setdefault(_TRAIL, [None])
    with get_process().database.reading() as session:
        found = list_releases(user, session=session, limit=_PAGE + 1, before_id=trail[-1])
        named = _named(user, found) if trail[-1] is None else None
    if not found and trail[-1] is None:
        with st.container(border=True, width=760, key="releases_empty"):
            st.subheader("Nothing was released yet", anchor=False)
            st.markdown(
                "Every release is kept here, with who released what and the builds before and after it. "
                "From here it can be rolled back, which is a release too."
            )
            page_link("knowledge", "Open the articles", ":material/menu_book:")
        return
    if named is not None:
        card.draw(user, named, first=True)
        st.caption("The others, newest first:")
    for each in found[:_PAGE]:
        if named is None or each.release.key != named.release.key:
            card.draw(user, each, first=each.release.key == frame.release_id())
    _pages(found, trail)


def _named(user: Actor, found: list[ReleaseView]) -> ReleaseView | None:
    key = frame.release_id()
    if not key or (found and found[0].release.key == key):
        return None
    try:
        with get_process().database.reading() as session:
            return get_release(user, key, session=session)
    except NotFound:
        return None


def _pages(found: list[ReleaseView], trail: list[int | None]) -> None:
    if len(found) <= _PAGE and len(trail) == 1:
        return
    with st.container(horizontal=True, horizontal_alignment="center", key="releases_pages"):
        st.button(
            "Newer",
            icon=":material/chevron_left:",
            key="releases_newer",
            disabled=len(trail) == 1,
            on_click=_newer,
        )
        st.button(
            "Older",
            icon=":material/chevron_right:",
            key="releases_older",
            disabled=len(found) <= _PAGE,
            on_click=_older,
            args=(found[_PAGE - 1].release.key if len(found) > _PAGE else 0,),
        )


def _newer() -> None:
    st.session_state[_TRAIL].pop()


def _older(last: int) -> None:
    st.session_state[_TRAIL].append(last)
