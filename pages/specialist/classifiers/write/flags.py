"""Examples from what people flagged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st
from sqlmodel import Session, col, select

from core.classifiers import Desk, Taken, add_subjects
from core.conversations import Message
from core.errors import RatchetError
from core.evals import STATES, STRENGTHS, FlagView, list_flags, read_subject
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import short
from pages.specialist.classifiers.write import state
from pages.specialist.classifiers.write.adding import add
from pages.specialist.classifiers.write.pick import pick_answer
from pages.widgets.style import escape

_MOST = 200
_ANY = ""
_ABOUT = {
    "conversation": "Each flag adds its conversation.",
    "message": "Each flag adds the customer's message before what was flagged.",
    "reply": "Each flag on a reply adds the reply.",
    "draft": "Each flag on a draft adds the draft.",
}


def draw(desk: Desk, user: Actor) -> None:
    """The flags, narrowed down, and the answer for the selected ones."""
    prefix = f"classifier_flags_{desk.classifier.key}"
    with get_process().database.reading() as session:
        flags = list_flags(user, session=session, mine=False, limit=_MOST).rows
    flags = [each for each in flags if _usable(desk, each)]
    if not flags:
        st.info("There is no flag to start from.", icon=":material/flag:")
        return
    shown = _filtered(flags, prefix)
    if not shown:
        st.info("No flag is like this.")
        return
    turn = f"{state.turn(desk.classifier.key)}_{hash(tuple(each.flag.key for each in shown))}"
    selected = _table(shown, key=f"{prefix}_table_{turn}")
    st.caption(f"{len(shown):,} flags. {_ABOUT.get(desk.classifier.subject_type, '')}")
    if not selected:
        return
    with st.container(border=True, key=f"{prefix}_chosen", gap="small"):
        st.markdown(f"**{len(selected):,} selected.** {escape(desk.question.question)}")
        pick_answer(desk.question, key=f"{prefix}_answer", on_pick=partial(_add, desk, user, selected))


def _usable(desk: Desk, view: FlagView) -> bool:
    """Replies and drafts are added as themselves; withdrawn flags not at all."""
    wanted = desk.classifier.subject_type
    fits = wanted in ("conversation", "message") or view.flag.subject_type == wanted
    return fits and view.flag.state != "withdrawn"


def _filtered(flags: Sequence[FlagView], prefix: str) -> list[FlagView]:
    questions = dict.fromkeys(each.criterion.question for each in flags)
    with st.container(horizontal=True, gap="small"):
        question = st.selectbox(
            "Flagged for",
            [_ANY, *questions],
            format_func=lambda each: each or "Anything",
            key=f"{prefix}_question",
        )
        strength = st.selectbox(
            "As",
            [_ANY, *STRENGTHS],
            format_func=lambda each: each.capitalize() or "Strong or weak",
            key=f"{prefix}_strength",
            width=150,
        )
        standing = st.selectbox(
            "State",
            [_ANY, *(each for each in STATES if each != "withdrawn")],
            format_func=lambda each: each.capitalize() or "Any",
            key=f"{prefix}_state",
            width=130,
        )
    return [
        each
        for each in flags
        if question in (_ANY, each.criterion.question)
        and strength in (_ANY, each.flag.strength)
        and standing in (_ANY, each.flag.state)
    ]


def _table(flags: Sequence[FlagView], *, key: str) -> list[FlagView]:
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "What was marked": [short(each.quote or each.before) for each in flags],
                "Flagged for": [f"{each.criterion.question} {each.answer}" for each in flags],
                "By": [each.who for each in flags],
                "Note": [short(each.flag.note, 80) for each in flags],
            }
        ),
        hide_index=True,
        row_height=30,
        height=min(38 + 30 * len(flags), 308),
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "What was marked": st.column_config.TextColumn(width=280),
            "Flagged for": st.column_config.TextColumn(width=170),
            "By": st.column_config.TextColumn(width=90),
            "Note": st.column_config.TextColumn(width=130),
        },
    )
    return [flags[at] for at in chosen["selection"]["rows"] if at < len(flags)]


def _add(desk: Desk, user: Actor, selected: Sequence[FlagView], answer: str) -> None:
    def work() -> Taken:
        with get_process().database.reading() as session:
            ids = subject_ids(desk.classifier.subject_type, selected, session=session)
        return add_subjects(
            user,
            desk.classifier.key,
            desk.classifier.subject_type,
            ids,
            answer,
            database=get_process().database,
            source="flags",
        )

    add(desk, work)


def subject_ids(subject_type: str, flags: Sequence[FlagView], *, session: Session) -> list[int]:
    """What is judged because of each flag; a flag before which the customer said nothing gives none."""
    if subject_type == "conversation":
        return [each.flag.conversation_id for each in flags]
    if subject_type != "message":
        return [each.flag.subject_id for each in flags]
    found = (_said_before(each, session=session) for each in flags)
    return [each for each in found if each is not None]


def _said_before(view: FlagView, *, session: Session) -> int | None:
    """The customer's last message before what was flagged."""
    try:
        subject = read_subject(view.flag.subject_type, view.flag.subject_id, session=session)
    except RatchetError:  # taken back meanwhile
        return None
    said = select(Message.id).where(
        Message.conversation_id == subject.conversation_id,
        Message.author == "customer",
        col(Message.recalled_at).is_(None),
    )
    if subject.message is not None:
        said = said.where(col(Message.position) < subject.message.position)
    elif subject.draft is not None and subject.draft.basis_message_id is not None:
        said = said.where(col(Message.id) <= subject.draft.basis_message_id)
    return session.exec(said.order_by(col(Message.position).desc()).limit(1)).first()
