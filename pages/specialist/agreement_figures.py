"""The figures: kappas over all and pair by pair, answer by answer, and over time."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from core.criteria import Agreement, Criterion, Step, agreement, agreement_over_time
from core.identity import Actor
from core.labelling import conversations_of
from core.statistics import Kappa, Rate, too_few
from pages.process import get_process
from pages.specialist import agreement_charts
from pages.specialist.agreement_words import answer_words, kappa_words, rate_words, reading

_STEPS: dict[Step, str] = {"week": "By week", "month": "By month"}
_EVERYBODY = ""
_FEWEST_CHARTED = 5


def show(_actor: Actor, criterion: Criterion) -> None:
    """Everything that says how far people agree."""
    if criterion.kind == "note":
        st.info("This criterion asks for free words. Whether those agree cannot be counted.")
        return
    with get_process().database.reading() as session:
        found = agreement(
            criterion.key, session=session, conversations_of=partial(conversations_of, session=session)
        )
    if not found.subjects:
        st.info(
            "Nothing has been judged by two people with this version yet. Make a label queue with a share "
            "that two people judge blind, or let two people label the same queue."
        )
        return
    _overall(found)
    left, right = st.columns(2, gap="large")
    with left:
        _pairs(found)
    with right:
        _answers(found)
    _over_time(found)


def _overall(found: Agreement) -> None:
    with st.container(horizontal=True, key="agreement_overall"):
        st.metric("Judged by two or more", f"{found.subjects:,}", width="content")
        st.metric("Answered alike", rate_words(found.same), width="content")
        st.metric("Kappa over all", kappa_words(found.overall), width="content")
        if found.weighted is not None:
            st.metric("Near answers count in part", kappa_words(found.weighted), width="content")
    st.write(reading(found.overall))
    if warning := too_few(found.overall):
        st.warning(warning, icon=":material/warning:")
    st.caption(
        "Ranges are 95 % intervals that count answers within one conversation as alike. Kappa is agreement "
        "beyond chance: Fleiss’ over all, where each subject counts the same however many people judged it, "
        "and Cohen’s for two people. Decisions between people are not counted."
    )


def _pairs(found: Agreement) -> None:
    st.subheader("Between two people", anchor=False)
    weighted = found.weighted is not None
    rows = [
        (" and ".join(pair.names), pair.weighted if pair.weighted is not None else pair.kappa)
        for pair in found.pairs
    ]
    if any(kappa.kappa is not None for _, kappa in rows):
        agreement_charts.show_kappas(rows, key="agreement_kappas")
    st.dataframe(
        pd.DataFrame(
            {
                "People": [name for name, _ in rows],
                "In common": [pair.kappa.n for pair in found.pairs],
                "Alike": [rate_words(pair.same) for pair in found.pairs],
                "Weighted kappa" if weighted else "Kappa": [kappa_words(kappa) for _, kappa in rows],
                "Note": [_short(kappa) for _, kappa in rows],
            }
        ),
        hide_index=True,
        row_height=30,
        height="content" if len(rows) <= 12 else 400,
        column_config={
            "People": st.column_config.TextColumn(width="medium"),
            "In common": st.column_config.NumberColumn(width=76, help="Subjects both judged."),
        },
    )


def _answers(found: Agreement) -> None:
    st.subheader("Answer by answer", anchor=False)
    rows = [(answer_words(found.criterion, each.answer), each.same) for each in found.answers]
    if charted := [row for row in rows if row[1].n >= _FEWEST_CHARTED]:
        agreement_charts.show_answers(charted, key="agreement_answers")
    st.dataframe(
        pd.DataFrame(
            {
                "Answer": [name for name, _ in rows],
                "Given": [rate.n for _, rate in rows],
                "Met by the same": [rate_words(rate) for _, rate in rows],
                "Kappa of giving it": [kappa_words(each.kappa) for each in found.answers],
                "Note": [_short(rate) for _, rate in rows],
            }
        ),
        hide_index=True,
        row_height=30,
        height="content" if len(rows) <= 12 else 400,
        column_config={"Given": st.column_config.NumberColumn(width=60, help="Within pairs of answers.")},
    )


def _short(figure: Kappa | Rate) -> str:
    """For a narrow column: whether there is too little to say."""
    return "Too few to say" if too_few(figure) else ""


def _over_time(found: Agreement) -> None:
    st.subheader("Over time", anchor=False)
    names = {_EVERYBODY: "Everybody", **dict(sorted(found.people.items(), key=lambda item: item[1]))}
    left, right, _rest = st.columns([1.4, 1, 2.4], vertical_alignment="bottom")
    judge = left.selectbox(
        "Answers of",
        list(names),
        format_func=names.__getitem__,
        key=f"agreement_person_{found.criterion.key}",
    )
    step = right.segmented_control(
        "Periods",
        list(_STEPS),
        default="week",
        required=True,
        format_func=_STEPS.__getitem__,
        key="agreement_step",
    )
    with get_process().database.reading() as session:
        periods = agreement_over_time(
            found.criterion.key,
            session=session,
            judge=judge or None,
            step=step or "week",
            conversations_of=partial(conversations_of, session=session),
        )
    agreement_charts.show_periods(periods, key="agreement_periods")
    small = sum(bool(too_few(period.same)) for period in periods)
    if small:
        st.caption(f"{small} of {len(periods)} periods have too few answers to say much: read the ranges.")
