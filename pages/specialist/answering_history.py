"""Which calibration is in use, which is looked at, and what was chosen before."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from sqlmodel import col, select

from core.assist import abstention
from core.assist.tables import Calibration
from core.identity import Actor, Person
from pages.process import get_process
from pages.widgets.times import zone

_SHOWN_IN_USE, _SHOWN_NEWEST = "In use", "Newest fit"


def load(actor: Actor) -> list[Calibration]:
    """Fits and choices, newest first."""
    with get_process().database.reading() as session:
        return abstention.list_calibrations(actor, session=session)


def show_in_use(known: list[Calibration]) -> None:
    """What happens to drafts at this moment, in one line."""
    live = _live(known)
    if live is None:
        st.info("A score is fitted but not in use: choose a level to use it.", icon=":material/info:")
    elif live.precision is None:
        st.markdown(f"**Every draft is shown, with its score.** {live.scope} (n = {live.n:,}).")
    else:
        st.markdown(
            f"**Drafts with a score of {live.threshold:.3f} or more are shown**, for {live.precision:.0%} "
            f"right. {live.scope} (n = {live.n:,})."
        )


def choose_shown(known: list[Calibration]) -> Calibration:
    """The calibration to look at: the one in use, or a newer fit."""
    live, newest = _live(known), known[0]
    if live is None or newest.key == live.key:
        return newest
    chosen = st.segmented_control(
        "Look at", [_SHOWN_NEWEST, _SHOWN_IN_USE], default=_SHOWN_NEWEST, required=True, key="answering_shown"
    )
    return newest if chosen == _SHOWN_NEWEST else live


def show(actor: Actor, known: list[Calibration]) -> None:
    """Every fit and every choice, newest first."""
    st.subheader("History", anchor=False)
    people = _names([each.created_by_id for each in known if each.created_by_id])
    local = zone(actor.time_zone)
    rows = [
        {
            "When": each.created_at.astimezone(local).replace(tzinfo=None),
            "Who": people.get(each.created_by_id or 0, "Ratchet"),
            "What": _deed(each),
            "From score": f"{each.threshold:.3f}" if each.threshold else "–",
            "Fitted on": f"{each.n:,} {'outcomes' if each.source == 'outcomes' else 'labelled'}",
        }
        for each in known
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=30,
        height="content" if len(rows) <= 8 else 300,
        column_config={"When": st.column_config.DatetimeColumn(width=148, format="D MMM YYYY, HH:mm")},
        key="answering_history",
    )
    st.caption(f"Times are in {actor.time_zone}.")


def _deed(calibration: Calibration) -> str:
    state = " (in use)" if calibration.live else ""
    if calibration.precision is not None:
        return f"{calibration.precision:.0%} chosen{state}"
    if calibration.scope.startswith("Sample"):
        return f"Sample score{state}"
    return f"Every draft shown{state}" if calibration.guarantee else f"Fitted{state}"


def _live(known: list[Calibration]) -> Calibration | None:
    return next((each for each in known if each.live), None)


def _names(keys: list[int]) -> dict[int, str]:
    with get_process().database.reading() as session:
        rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(set(keys))))
        return {key: name for key, name in rows if key is not None}
