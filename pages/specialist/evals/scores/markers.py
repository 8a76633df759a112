"""Releases, incidents and notes: what is drawn into the chart, and adding to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st
from sqlmodel import Session

from core.database import now
from core.evals import BY_HAND, add_marker, change_marker, remove_marker
from core.evals.tables import ScoreMarker
from core.identity import Actor, Permission
from pages.specialist.evals.scores.acting import confirm
from pages.widgets.style import escape
from pages.widgets.times import zone

_KINDS = {"release": "Release", "incident": "Incident", "note": "Note"}


def show(markers: list[ScoreMarker], user: Actor) -> None:
    """A table of the markers in the period, and buttons for those who may change them."""
    local = zone(user.time_zone)
    chosen: ScoreMarker | None = None
    newest = list(reversed(markers))
    if newest:
        event = st.dataframe(
            [
                {
                    "Began": each.started_at.astimezone(local).replace(tzinfo=None),
                    "Ended": each.ended_at.astimezone(local).replace(tzinfo=None) if each.ended_at else None,
                    "Kind": _KINDS.get(each.kind, each.kind),
                    "What": each.title,
                    "More": each.detail or None,
                }
                for each in newest
            ],
            hide_index=True,
            row_height=34,
            height="content" if len(newest) <= 8 else 320,
            column_config={
                "Began": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=150),
                "Ended": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=150),
                "Kind": st.column_config.TextColumn(width=90),
                "What": st.column_config.TextColumn(width="medium"),
                "More": st.column_config.TextColumn(width="large"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key="scores_markers",
        )
        rows = event["selection"]["rows"]
        chosen = newest[rows[0]] if rows and rows[0] < len(newest) else None
    else:
        st.caption("Nothing happened in this period, as far as is known here.")
    if not user.can(Permission.EVALS_RUN):
        return
    with st.container(horizontal=True, gap="small"):
        if st.button("Add incident or note", icon=":material/add:", key="scores_marker_add"):
            _edit(user, None)
        by_hand = chosen is not None and chosen.kind in BY_HAND
        if st.button("Edit", disabled=chosen is None, key="scores_marker_edit", help="Choose a row first."):
            _edit(user, chosen)
        if (
            st.button(
                "Remove",
                disabled=not by_hand,
                key="scores_marker_remove",
                help="Choose an incident or a note. Releases stay: they happened.",
            )
            and chosen is not None
        ):
            _remove(user, chosen)


def _edit(user: Actor, marker: ScoreMarker | None) -> None:
    title = "Add an incident or a note" if marker is None else "Change it"
    st.dialog(title, width="medium")(_form)(user, marker)


def _form(user: Actor, marker: ScoreMarker | None) -> None:
    local = zone(user.time_zone)
    key = f"scores_marker_{marker.key if marker else 'new'}"
    release = marker is not None and marker.kind == "release"
    if marker is None:
        st.segmented_control(
            "Kind",
            list(BY_HAND),
            default=BY_HAND[0],
            format_func=_KINDS.__getitem__,
            key=f"{key}_kind",
            required=True,
        )
    st.text_input("Title", value=marker.title if marker else "", max_chars=200, key=f"{key}_title")
    began, ended = st.columns(2)
    start = marker.started_at if marker else now().replace(second=0, microsecond=0) - timedelta(hours=1)
    began.datetime_input(
        "Began", value=start.astimezone(local).replace(tzinfo=None), key=f"{key}_began", disabled=release
    )
    end = marker.ended_at.astimezone(local).replace(tzinfo=None) if marker and marker.ended_at else None
    ended.datetime_input("Ended (optional)", value=end, key=f"{key}_ended", disabled=release)
    st.text_area(
        "More (optional)",
        value=marker.detail if marker else "",
        max_chars=2_000,
        height=80,
        key=f"{key}_detail",
    )

    def aware(value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=local) if value is not None else None

    def act(session: Session) -> None:
        state = st.session_state
        started = aware(state[f"{key}_began"]) or now()
        said = {
            "title": state[f"{key}_title"],
            "started_at": started,
            "ended_at": aware(state[f"{key}_ended"]),
            "detail": state[f"{key}_detail"],
        }
        if marker is None:
            add_marker(user, session=session, kind=state[f"{key}_kind"], **said)
        else:
            change_marker(user, marker.key, session=session, **said)

    confirm(
        "Add" if marker is None else "Save",
        act,
        done="It is in the chart." if marker is None else "Saved.",
        key=f"{key}_confirm",
    )


@st.dialog("Remove it from the chart?")
def _remove(user: Actor, marker: ScoreMarker) -> None:
    st.markdown(f"**{escape(marker.title)}**")

    def act(session: Session) -> None:
        remove_marker(user, marker.key, session=session)

    confirm("Remove", act, done="Removed.", key="scores_marker_remove_confirm")
