"""Retiring a criterion, after saying what that means."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from sqlmodel import col, select

from core.criteria import Criterion, Tally, restore_criterion, retire_criterion
from core.identity import Actor
from core.labelling.tables import LabelQueue
from pages.process import get_process
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

_NAMED = 5


@st.dialog("Retire this criterion?")
def retire_dialog(actor: Actor, versions: Sequence[Criterion], judgements: Tally) -> None:
    """Say what becomes of its judgements and queues, and retire it on the second click."""
    newest = versions[0]
    count = judgements.person + judgements.classifier + judgements.customer
    st.write(f"**{escape(newest.question)}**")
    st.write(
        f"Nobody can judge by it any more, and it is no longer offered. Its {count:,} judgements are kept "
        "and still count. You can restore it at any time."
    )
    st.write(_queues_in_words(_open_queues([each.key for each in versions])))
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Cancel", key="retire_cancel", on_click=st.rerun)
        st.button("Retire it", type="primary", key="retire_yes", on_click=lambda: _retire(actor, newest.name))


def restore(actor: Actor, name: str) -> None:
    """Put it back to use."""

    def act() -> None:
        with get_process().database.transaction() as session:
            restore_criterion(actor, name, session=session)

    run_action(act, done="It can be judged by again.")


def _retire(actor: Actor, name: str) -> None:
    def act() -> bool:
        with get_process().database.transaction() as session:
            retire_criterion(actor, name, session=session)
        return True

    if run_action(act):
        notify("The criterion is retired. Its judgements are kept.")
        st.rerun()


def _open_queues(criterion_ids: Sequence[int]) -> list[str]:
    """Names of the open label queues that ask any of these versions."""
    open_ones = select(LabelQueue.name).where(
        col(LabelQueue.criterion_id).in_(criterion_ids), LabelQueue.state == "open"
    )
    with get_process().database.reading() as session:
        return list(session.exec(open_ones.order_by(col(LabelQueue.id))))


def _queues_in_words(names: Sequence[str]) -> str:
    if not names:
        return "No open label queue asks it."
    listed = ", ".join(f"“{escape(name)}”" for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    what = "One open label queue asks it" if len(names) == 1 else f"{len(names)} open label queues ask it"
    return (
        f"{what}: {listed}{more}. What was answered there stays; until you restore the criterion nothing can "
        "be added, and whoever labels there is told why."
    )
