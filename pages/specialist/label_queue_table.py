"""The queues in a table, and the selected one beside it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.identity import Actor
from core.labelling import QueueView, list_queues
from pages.process import get_process
from pages.specialist import label_queue_panel
from pages.widgets.drawn import strategy_label

_SELECTED = "label_queue_selected"
_DRAWN = "label_queues_drawn"


def select(queue_id: int) -> None:
    """Show this queue beside the table."""
    st.session_state[_SELECTED] = queue_id


def show(actor: Actor) -> None:
    """Draw both, or what to do when there is no queue yet."""
    with get_process().database.reading() as session:
        views = list_queues(actor, session=session)
    if not views:
        st.info(
            "There is no queue yet. Make one: a question, what it is about, and how to draw the items.",
            icon=":material/stacks:",
        )
        return
    views = sorted(views, key=lambda view: (view.queue.state != "open", -view.queue.key))
    table, panel = st.columns([1.55, 1], gap="medium")
    with table:
        chosen = _table(views)
    with panel:
        label_queue_panel.show(actor, chosen)


def _table(views: Sequence[QueueView]) -> QueueView:
    # A selection is a row number, so it means something only for the rows that were drawn.
    st.session_state[_DRAWN] = [view.queue.key for view in views]
    key = f"label_queues_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(views),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(views) <= 16 else 600,
        column_config={
            "Queue": st.column_config.TextColumn(width=170),
            "Done": st.column_config.ProgressColumn(width=80, format="%d%%", min_value=0, max_value=100),
            "Answers": st.column_config.TextColumn(width=76, help="Given, of those wanted."),
            "State": st.column_config.TextColumn(width=64),
            "Drawn": st.column_config.TextColumn(width=90),
            "Question": st.column_config.TextColumn(width=150),
        },
    )
    running = sum(view.queue.state == "open" and view.progress.left > 0 for view in views)
    st.caption(f"{len(views)} queues, {running} of them with something left to label.")
    wanted = st.session_state.get(_SELECTED)
    return next((view for view in views if view.queue.key == wanted), views[0])


def _frame(views: Sequence[QueueView]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Queue": [view.queue.name for view in views],
            "Done": [_percent(view) for view in views],
            "Answers": [f"{view.progress.done:,} / {view.progress.total:,}" for view in views],
            "State": [state(view) for view in views],
            "Drawn": [strategy_label(view.queue.strategy) for view in views],
            "Question": [view.criterion.question for view in views],
        }
    )


def state(view: QueueView) -> str:
    """One word or two."""
    if view.queue.state != "open":
        return "closed"
    if view.criterion.retired_at is not None:
        return "retired"
    return "open" if view.progress.left else "finished"


def _percent(view: QueueView) -> int:
    """Rounded down: only what is finished is at 100."""
    return 100 * view.progress.done // view.progress.total if view.progress.total else 100


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None
