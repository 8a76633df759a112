"""The queues a person may label, to choose one from."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor, Permission
from core.labelling import QueueView, list_queues
from pages.process import get_process
from pages.rep import label_address
from pages.widgets.drawn import how_drawn
from pages.widgets.style import escape


def show(actor: Actor) -> None:
    """Draw one row a queue, those with something left to do first."""
    st.title("Label", anchor=False)
    with get_process().database.reading() as session:
        found = list_queues(actor, session=session, mine=True)
    views = sorted(
        (view for view in found if view.queue.state == "open" and view.criterion.retired_at is None),
        key=lambda view: (view.progress.left == 0, view.progress.mine == 0, -view.queue.key),
    )
    if not views:
        _nothing(actor)
        return
    for place, view in enumerate(views):
        _row(view, primary=place == 0 and view.progress.left > 0)


def _nothing(actor: Actor) -> None:
    st.info(
        "No queue waits for you. When a specialist makes one that is for you, it appears here.",
        icon=":material/inbox:",
    )
    if actor.can(Permission.LABELS_MANAGE):
        st.page_link("specialist/label_queues.py", label="Make a queue", icon=":material/add:")


def _row(view: QueueView, *, primary: bool) -> None:
    queue, progress = view.queue, view.progress
    with st.container(border=True, key=f"label_queue_{queue.key}"):
        words, numbers, verb = st.columns([4, 1.5, 0.9], vertical_alignment="center")
        with words:
            st.markdown(f"**{escape(queue.name)}**  \n{escape(view.criterion.question)}")
            st.caption(escape(how_drawn(queue)))
        with numbers:
            mine = f", {progress.mine:,} by you" if progress.mine else ""
            st.progress(
                progress.done / progress.total if progress.total else 1.0,
                text=f"{progress.done:,} of {progress.total:,} done{mine}",
            )
        with verb:
            if progress.left:
                st.button(
                    "Go on" if progress.mine else "Start",
                    key=f"label_open_{queue.key}",
                    type="primary" if primary else "secondary",
                    on_click=label_address.open_queue,
                    args=(queue.key,),
                    width="stretch",
                )
            else:
                st.markdown(":material/task_alt: Finished")
