"""A new queue: what to ask, about what, how to draw it, for whom; looked at before it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from secrets import randbelow
from typing import Any

import streamlit as st

from core.criteria import Criterion, list_criteria
from core.identity import Actor, Permission
from core.labelling import (
    MAX_SIZE,
    LabelQueue,
    Preview,
    create_queue,
    list_labellers,
    preview_queue,
)
from pages.process import get_process
from pages.specialist import label_queue_filters, label_queue_table
from pages.widgets.drawn import ESTIMATE, NO_ESTIMATE, what_for
from pages.widgets.shell import run_action
from pages.widgets.style import escape

VIEW = "label_queues_view"
"""Session-state key of which part of the page is open: queues, new or import."""

SUBJECTS = {
    "conversation": "Conversations",
    "message": "Customers' messages",
    "draft": "AI drafts",
    "reply": "Replies that were sent",
}
_PREFIX = "new_queue_"
_LOOKED = "new_queue_looked"
_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form says. ``people`` and ``name`` do not change what is drawn."""

    criterion_id: int
    subject_type: str
    strategy: str
    size: int
    seed: int
    parameters: dict[str, Any] = field(default_factory=dict)


def take_address(actor: Actor) -> None:
    """``?relabel=NAME`` opens the form, filled in to label again what older versions of NAME were asked."""
    name = st.query_params.pop("relabel", "") if "relabel" in st.query_params else ""
    if not name or not actor.can(Permission.LABELS_MANAGE):
        return
    with get_process().database.reading() as session:
        found = next((each for each in list_criteria(session=session) if each.name == name), None)
    if found is None:
        st.toast("There is no such criterion to label again by.", icon=":material/error:")
        return
    _clear()
    st.session_state[VIEW] = "new"
    st.session_state[f"{_PREFIX}criterion"] = found.key
    st.session_state[f"{_PREFIX}strategy"] = "relabel"


def show(actor: Actor) -> None:
    """Draw the form and, beside it, what it would draw."""
    with get_process().database.reading() as session:
        criteria = list_criteria(session=session)
        people = {person.key: person.name for person in list_labellers(actor, session=session)}
    if not criteria:
        st.info("There is no criterion to ask by. Publish one first.", icon=":material/help:")
        return
    form, look = st.columns([1.25, 1], gap="large")
    with form:
        wanted = _ask(criteria)
        double_share, chosen, name = _for_whom(people)
    with look, st.container(border=True, key="new_queue_look"):
        preview = _look(actor, wanted)
        if preview is None:
            return
        create = partial(_create, actor, wanted, double_share, chosen, name)
        st.button(
            "Create queue", type="primary", on_click=_create_and_show, args=(create,), key="new_queue_go"
        )


def _ask(criteria: list[Criterion]) -> Wanted:
    by_id = {criterion.key: criterion for criterion in criteria}
    criterion = by_id[
        st.selectbox(
            "Question",
            list(by_id),
            format_func=lambda key: (
                f"{by_id[key].question} ({by_id[key].name}, version {by_id[key].version})"
            ),
            key=f"{_PREFIX}criterion",
        )
    ]
    subject = st.segmented_control(
        "Asked about",
        criterion.subjects,
        default=criterion.subjects[0],
        required=True,
        format_func=lambda subject: SUBJECTS.get(subject, subject),
        key=f"{_PREFIX}subject_{criterion.key}",
    )
    strategy = label_queue_filters.choose_strategy(key=f"{_PREFIX}strategy")
    st.caption(f"{escape(strategy.help)} **{ESTIMATE if strategy.probability else NO_ESTIMATE}**")
    parameters = label_queue_filters.ask_parameters(strategy, criterion, criteria, prefix=_PREFIX)
    size = st.number_input("How many", 1, MAX_SIZE, 100, step=10, key=f"{_PREFIX}size")
    seed_key = f"{_PREFIX}seed"
    st.session_state.setdefault(seed_key, randbelow(_SEEDS))
    with st.expander("Filters and seed", icon=":material/filter_alt:"):
        parameters |= label_queue_filters.ask_filters(strategy, prefix=_PREFIX)
        seed = st.number_input(
            "Seed", 0, _SEEDS, key=seed_key, help="The same seed draws the same items from the same data."
        )
    return Wanted(criterion.key, subject, strategy.name, int(size), int(seed), parameters)


def _for_whom(people: dict[int, str]) -> tuple[float, list[int], str]:
    double = st.slider(
        "Judged twice, blind",
        0,
        100,
        0,
        step=5,
        format="%d%%",
        key=f"{_PREFIX}double",
        help="This share of the items goes to two people who do not see each other's answer. "
        "Agreement is measured on them.",
    )
    chosen = st.multiselect(
        "For",
        list(people),
        format_func=lambda person: people.get(person, "somebody who has left"),
        placeholder="Everybody who labels",
        key=f"{_PREFIX}people",
    )
    name = st.text_input(
        "Name", max_chars=200, placeholder="Made from the question when empty", key=f"{_PREFIX}name"
    )
    return double / 100, chosen, name


def _look(actor: Actor, wanted: Wanted) -> Preview | None:
    """What would be drawn, once it was asked for and as long as it is what the form says."""
    looked: tuple[Wanted, Preview] | None = st.session_state.get(_LOOKED)
    if looked is None or looked[0] != wanted:
        st.markdown("**What it would draw**")
        st.caption("Look before you make it: how many there are to draw from, and what they may be used for.")
        st.button("Preview", type="primary", on_click=_preview, args=(actor, wanted), key="new_queue_preview")
        return None
    preview = looked[1]
    design = preview.design
    st.markdown(f"**{preview.drawn:,} of {preview.frame_size:,}** {escape(design.frame)}")
    st.caption(what_for(asdict(design)))
    if not preview.drawn:
        st.warning("There is nothing to draw. Take a filter away, or choose another strategy.")
        return None
    if preview.drawn < wanted.size:
        st.caption(f"You asked for {wanted.size:,}; there are no more.")
    if len(design.strata) > 1:
        st.dataframe(
            [{"Part": each.name, "There are": each.size, "Drawn": each.drawn} for each in design.strata],
            hide_index=True,
            height="content" if len(design.strata) <= 10 else 360,
        )
    return preview


def _preview(actor: Actor, wanted: Wanted) -> None:
    def work() -> Preview:
        with st.spinner("Looking what there is to draw"), get_process().database.reading() as session:
            return preview_queue(actor, session=session, **asdict(wanted))

    found = run_action(work)
    if found is not None:
        st.session_state[_LOOKED] = (wanted, found)


def _create(actor: Actor, wanted: Wanted, double_share: float, people: list[int], name: str) -> LabelQueue:
    with st.spinner("Drawing the queue"):
        return create_queue(
            actor,
            database=get_process().database,
            double_share=double_share,
            people=people,
            name=name.strip(),
            **asdict(wanted),
        )


def _create_and_show(create: Callable[[], LabelQueue]) -> None:
    made = run_action(create, done="The queue is made")
    if made is None:
        return
    _clear()
    st.session_state[VIEW] = "queues"
    label_queue_table.select(made.key)


def _clear() -> None:
    for key in [key for key in st.session_state if str(key).startswith(_PREFIX)]:
        del st.session_state[key]
