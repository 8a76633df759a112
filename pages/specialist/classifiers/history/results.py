"""What came of a backtest: over time, a sample to read, beside other classifiers, what would have changed."""

from __future__ import annotations

import streamlit as st

from core.classifiers import (
    Overlap,
    Step,
    Volume,
    backtest_progress,
    overlap,
    sample_answers,
    volume_over_time,
)
from core.classifiers.tables import Backtest, ClassifierVersion
from core.identity import Actor
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.history import changes, charts
from pages.specialist.classifiers.history.kept import kept
from pages.specialist.classifiers.words import short
from pages.widgets.times import day

_SECTIONS = ("Over time", "Sample", "Overlap", "What would change")
_STEPS: dict[str, Step] = {"By day": "day", "By week": "week", "By month": "month"}
_UNSURE = "No answer given"


def draw(backtest: Backtest, version: ClassifierVersion, *, user: Actor) -> None:
    """Draw the section that is chosen; only that one is counted."""
    if backtest_progress(backtest).active:
        st.caption("What came of it so far. It is counted anew when the backtest has ended.")
    section = st.segmented_control(
        "Result", _SECTIONS, default=_SECTIONS[0], key="history_section", label_visibility="collapsed"
    )
    if section == "Sample":
        _sample(backtest, version, user)
    elif section == "Overlap":
        _overlap(backtest)
    elif section == "What would change":
        changes.draw(backtest, version)
    else:
        _volume(backtest, user)


def _volume(backtest: Backtest, user: Actor) -> None:
    chosen = st.selectbox("Count", list(_STEPS), index=1, key="history_step", width=180)
    step = _STEPS[chosen]
    found: Volume = kept(
        backtest,
        "volume",
        step,
        user.time_zone,
        count=lambda session: volume_over_time(
            session=session, backtest_id=backtest.key, step=step, time_zone=user.time_zone
        ),
    )
    if not found.parts:
        st.caption("Nothing was judged in this part of history yet.")
        return
    if found.step != step:
        st.caption(f"So long a history is counted by {found.step}.")
    charts.show_volume(found, key="history_volume")


def _sample(backtest: Backtest, version: ClassifierVersion, user: Actor) -> None:
    first, second = st.columns([3, 1], vertical_alignment="bottom")
    answer = first.selectbox(
        "Answer",
        ["", *version.answers],
        format_func=lambda each: each or _UNSURE,
        index=1,
        key=f"history_answer_{version.key}",
    )
    seed = st.session_state.setdefault("history_seed", 0)
    if second.button("Draw others", key="history_redraw", width="stretch"):
        seed = st.session_state["history_seed"] = seed + 1
    rows = kept(
        backtest,
        "sample",
        answer,
        seed,
        count=lambda session: sample_answers(
            session=session, backtest_id=backtest.key, answer=answer or "", n=25, seed=seed
        ),
    )
    if not rows:
        st.caption("No subject was given this answer.")
        return
    st.dataframe(
        [
            {
                "Text": short(each.text, 400) or "(gone)",
                "Likeliest answer": each.answer or each.error or "None",
                "Sure": None if each.confidence is None else 100 * each.confidence,
                "Said": day(each.occurred_at, user.time_zone),
            }
            for each in rows
        ],
        hide_index=True,
        column_config={
            "Text": st.column_config.TextColumn(width="large"),
            "Sure": st.column_config.NumberColumn(format="%.0f %%", width="small"),
        },
        key="history_sample",
    )
    st.caption(f"{len(rows)} drawn at random. Read them: a rate says nothing about what was meant.")


def _overlap(backtest: Backtest) -> None:
    rows: list[Overlap] = kept(
        backtest, "overlap", count=lambda session: overlap(backtest.version_id, session=session)
    )
    if not rows:
        st.caption(
            "No other classifier has judged the same subjects. Ship one, or give one a backtest, to compare."
        )
        return
    st.dataframe(
        [
            {
                "This one says": each.answer,
                "Other classifier": each.classifier,
                "Other one says": each.other_answer,
                "Share": 100 * each.share.estimate,
                "With its interval": rate_words(each.share),
                "Of": each.share.n,
            }
            for each in rows
        ],
        hide_index=True,
        column_config={
            "Share": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100)
        },
        key="history_overlap",
    )
    st.caption(
        "Of the subjects this version gave an answer to and the other one judged too, how many got the "
        "other's answer. Large shares mean that two classifiers say the same in other words."
    )
