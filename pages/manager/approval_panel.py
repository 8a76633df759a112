"""One request with all that a decision needs: effect, change, rule, who asked and why; then the verbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.actions import Appraisal, Preview, RequestView, approve, check, money, reject
from core.actions.tables import ActionRequest
from core.errors import Conflict
from core.identity import Actor
from pages.process import get_process
from pages.widgets.action_form import action_form, argument_text, before_after
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment

_RISKS = {"irreversible": "Cannot be undone", "reversible": "Can be undone"}
_MOST_REASON = 500


def show(actor: Actor, view: RequestView) -> None:
    """Draw the request; only who may decide it gets the buttons, others read who may."""
    request = view.request
    key = f"approval_{request.key}_{request.revision}"
    with st.container(border=True, gap="small", key="approval_panel"):
        _head(actor, view)
        effect = st.container(gap="small")
        seen: Appraisal | None = None
        values: dict[str, Any] = {}
        problems: Mapping[str, str] = {}
        if view.action is not None:
            st.markdown("**Arguments**")
            values, problems = action_form(view, key=key)
            seen = None if problems else _appraise(actor, view, values)
        with effect:
            _effect(view, seen)
        _verbs(actor, view, values, seen, key=key)


def _head(actor: Actor, view: RequestView) -> None:
    request = view.request
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape(view.title)}**", width="content")
        if view.amount is not None:
            st.badge(money(view.amount, request.currency), color="blue")
        st.badge(
            _RISKS.get(request.risk, request.risk),
            color="orange" if request.risk == "irreversible" else "gray",
        )
        st.space("stretch")
        st.page_link(
            "rep/assist.py",
            label="Open the conversation",
            icon=":material/forum:",
            query_params={"conversation": str(request.conversation_id)},
            width="content",
        )
    about = " · ".join(part for part in (view.customer, view.subject) if part)
    st.caption(escape(about))
    if request.asked_at is not None:
        asked = f"{view.asker} asks, {moment(request.asked_at, actor.time_zone)}"
        st.markdown(f"{escape(asked)}: *{escape(request.asked_note)}*")
    if request.reason_given:
        proposer = view.requester or "The AI"
        st.caption(escape(f"{proposer} proposed it because: {request.reason_given}"))
    for name, (before, after) in view.edited.items():
        changed = (
            f"{argument_text(view, name, before)} was proposed, {argument_text(view, name, after)} is asked"
        )
        st.caption(escape(f"{name.replace('_', ' ').capitalize()}: {changed}"))


def _effect(view: RequestView, seen: Appraisal | None) -> None:
    preview: Preview = seen.preview if seen is not None and seen.preview is not None else view.preview
    st.markdown(escape(preview.effect))
    if seen is not None and seen.refused:
        st.error(escape(seen.refused))
    for warning in preview.warnings:
        st.warning(escape(warning))
    before_after(view, preview)
    if preview.policy or view.policy:
        st.caption(f"Policy: {escape(preview.policy or view.policy)}")


def _verbs(
    actor: Actor, view: RequestView, values: dict[str, Any], seen: Appraisal | None, *, key: str
) -> None:
    if view.action is not None and not view.may_approve and not (seen is not None and seen.approvable):
        st.info(escape(_why_not(view, seen)), icon=":material/lock:")
        return
    if view.action is None:
        st.warning(escape(view.why_not))
    ready = seen is not None and seen.approvable
    if seen is not None and seen.ruling is not None and not ready:
        st.info(escape(seen.ruling.why_not), icon=":material/lock:")
    edited = ready and seen is not None and dict(seen.arguments) != view.request.arguments
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Approve with edits" if edited else "Approve",
            type="primary",
            icon=":material/check:",
            key=f"{key}_approve",
            disabled=not ready,
            on_click=_approve,
            args=(actor, view.request, values, _facts(seen)),
        )
        with (
            st.popover("Reject", icon=":material/close:", key=f"{key}_reject_popover"),
            st.form(f"{key}_reject", border=False),
        ):
            st.text_input("Why? The rep and the AI are told.", key=f"{key}_reason", max_chars=_MOST_REASON)
            st.form_submit_button("Reject", on_click=lambda: _reject(actor, view.request, key))


def _why_not(view: RequestView, seen: Appraisal | None) -> str:
    if seen is not None and seen.ruling is not None:
        return seen.ruling.why_not
    return view.why_not


def _facts(seen: Appraisal | None) -> str | None:
    return seen.preview.facts if seen is not None and seen.preview is not None else None


def _appraise(actor: Actor, view: RequestView, values: dict[str, Any]) -> Appraisal | None:
    """What it would do now. When that cannot be found out, the reason is shown in its place."""
    process = get_process()
    try:
        return check(
            actor, view.request.key, values, database=process.database, catalogue=process.catalogue()
        )
    except Conflict as error:
        return Appraisal(refused=str(error))


def _approve(actor: Actor, request: ActionRequest, values: dict[str, Any], facts: str | None) -> None:
    process = get_process()

    def act() -> None:
        approve(
            actor,
            request.key,
            database=process.database,
            catalogue=process.catalogue(),
            revision=request.revision,
            arguments=values,
            facts=facts,
        )
        process.executor.submit(request.key)

    run_action(act, done="Approved. It is being carried out.")


def _reject(actor: Actor, request: ActionRequest, key: str) -> None:
    reason = st.session_state.get(f"{key}_reason", "")
    run_action(
        lambda: reject(
            actor,
            request.key,
            database=get_process().database,
            revision=request.revision,
            reason=reason,
        ),
        done="Rejected.",
    )
