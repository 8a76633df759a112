"""One release: what went live, by whom, between which builds, how it does, and the way back."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor, Permission
from core.releases import ReleasedChange, ReleaseView, build_difference
from core.releases.tables import Release
from pages.process import get_process
from pages.specialist.releases import frame
from pages.specialist.releases.history import dialogs
from pages.specialist.releases.links import page_link
from pages.specialist.releases.words import KINDS, Color
from pages.widgets.confirming import open_dialog
from pages.widgets.style import escape
from pages.widgets.times import moment

_WATCHES: dict[str, tuple[str, str, Color]] = {
    "watching": ("Watched", ":material/visibility:", "blue"),
    "steady": ("Steady", ":material/trending_flat:", "green"),
    "fallen": ("Scores fell", ":material/trending_down:", "red"),
}


def draw(user: Actor, view: ReleaseView, *, first: bool = False) -> None:
    """Draw it. ``first``: somebody asked for this one."""
    release = view.release
    with st.container(border=True, gap="small", key=f"release_{release.key}"):
        _head(user, view)
        if release.note:
            st.markdown(escape(release.note))
        if release.override_reason:
            st.warning(
                f"**{escape(view.override_by or 'A manager')}** overrode the gate: "
                f"{escape(release.override_reason)}",
                icon=":material/gavel:",
            )
        if release.watch_state == "fallen":
            st.error(escape(view.watch_words), icon=":material/trending_down:")
        elif view.watch_words:
            st.caption(escape(view.watch_words))
        for each in view.changes:
            _change(each)
        _builds(user, view, open_at_once=first)
    may = _can_go_back(user, view)
    dialogs.draw(user, view, back=may and not view.why_not, keep=may and release.watch_state == "fallen")


def _head(user: Actor, view: ReleaseView) -> None:
    release = view.release
    with st.container(horizontal=True, vertical_alignment="center"):
        rollback = release.kind == "rollback"
        icon = ":material/undo:" if rollback else ":material/rocket_launch:"
        with st.container(gap=None, width="stretch"):
            st.markdown(f"{icon} **{escape(release.title)}**")
            st.caption(escape(f"{view.who or 'Ratchet'} · {moment(release.created_at, user.time_zone)}"))
        if release.watch_state in _WATCHES and view.rolled_back_by is None:
            words, icon, color = _WATCHES[release.watch_state]
            st.badge(words, icon=icon, color=color)
        if view.rolled_back_by is not None:
            st.badge("Rolled back", icon=":material/undo:", color="orange")
        _verbs(user, view)


def _verbs(user: Actor, view: ReleaseView) -> None:
    release = view.release
    if release.proposal_id is not None:
        st.button(
            "Proposal",
            icon=":material/description:",
            type="tertiary",
            key=f"release_proposal_{release.key}",
            on_click=frame.open_proposal,
            args=(release.proposal_id,),
        )
    if not _can_go_back(user, view):
        return
    fallen = release.watch_state == "fallen"
    if fallen:
        st.button(
            "Keep it",
            icon=":material/done_all:",
            key=f"release_keep_{release.key}",
            help="Ends the watch.",
            on_click=open_dialog,
            args=(dialogs.KEEP, release.key),
        )
    st.button(
        "Roll back",
        icon=":material/undo:",
        type="primary" if fallen else "secondary",
        key=f"release_back_{release.key}",
        disabled=bool(view.why_not),
        help=escape(view.why_not) or None,
        on_click=open_dialog,
        args=(dialogs.ROLL_BACK, release.key),
    )


def _can_go_back(user: Actor, view: ReleaseView) -> bool:
    return (
        user.can(Permission.RELEASES_SHIP) and view.rolled_back_by is None and view.release.kind != "rollback"
    )


def _change(each: ReleasedChange) -> None:
    icon = KINDS[each.kind][1] if each.kind in KINDS else ":material/change_circle:"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = f" :small[:gray[{escape(each.words)}]]" if each.words else ""
        st.markdown(f"{icon} {escape(each.title)}{words}", width="content")
        if each.article_id is not None:
            page_link("knowledge", "Open", ":material/open_in_new:", article=each.article_id)


def _builds(user: Actor, view: ReleaseView, *, open_at_once: bool) -> None:
    release: Release = view.release
    if release.before_build == release.after_build:
        st.caption(f"The build stays {release.after_build[:7]}: nothing that shapes a draft is different.")
        return
    label = f"What it changed of the build: {release.before_build[:7]} → {release.after_build[:7]}"
    box = st.expander(
        label,
        expanded=open_at_once,
        icon=":material/compare_arrows:",
        key=f"release_builds_{release.key}",
        on_change="rerun",
    )
    if not box.open and not open_at_once:
        return  # reading it takes a moment
    with box, get_process().database.reading() as session:
        found = build_difference(user, release.before_build, release.after_build, session=session)
        for part in found.parts:
            st.markdown(escape(part.words))
        if not found.parts:
            st.caption("Nothing that shapes a draft is different.")
