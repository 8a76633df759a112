"""Proposed actions as cards: what would happen, every argument editable, and who may decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.actions import (
    ActionRequest,
    Appraisal,
    InvalidArguments,
    Preview,
    RequestView,
    approve,
    ask,
    check,
    check_again,
    list_requests,
    reject,
)
from core.assist import DraftView
from core.conversations import ConversationView
from core.identity import Actor, Permission
from pages.process import get_process
from pages.widgets.action_form import action_form, receipt, state_badge
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_OPEN = ("proposed", "asked", "approved", "executing", "unknown")
_RISKS = {"irreversible": "Cannot be undone", "reversible": "Can be undone"}
_MOST_REASON = 500
_REDRAW = "actions_redraw"


def load(actor: Actor, view: ConversationView) -> list[RequestView]:
    """Every action of the conversation, oldest first."""
    process = get_process()
    with process.database.reading() as session:
        return list_requests(actor, view.conversation.key, session=session, catalogue=process.catalogue())


def show_open(actor: Actor, requests: list[RequestView], draft: DraftView | None) -> None:
    """A card for each action that waits for a decision or for its outcome.

    What a draft proposes is shown once its run has paused: the redraw at that moment would close what
    somebody has just opened.
    """
    building = draft.draft.key if draft is not None and draft.building else None
    for view in requests:
        if view.request.status in _OPEN and (building is None or view.request.draft_id != building):
            st.fragment(_card)(actor, view)


def show_receipts(actor: Actor, requests: list[RequestView]) -> None:
    """What was decided and done, newest first."""
    over = [view for view in reversed(requests) if view.request.status not in _OPEN]
    if not over:
        st.caption("Nothing was done in the customer's account in this conversation.")
    for view in over:
        with st.container(border=True, gap="small", key=f"receipt_{view.request.key}"):
            st.markdown(f"**{escape(view.title)}**")
            st.caption(escape(view.request.effect))
            receipt(view, actor=actor)


def _card(actor: Actor, view: RequestView) -> None:
    if st.session_state.pop(_REDRAW, False):
        st.rerun()  # this card was drawn from what it was before, and the receipts show it too
    request = view.request
    with st.container(border=True, gap="small", key=f"action_{request.key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape(view.title)}**")
            state_badge(view)
            st.space("stretch")
            st.caption(_RISKS.get(request.risk, ""), width="content")
        if view.undecided:
            _decide(actor, view)
        else:
            _under_way(actor, view)


def _decide(actor: Actor, view: RequestView) -> None:
    request = view.request
    key = f"action_{request.key}_{request.revision}"
    above = st.container(gap="small")
    with st.expander("Change before approving", icon=":material/tune:", key=f"{key}_change"):
        values, problems = action_form(view, key=key, disabled=view.action is None)
    seen = _appraise(actor, view, values) if not problems and view.action is not None else None
    with above:
        _what_happens(view, seen, problems)
    ruling = seen.ruling if seen is not None else None
    may = actor.can(Permission.ACTIONS_APPROVE) and ruling is not None and ruling.allowed
    with st.container(horizontal=True, vertical_alignment="center"):
        if may and seen is not None and seen.preview is not None:
            st.button(
                "Approve" if _same(view, values) else "Approve with changes",
                key=f"{key}_approve",
                icon=":material/check:",
                on_click=_approve,
                args=(actor, view, values, seen.preview.facts),
            )
        elif actor.can(Permission.CONVERSATIONS_WORK) and request.status == "proposed" and ruling is not None:
            _with_text(
                "Ask for approval",
                ":material/forward_to_inbox:",
                key=f"{key}_ask",
                question="What should the approver know?",
                then=lambda text: _ask(actor, view, values, text),
            )
        if actor.can(Permission.ACTIONS_APPROVE):
            _with_text(
                "Reject",
                ":material/close:",
                key=f"{key}_reject",
                question="Why? The AI is told, and writes its draft accordingly.",
                then=lambda text: _reject(actor, view, text),
            )
    if request.status == "asked":
        st.caption(escape(f"{view.asker} asked: {request.asked_note}"))


def _what_happens(view: RequestView, seen: Appraisal | None, problems: Mapping[str, str]) -> None:
    """The effect in plain words, before and after, the rule behind it, and who may approve it."""
    preview = seen.preview if seen is not None and seen.preview is not None else view.preview
    st.markdown(escape(preview.effect or view.request.effect))
    if problems:
        st.markdown(":red[:material/error: Something in the changed values does not fit; see below.]")
    elif seen is not None and seen.refused:
        st.markdown(f":red[:material/error: {escape(seen.refused)}]")
    for warning in preview.warnings:
        st.markdown(f":orange[:material/warning: {escape(warning)}]")
    if changes := _changes(preview):
        st.caption("  \n".join(escape(change) for change in changes))
    ruling = seen.ruling if seen is not None else None
    who = ruling.who_may if ruling is not None else view.who_may
    why_not = ruling.why_not if ruling is not None else view.why_not
    rule = preview.policy or view.policy
    told = [f"Policy: {rule}" if rule else "", f"May be approved by {who}." if who else "", why_not]
    st.caption("  \n".join(escape(line) for line in told if line))


def _changes(preview: Preview) -> list[str]:
    """Before and after, a line each. What a system shows and does not say to change stands as it is."""
    lines = []
    for name in dict.fromkeys([*preview.before, *preview.after]):
        if name not in preview.after:
            lines.append(f"{name}: {preview.before[name]}")
        else:
            lines.append(f"{name}: {preview.before.get(name, 'nothing')} → {preview.after[name]}")
    return lines


def _under_way(actor: Actor, view: RequestView) -> None:
    st.markdown(escape(view.request.effect))
    request = view.request
    if request.error:
        st.caption(escape(request.error))
    if request.status == "unknown":
        st.button(
            "Check again",
            key=f"action_{request.key}_check",
            icon=":material/refresh:",
            help="Asks the other system what became of it. Nothing is repeated.",
            on_click=_check_again,
            args=(actor, view),
        )


def _same(view: RequestView, values: Mapping[str, Any]) -> bool:
    """Whether these are the stored arguments; an empty field and a missing one are the same."""
    if view.action is None:
        return True
    try:
        return view.action.validate(values) == view.action.validate(view.request.arguments)
    except InvalidArguments:
        return False


def _appraise(actor: Actor, view: RequestView, values: dict[str, Any]) -> Appraisal | None:
    process = get_process()
    return run_action(
        lambda: check(
            actor, view.request.key, values, database=process.database, catalogue=process.catalogue()
        )
    )


def _with_text(label: str, icon: str, *, key: str, question: str, then: Callable[[str], None]) -> None:
    """A button that asks for a few words first."""
    with (
        st.popover(label, icon=icon, type="tertiary", key=f"{key}_popover"),
        st.form(f"{key}_form", border=False),
    ):
        st.text_input(question, key=f"{key}_text", max_chars=_MOST_REASON)
        st.form_submit_button(label, on_click=lambda: then(st.session_state.get(f"{key}_text", "")))


def _run(action: Callable[[], ActionRequest]) -> None:
    if run_action(action) is not None:
        st.session_state[_REDRAW] = True


def _approve(actor: Actor, view: RequestView, values: dict[str, Any], facts: str) -> None:
    process = get_process()

    def act() -> ActionRequest:
        approved = approve(
            actor,
            view.request.key,
            database=process.database,
            catalogue=process.catalogue(),
            revision=view.request.revision,
            arguments=values,
            facts=facts,
        )
        process.executor.submit(view.request.key)
        return approved

    _run(act)


def _reject(actor: Actor, view: RequestView, reason: str) -> None:
    process = get_process()
    _run(
        lambda: reject(
            actor, view.request.key, database=process.database, revision=view.request.revision, reason=reason
        )
    )


def _ask(actor: Actor, view: RequestView, values: dict[str, Any], note: str) -> None:
    process = get_process()
    _run(
        lambda: ask(
            actor,
            view.request.key,
            database=process.database,
            catalogue=process.catalogue(),
            revision=view.request.revision,
            note=note,
            arguments=values,
        )
    )


def _check_again(actor: Actor, view: RequestView) -> None:
    process = get_process()
    _run(
        lambda: check_again(actor, view.request.key, database=process.database, catalogue=process.catalogue())
    )
