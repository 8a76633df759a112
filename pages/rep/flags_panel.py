"""One flag: the words in context, how to say it better, what became of it, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.evals import STRONG, FlagView, accept_flag, dismiss_flag, reopen_flag, withdraw_flag
from core.identity import Actor, Permission
from pages.process import get_process
from pages.rep.flagging import STRENGTH_WORDS
from pages.widgets.components import Segment, rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment

_MOST_REASON = 500


def show(actor: Actor, view: FlagView) -> None:
    """Draw it; who may decide gets the buttons, its author may withdraw it while it is open."""
    flag = view.flag
    with st.container(border=True, gap="small", key="flag_panel"):
        _head(actor, view)
        st.markdown(f"**{escape(view.criterion.question)}** {_answer(view)}")
        segments: list[Segment] = [{"text": view.before}]
        if view.quote:
            segments += [{"text": view.quote, "kind": "mark"}, {"text": view.after}]
        if view.before or view.quote:
            rich_text(segments, key=f"flag_words_{flag.key}")
        else:
            st.caption("The draft that gives no answer, as a whole.")
        if flag.better:
            st.caption("Better wording")
            rich_text([{"text": flag.better, "kind": "insert"}], key=f"flag_better_{flag.key}")
        if flag.note:
            st.caption("Note")
            rich_text([{"text": flag.note}], key=f"flag_note_{flag.key}", small=True)
        st.caption("What became of it")
        st.markdown(escape(view.outcome))
        _verbs(actor, view)


def _head(actor: Actor, view: FlagView) -> None:
    flag = view.flag
    strong = flag.strength == STRONG
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(
            STRENGTH_WORDS[flag.strength],
            icon=":material/thumb_up:" if strong else ":material/thumb_down:",
            color="green" if strong else "orange",
        )
        st.markdown(escape(_about(actor, view)), width="content")
        st.space("stretch")
        st.page_link(
            "rep/assist.py",
            label="Open the conversation",
            icon=":material/forum:",
            query_params={"conversation": str(flag.conversation_id)},
            width="content",
        )
    matter = " · ".join(part for part in (view.customer, view.subject) if part)
    st.caption(escape(f"{view.who}, {moment(flag.created_at, actor.time_zone)} · {matter}"))


def _about(actor: Actor, view: FlagView) -> str:
    if view.flag.subject_type == "draft":
        return "A draft of the AI"
    if view.flag.about_person_id is not None and view.flag.about_person_id == actor.person_id:
        return "Your reply"
    return f"A reply of {view.about}" if view.about else "A reply"


def _answer(view: FlagView) -> str:
    return escape(view.answer.replace("_", " "))


def _verbs(actor: Actor, view: FlagView) -> None:
    flag = view.flag
    decides = actor.can(Permission.FLAGS_DECIDE)
    mine = flag.flagged_by_id == actor.person_id
    with st.container(horizontal=True, vertical_alignment="center"):
        if decides and flag.state == "open":
            st.button(
                "Accept as eval case",
                type="primary",
                icon=":material/check:",
                key=f"flag_accept_{flag.key}",
                help="Its conversation is kept as it was; an answer to it is expected to be as flagged.",
                on_click=lambda: _do(accept_flag, actor, flag.key, done="Accepted as an eval case."),
            )
            with (
                st.popover("Dismiss", icon=":material/close:", key=f"flag_dismiss_{flag.key}"),
                st.form(f"flag_dismiss_form_{flag.key}", border=False),
            ):
                key = f"flag_reason_{flag.key}"
                st.text_input(f"Why? {view.who} reads it.", key=key, max_chars=_MOST_REASON)
                st.form_submit_button("Dismiss", on_click=lambda: _dismiss(actor, flag.key, key))
        if decides and flag.state in {"accepted", "dismissed"}:
            st.button(
                "Take the decision back",
                icon=":material/undo:",
                key=f"flag_reopen_{flag.key}",
                on_click=lambda: _do(reopen_flag, actor, flag.key, done="The flag is open again."),
            )
        if mine and flag.state == "open" and actor.can(Permission.CONVERSATIONS_WORK):
            st.button(
                "Withdraw",
                type="tertiary",
                icon=":material/delete:",
                key=f"flag_withdraw_{flag.key}",
                on_click=lambda: _do(withdraw_flag, actor, flag.key, done="Withdrawn."),
            )


def _dismiss(actor: Actor, flag_id: int, key: str) -> None:
    reason = st.session_state.get(key, "")
    _do(dismiss_flag, actor, flag_id, done="Dismissed. Whoever flagged it reads why.", reason=reason)


def _do(verb: Callable[..., Any], actor: Actor, flag_id: int, *, done: str, **rest: Any) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            verb(actor, flag_id, session=session, **rest)

    run_action(act, done=done)
