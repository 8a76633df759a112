"""One queue: how it was drawn, how far it is, for whom; label it, close it, take its labels out."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.identity import Actor, Permission
from core.labelling import FORMATS, QueueView, close_queue, export_labels, list_labellers, reopen_queue
from pages.process import get_process
from pages.widgets.drawn import strategy_label, what_for
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import day

_SUFFIXES = {"csv": "csv", "label_studio": "json"}
_TYPES = {"csv": "text/csv", "label_studio": "application/json"}


def show(actor: Actor, view: QueueView) -> None:
    """Draw the panel."""
    queue, criterion = view.queue, view.criterion
    with st.container(border=True, key="label_queue_panel"):
        st.subheader(escape(queue.name), anchor=False)
        st.markdown(f"{escape(criterion.question)} :gray[version {criterion.version}]")
        if criterion.retired_at is not None:
            st.warning("This criterion has been retired: nobody can answer any more.")
        elif view.newer_version:
            _newer(actor, view)
        _facts(actor, view)
        _strata(view)
        _verbs(actor, view)


def _newer(actor: Actor, view: QueueView) -> None:
    st.warning(
        "The criterion has a newer version. This queue goes on with the version it was made for.",
        icon=":material/update:",
    )
    if actor.can(Permission.LABELS_MANAGE):
        st.button(
            "Label again by the newer version",
            type="tertiary",
            on_click=lambda: st.query_params.update(relabel=view.criterion.name),
            key=f"label_queue_relabel_{view.queue.key}",
        )


def _facts(actor: Actor, view: QueueView) -> None:
    queue, progress, design = view.queue, view.progress, view.queue.design
    with get_process().database.reading() as session:
        names = {person.key: person.name for person in list_labellers(actor, session=session)}
    people = ", ".join(names.get(each, "somebody who has left") for each in queue.people)
    doubles = (
        f"{queue.double_share:.0%} of the items, by two people who do not see each other's answer"
        if queue.double_share
        else "none"
    )
    facts = {
        "Drawn": f"{strategy_label(queue.strategy)}, {queue.size:,} of {design.get('frame_size', 0):,} "
        f"{design.get('frame', '')}. {what_for(design)}",
        "Answers": f"{progress.done:,} of {progress.total:,}; {progress.held_by_others:,} on a screen now",
        "For": people or "everybody who labels",
        "Judged twice": doubles,
        "Made": f"{day(queue.created_at, actor.time_zone)}, seed {queue.seed}",
    }
    if progress.per_hour:
        facts["Your pace"] = f"{progress.per_hour:,.0f} an hour"
    st.markdown("  \n".join(f":gray[{name}] &nbsp;{escape(text)}" for name, text in facts.items()))


def _strata(view: QueueView) -> None:
    strata = view.queue.design.get("strata") or []
    if len(strata) < 2:
        return
    st.dataframe(
        [{"Part": each["name"], "There are": each["size"], "Drawn": each["drawn"]} for each in strata],
        hide_index=True,
        height="content" if len(strata) <= 8 else 300,
    )


def _verbs(actor: Actor, view: QueueView) -> None:
    queue = view.queue
    open_, manages = queue.state == "open", actor.can(Permission.LABELS_MANAGE)
    with st.container(horizontal=True, gap="small"):
        may_label = open_ and view.progress.left > 0 and actor.can(Permission.LABELS_GIVE)
        if may_label and st.button("Label", type="primary", key=f"label_queue_label_{queue.key}"):
            st.switch_page("rep/label.py", query_params={"queue": str(queue.key)})
        for name, title in FORMATS.items():
            st.download_button(
                f"Export {title}",
                data=partial(_content, actor, queue.key, name),
                file_name=f"labels-{queue.key}.{_SUFFIXES[name]}",
                mime=_TYPES[name],
                on_click="ignore",
                key=f"label_queue_export_{queue.key}_{name}",
            )
        if manages:
            st.button(
                "Close" if open_ else "Reopen",
                key=f"label_queue_state_{queue.key}",
                help="Nobody is given an item of it any more. Answers stay." if open_ else None,
                on_click=lambda: run_action(
                    lambda: _set_state(actor, queue.key, open_=not open_),
                    done="Reopened" if not open_ else "Closed; its answers stay",
                ),
            )


def _set_state(actor: Actor, queue_id: int, *, open_: bool) -> None:
    with get_process().database.transaction() as session:
        (reopen_queue if open_ else close_queue)(actor, queue_id, session=session)


def _content(actor: Actor, queue_id: int, format: str) -> bytes:
    parts = export_labels(actor, database=get_process().database, queue_id=queue_id, format=format)
    return "".join(parts).encode()
