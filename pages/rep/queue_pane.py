"""The queue: a view, a search, and the conversations that match."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.conversations import QueueRow, QueueView, count_queues, list_queue
from core.identity import Actor
from pages.process import get_process
from pages.rep import queue_filter, selection, shortcuts
from pages.rep.queue_filter import ChosenAnswer
from pages.widgets.components import queue_list
from pages.widgets.labels import CHANNELS, PRIORITIES
from pages.widgets.times import is_late, waiting_for

PAGE_SIZE = 40
REFRESH_SECONDS = 10

VIEWS = {
    QueueView.ESCALATED: "Escalated",
    QueueView.MINE: "Mine",
    QueueView.UNASSIGNED: "Unassigned",
    QueueView.WAITING: "Longest wait",
    QueueView.UNANSWERED: "AI could not answer",
    QueueView.ALL: "All open",
}
_COUNTED = {
    QueueView.ESCALATED: "escalated",
    QueueView.MINE: "mine",
    QueueView.UNASSIGNED: "unassigned",
}
_NOTHING = {
    QueueView.ESCALATED: "Nothing is escalated right now.",
    QueueView.MINE: "No open conversation is assigned to you.",
    QueueView.UNASSIGNED: "Every open conversation has an owner.",
    QueueView.WAITING: "No customer is waiting.",
    QueueView.UNANSWERED: "The AI had an answer for every open conversation.",
    QueueView.ALL: "There are no open conversations yet.",
}


def show(actor: Actor) -> int | None:
    """Draw the pane.

    Returns:
        The id of the open conversation: the one in the address, else the first of the queue.
    """
    view = st.selectbox(
        "View",
        list(VIEWS),
        format_func=VIEWS.__getitem__,  # the browser sends the label back: it must not change with a count
        key="queue_view",
        label_visibility="collapsed",
        on_change=_restart,
        persist_state="session",
    )
    search = st.text_input(
        "Search this view",
        key="queue_search",
        placeholder="Search name, e-mail, words  ( / )",
        label_visibility="collapsed",
        icon=":material/search:",
        on_change=_restart,
        persist_state="session",
    )
    chosen = queue_filter.show(actor, on_change=_restart)
    selected = selection.current()
    if selected is None:
        rows, _ = _fetch(actor, view, search or "", chosen, pages=1, size=1)
        selected = rows[0].id if rows else None
    st.fragment(_list, run_every=REFRESH_SECONDS)(actor, view, search or "", chosen, selected)
    return selected


def _list(
    actor: Actor, view: QueueView, search: str, chosen: ChosenAnswer | None, selected: int | None
) -> None:
    if st.session_state.pop("queue_opened", False):
        st.rerun()  # a click in a fragment reruns only the fragment; the other panes follow here
    with get_process().database.reading() as session:
        counts = count_queues(actor, session=session)
    told = [f"{_count(counts.get(each, 0))} {word}" for each, word in _COUNTED.items()]
    st.caption(" · ".join(told))
    rows, more = _fetch(actor, view, search, chosen, pages=st.session_state.get("queue_pages", 1))
    queue_list(
        [_row(row) for row in rows],
        selected=selected,
        more=more,
        empty=_empty(view, search, chosen),
        on_open=_open,
        on_more=_more,
        on_help=_help,
    )


def _empty(view: QueueView, search: str, chosen: ChosenAnswer | None) -> str:
    if search:
        return f"Nothing matches “{search}” in this view."
    return f"“{chosen.title}” says “{chosen.answer}” of nothing in this view." if chosen else _NOTHING[view]


def _fetch(
    actor: Actor,
    view: QueueView,
    search: str,
    chosen: ChosenAnswer | None,
    *,
    pages: int,
    size: int = PAGE_SIZE,
) -> tuple[list[QueueRow], bool]:
    rows: list[QueueRow] = []
    cursor: str | None = None
    with get_process().database.reading() as session:
        within = chosen.within(session=session) if chosen else None
        for _ in range(pages):
            page = list_queue(
                actor, session=session, view=view, search=search, within=within, cursor=cursor, limit=size
            )
            rows += page.rows
            cursor = page.next_cursor
            if cursor is None:
                break
    return rows, cursor is not None


def _open(conversation_id: int) -> None:
    selection.open_conversation(conversation_id)
    st.session_state["queue_opened"] = True


def _help() -> None:
    shortcuts.ask()
    st.session_state["queue_opened"] = True


def _row(row: QueueRow) -> dict[str, Any]:
    chips = []
    if row.priority <= 2:
        chips.append({"text": PRIORITIES[row.priority], "tone": "red" if row.priority == 1 else "amber"})
    if row.ai_outcome in {"abstain", "escalate"}:
        chips.append({"text": "AI: no answer", "tone": "violet"})
    chips.append({"text": CHANNELS.get(row.channel, row.channel), "tone": ""})
    if row.locale and not row.locale.startswith("en"):
        chips.append({"text": row.locale[:2].upper(), "tone": ""})
    if row.assignee_name:
        chips.append({"text": row.assignee_name.split()[0], "tone": ""})
    return {
        "id": row.id,
        "who": row.customer_name or "Unknown customer",
        "wait": waiting_for(row.waiting_since),
        "late": is_late(row.waiting_since),
        "subject": row.subject or row.preview,
        "preview": row.escalation_reason or (row.preview if row.subject else ""),
        "chips": chips,
    }


def _count(number: int) -> str:
    return "999+" if number > 999 else str(number)


def _restart() -> None:
    """Begin at the top of another view or search."""
    st.session_state["queue_pages"] = 1
    selection.forget()


def _more() -> None:
    st.session_state["queue_pages"] = st.session_state.get("queue_pages", 1) + 1
