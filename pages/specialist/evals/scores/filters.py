"""The row of filters: which question, whose answers, split by what, where and how long."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import streamlit as st

from core.conversations import CHANNELS
from core.database import now
from core.evals import SPLITS, KnownScore, ScoreQuery, first_day, subject_words
from pages.specialist.evals.scores.words import Names
from pages.widgets import labels

QUESTION, JUDGE, SPLIT, CHANNEL, PERIOD = (
    "scores_question",
    "scores_judge",
    "scores_split",
    "scores_channel",
    "scores_period",
)
PERIODS = {"4 weeks": 28, "90 days": 90, "Half a year": 182, "1 year": 365}
_USUAL = "90 days"
_SPLITS = {"": "Not split", "channel": "Channel", "theme": "Theme", "product": "Product", "build": "Build"}
_FIRST = ("draft", "reply", "message", "conversation")
"""What a new build changes is what one looks at first."""


def choose(known: list[KnownScore], names: Names) -> ScoreQuery:
    """Draw the filters and say what they ask for."""
    by_question: dict[str, list[KnownScore]] = {}
    for each in sorted(known, key=lambda each: (_FIRST.index(each.subject_type), -each.n)):
        by_question.setdefault(each.criterion, []).append(each)
    question, judge, split, channel, period = st.columns([3, 3, 1.6, 1.6, 1.6], gap="small")
    with question:
        criterion = st.selectbox(
            "Question",
            list(by_question),
            format_func=lambda name: by_question[name][0].question,
            key=QUESTION,
            persist_state="session",
        )
    offered = {(each.judge, each.subject_type): each for each in by_question[criterion]}
    with judge:
        chosen = st.selectbox(
            "Judged by",
            list(offered),
            format_func=lambda pair: f"{names.judge(pair[0])}, {subject_words(pair[1])}",
            key=f"{JUDGE}_{criterion}",
            persist_state="session",
        )
    with split:
        by = st.selectbox(
            "Split by", ["", *SPLITS], format_func=_SPLITS.__getitem__, key=SPLIT, persist_state="session"
        )
    with channel:
        only = st.selectbox(
            "Channel",
            ["", *CHANNELS],
            format_func=lambda name: labels.CHANNELS.get(name, name) or "All",
            key=CHANNEL,
            persist_state="session",
        )
    with period:
        stretch = st.selectbox(
            "Period", list(PERIODS), index=list(PERIODS).index(_USUAL), key=PERIOD, persist_state="session"
        )
    until = today()
    return ScoreQuery(
        criterion,
        *chosen,
        since=first_day(PERIODS[stretch], until=until),
        until=until,
        by=by,
        channel=only or None,
    )


def ask_for(criterion: str, judge: str, subject_type: str, channel: str) -> None:
    """Set the filters, to be called in a callback."""
    st.session_state[QUESTION] = criterion
    st.session_state[f"{JUDGE}_{criterion}"] = (judge, subject_type)
    st.session_state[CHANNEL] = channel
    st.session_state[SPLIT] = ""


def today() -> date:
    """The day it is, UTC: days of scores are."""
    return now().astimezone(UTC).date()


def is_today(day: date) -> bool:
    """Whether a day is not over yet."""
    return day > today() - timedelta(days=1)
