"""The filter of the queue by what a live classifier says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

import streamlit as st
from sqlalchemy import ColumnElement
from sqlmodel import Session

from core.classifiers import QueueFilter, conversations_with, queue_filters
from core.identity import Actor, Permission
from pages.process import get_process

_CLASSIFIER, _ANSWER = "queue_classifier", "queue_answer"


@dataclass(frozen=True, slots=True)
class ChosenAnswer:
    """Only conversations of which this classifier says so."""

    classifier_id: int
    title: str
    answer: str

    def within(self, *, session: Session) -> ColumnElement[bool]:
        """The condition for ``list_queue``."""
        return conversations_with(self.classifier_id, self.answer, session=session)


def show(actor: Actor, *, on_change: Callable[[], None]) -> ChosenAnswer | None:
    """Draw the filter, if a classifier is live.

    Returns:
        What was chosen; None while nothing, or only a classifier, is.
    """
    # a place of its own: a filter that comes or goes must not move the list, which redraws itself
    with st.container(key="queue_filter", gap="small"):
        if not actor.can(Permission.CLASSIFIERS_READ):
            return None
        with get_process().database.reading() as session:
            live = {each.name: each for each in queue_filters(actor, session=session)}
        if not live:
            return None
        _forget_unless(_CLASSIFIER, live)
        named = _names(live)
        name = st.selectbox(
            "Classifier",
            list(live),
            index=None,
            format_func=named.__getitem__,
            key=_CLASSIFIER,
            placeholder="Filter by a classifier",
            label_visibility="collapsed",
            icon=":material/filter_alt:",
            on_change=_another,
            args=(on_change,),
            persist_state="session",
        )
        if name is None:
            return None
        chosen = live[name]
        _forget_unless(_ANSWER, chosen.answers)
        answer = st.selectbox(
            "Answer",
            chosen.answers,
            index=None,
            key=_ANSWER,
            placeholder="Choose an answer",
            label_visibility="collapsed",
            on_change=on_change,
            persist_state="session",
        )
        return ChosenAnswer(chosen.classifier_id, chosen.title, answer) if answer is not None else None


def _names(live: dict[str, QueueFilter]) -> dict[str, str]:
    """Titles; of two alike, with the name, because the browser sends back what it shows."""
    titles = Counter(each.title for each in live.values())
    return {
        name: each.title if titles[each.title] == 1 else f"{each.title} ({name})"
        for name, each in live.items()
    }


def _forget_unless(key: str, offered: Collection[str]) -> None:
    """A classifier may be withdrawn, and a version with other answers shipped, while its filter is set."""
    if st.session_state.get(key) is not None and st.session_state[key] not in offered:
        del st.session_state[key]


def _another(on_change: Callable[[], None]) -> None:
    """Another classifier has other answers, also where some are called the same."""
    st.session_state.pop(_ANSWER, None)
    on_change()
