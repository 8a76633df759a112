"""Choose a level, seeing what it buys first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.assist import abstention
from core.assist.tables import Calibration
from core.identity import Actor
from pages.process import get_process
from pages.widgets.shell import notify, run_action

_DEFAULT = 90
_CONFIDENCES = (0.8, 0.9, 0.95)


def show(actor: Actor, shown: Calibration) -> abstention.Level:
    """The wanted precision and what it buys. Returns the level that is looked at."""
    points = abstention.points_of(shown.curve)
    with st.container(border=True):
        st.markdown("**Choose a level**")
        confidence = st.radio(
            "How sure it must be to hold",
            _CONFIDENCES,
            index=_CONFIDENCES.index(abstention.CONFIDENCE),
            horizontal=True,
            format_func=lambda share: f"{share:.0%}",
            key="answering_confidence",
        )
        most = round(100 * abstention.most_carried(points, confidence=confidence))
        wanted = st.slider(
            "Wanted: right among those shown",
            50,
            99,
            _start(shown, most),
            format="%d %%",
            key=f"answering_wanted_{shown.key}",
        )
        level = abstention.level(points, precision=wanted / 100, confidence=confidence)
        _show_bought(shown, level, most)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Use this level", type="primary", key="answering_use", disabled=level.point is None):
                _choose(actor, shown, level.precision, confidence)
            if shown.live and shown.precision is None:
                st.caption("In use: every draft is shown.", width="content")
            elif st.button("Show every draft", type="tertiary", key="answering_all"):
                _choose(actor, shown, None, confidence)
    return level


def show_levels(shown: Calibration) -> None:
    """The usual levels side by side."""
    confidence = st.session_state.get("answering_confidence") or abstention.CONFIDENCE
    st.subheader("What each level buys", anchor=False)
    rows = []
    levels = abstention.levels(abstention.points_of(shown.curve), confidence=confidence)
    carried = sum(level.point is not None for level in levels)
    for level in levels[: carried + 1]:  # one more, to say where the data end
        point = level.point
        rows.append(
            {
                "Wanted": f"{level.precision:.0%}",
                "Drafts shown": f"{point.coverage:.0%}" if point else "–",
                "From score": f"{point.threshold:.3f}" if point else "–",
                "Right": f"{point.right:,} of {point.n:,}" if point else "more outcomes needed",
                "95% interval": f"{point.low:.0%} to {point.high:.0%}" if point else "–",
                f"At least ({confidence:.0%} sure)": f"{level.at_least:.0%}" if point else "–",
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=30, key="answering_levels")


def _start(shown: Calibration, most: int) -> int:
    if shown.live and shown.precision is not None:
        return min(99, max(50, round(100 * shown.precision)))
    return min(_DEFAULT, most) if most >= 50 else _DEFAULT


def _show_bought(shown: Calibration, level: abstention.Level, most: int) -> None:
    point = level.point
    if point is None:
        carried = f"The most they carry is {most}%." if most else "They carry no level yet."
        st.warning(
            f"{shown.n:,} outcomes do not carry {level.precision:.0%}. {carried} More outcomes carry more.",
            icon=":material/hourglass_empty:",
        )
        return
    held = 1 - point.coverage
    coverage, right = st.columns(2)
    coverage.metric("Drafts shown", f"{point.coverage:.0%}", help=f"From score {point.threshold:.3f} on.")
    right.metric("Right among them", f"{point.precision:.0%}", help=f"{point.right:,} of {point.n:,} drafts.")
    st.caption(
        f"{held:.0%} are held back, with a reason and a question. Of the {point.n:,} shown, {point.right:,} "
        f"were right (95% interval {point.low:.0%} to {point.high:.0%}); of new drafts like these at least "
        f"{level.at_least:.0%}, with {level.confidence:.0%} confidence."
    )


def _choose(actor: Actor, shown: Calibration, precision: float | None, confidence: float) -> None:
    def choose() -> bool:
        with get_process().database.transaction() as session:
            abstention.choose(actor, shown.key, precision=precision, confidence=confidence, session=session)
        return True

    if run_action(choose):
        notify("Every draft is shown now." if precision is None else f"{precision:.0%} is in use now.")
        st.rerun()
