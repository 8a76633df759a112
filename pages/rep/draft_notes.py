"""What stands around a draft: look-ups, what the guardrails saw, the question to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.assist import GUARDRAILS, DraftView, Step
from core.identity import Actor, Permission
from pages.process import get_process
from pages.rep import provenance
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_ICONS = {
    "done": ":material/check:",
    "failed": ":material/error:",
    "rejected": ":material/block:",
    "waiting": ":material/hourglass:",
    "unknown": ":material/help:",
}
_WORDS = {"failed": "failed", "rejected": "rejected", "waiting": "waits", "unknown": "outcome unknown"}
_MOST_ANSWER = 2000
_MOST_QUOTES = 3


def show_findings(view: DraftView) -> None:
    """What the guardrails saw, the ones that block first."""
    same: dict[tuple[str, str, str, str], list[str]] = {}
    for finding in sorted(view.findings, key=lambda each: (each.severity != "block", each.stage)):
        kind = (finding.guardrail, finding.severity, finding.stage, finding.message)
        same.setdefault(kind, []).append(finding.quote)
    for number, ((guardrail, severity, stage, message), quotes) in enumerate(same.items()):
        blocked = severity == "block" and stage == "after"
        with st.container(key=f"finding_{view.draft.key}_{number}", gap=None):
            st.badge(
                _title(guardrail),
                icon=":material/gpp_bad:" if blocked else ":material/gpp_maybe:",
                color="red" if blocked else "orange",
            )
            shown = " ".join(f"“{escape(quote)}”" for quote in quotes[:_MOST_QUOTES] if quote)
            more = f" and {len(quotes) - _MOST_QUOTES} more" if len(quotes) > _MOST_QUOTES else ""
            st.caption(f"{escape(message)} {shown}{more}")


def show_steps(view: DraftView) -> None:
    """The look-ups and actions of the run, one line each, closed until somebody wants to know."""
    if not view.steps:
        return
    done = sum(step.status == "done" for step in view.steps)
    label = f"Looked up and done: {len(view.steps)}" + (
        "" if done == len(view.steps) else f" ({len(view.steps) - done} without result)"
    )
    with st.expander(label, icon=":material/manage_search:", key=f"steps_{view.draft.key}"):
        for step in view.steps:
            _step(step)


def show_origin(actor: Actor, view: DraftView) -> None:
    """How sure the calibrated score is, and the ways to what it rests on and to every step behind it."""
    draft = view.draft
    traced = bool(draft.trace_id) and actor.can(Permission.TRACES_READ)
    if not traced and not provenance.may_ask(actor):
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"origin_{draft.key}"):
        if traced and draft.score is not None:
            st.caption(
                f"Right with {draft.score:.0%} probability",
                width="content",
                help="As calibrated: see Answering.",
            )
        st.space("stretch")
        provenance.draft_button(actor, view)
        if not traced:
            return
        st.page_link(
            "specialist/traces.py",
            label="How it came about",
            icon=":material/timeline:",
            query_params={"trace": draft.trace_id},
        )


def show_question(actor: Actor, view: DraftView) -> None:
    """The one question that would unblock a draft, with a field for its answer."""
    draft = view.draft
    if not draft.question:
        return
    if draft.decision == "answer":
        st.caption(escape(draft.question))
        return
    st.markdown(f"To unblock it: {escape(draft.question)}")
    if view.stale or not actor.can(Permission.DRAFTS_REQUEST):
        return
    key = f"draft_answer_{draft.key}"

    def answer() -> None:
        text = st.session_state.get(key, "")
        if not text.strip():
            st.toast("Write the answer first.", icon=":material/edit:")
            return
        run_action(lambda: get_process().runner.start(draft.conversation_id, actor=actor, answer=text))

    with (
        st.form(f"{key}_form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input(
            "Your answer",
            key=key,
            max_chars=_MOST_ANSWER,
            placeholder="What you know or found out; the draft will quote it",
        )
        st.form_submit_button("Draft with this", icon=":material/edit_note:", on_click=answer)


def _step(step: Step) -> None:
    arguments = _arguments(step.arguments)
    what = f"**{escape(step.title)}**" + (f" · {escape(arguments)}" if arguments else "")
    state = f" · {_WORDS[step.status]}" if step.status in _WORDS else ""
    st.markdown(f"{_ICONS[step.status]} {what}{state}")
    told = step.error or step.summary
    if told:
        st.caption(escape(told))


def _arguments(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in arguments.items() if value)


def _title(guardrail: str) -> str:
    known = GUARDRAILS.get(guardrail)
    return known.title if known is not None else guardrail
