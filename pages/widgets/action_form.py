"""An action's arguments as a form, what it would change, and its receipt: for Assist and for approvals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import pandas as pd
import streamlit as st

from core.actions import Field, InvalidArguments, Preview, RequestView
from core.identity import Actor
from pages.widgets.shell import current_actor
from pages.widgets.style import escape
from pages.widgets.times import moment

_Color = Literal["green", "red", "orange", "blue", "gray", "violet"]

# status -> icon, colour, words
_STATES: dict[str, tuple[str, _Color, str]] = {
    "proposed": (":material/pending_actions:", "violet", "Waits for approval"),
    "asked": (":material/forward_to_inbox:", "violet", "Waits for somebody with a higher limit"),
    "approved": (":material/hourglass_top:", "blue", "Approved, about to be carried out"),
    "executing": (":material/hourglass_top:", "blue", "Being carried out"),
    "done": (":material/check_circle:", "green", "Done"),
    "failed": (":material/error:", "red", "Failed: nothing was changed"),
    "unknown": (":material/help:", "orange", "Sent, but nobody knows whether it happened"),
    "rejected": (":material/block:", "gray", "Rejected"),
    "withdrawn": (":material/history:", "gray", "Withdrawn: the conversation moved on"),
}


def action_form(
    view: RequestView, *, key: str, disabled: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """One field for each argument, checked as it is typed.

    Args:
        key: of the widgets; what was typed lasts as long as it stays the same.

    Returns:
        The raw values, for :func:`core.actions.approve`, and what is wrong: argument -> plain words.
    """
    values: dict[str, Any] = {}
    slots = {}
    short = [field for field in view.fields if field.kind != "text"]
    columns = iter(st.columns(len(short)) if 1 < len(short) <= 3 else [])
    for field in view.fields:
        place = next(columns, None) if field.kind != "text" else None
        with place or st.container(gap=None):
            current = view.request.arguments.get(field.name)
            values[field.name] = _input(
                field, current, view, key=f"{key}_argument_{field.name}", disabled=disabled
            )
            slots[field.name] = st.empty()
    problems = _problems(view, values)
    for name, problem in problems.items():
        if name in slots:
            slots[name].markdown(f":red[:material/error: {escape(problem)}]")
        else:
            st.error(f"{escape(name)}: {escape(problem)}")
    return values, problems


def before_after(view: RequestView, preview: Preview | None = None) -> None:
    """What it changes, where the system can tell; by default as the request was last previewed."""
    preview = preview or view.preview
    names = list(dict.fromkeys([*preview.before, *preview.after]))
    if not names:
        return
    st.dataframe(
        pd.DataFrame(
            {
                "": names,
                "Now": [preview.before.get(name, "") for name in names],
                "Afterwards": [preview.after.get(name, "") for name in names],
            }
        ),
        hide_index=True,
        row_height=28,
        width="stretch",
        height="content",
    )


def state_badge(view: RequestView) -> None:
    """Where the request stands, in a few words."""
    icon, color, words = _STATES[view.request.status]
    st.badge(words, icon=icon, color=color)


def receipt(view: RequestView, *, actor: Actor | None = None) -> None:
    """Who decided when, what was proposed and what was carried out, and what came of it."""
    request = view.request
    viewer = actor or current_actor()
    zone = viewer.time_zone if viewer is not None else "UTC"
    state_badge(view)
    for line in _story(view, zone):
        st.caption(escape(line))
    if request.decision == "edited" and view.edited:
        _edits(view)
    if request.status == "done":
        st.markdown(escape(request.summary))
        if request.reference:
            st.caption(f"Receipt {escape(request.reference)}")
    elif request.error and request.status != "rejected":
        st.markdown(escape(request.error))


def argument_text(view: RequestView, name: str, value: Any) -> str:
    """A stored argument for people."""
    field = next((each for each in view.fields if each.name == name), None)
    if value is None or value == "":
        return "not given"
    if field is not None and field.kind == "amount":
        return f"{float(value):,.2f} {view.request.currency}".strip()
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _input(field: Field, current: Any, view: RequestView, *, key: str, disabled: bool) -> Any:
    label = field.label + ("" if field.required else " (optional)")
    if field.kind == "amount" and view.request.currency:
        label += f", {view.request.currency}"
    help_text = escape(field.help) or None
    if field.kind == "choice":
        index = field.choices.index(current) if current in field.choices else None
        return st.selectbox(label, field.choices, index=index, key=key, help=help_text, disabled=disabled)
    if field.kind == "flag":
        ticked = st.checkbox(label, value=bool(current), key=key, help=help_text, disabled=disabled)
        return None if current is None and not ticked else ticked  # what nobody said stays unsaid
    if field.kind == "date":
        chosen = st.date_input(label, value=_as_date(current), key=key, help=help_text, disabled=disabled)
        return chosen.isoformat() if isinstance(chosen, date) else None
    if field.kind == "amount" and isinstance(current, int | float):
        current = f"{current:.2f}"
    # Numbers are text fields too: they take a comma, and say what is wrong in our words.
    return st.text_input(
        label,
        value="" if current is None else str(current),
        key=key,
        help=help_text,
        placeholder="all that is left" if field.kind == "amount" and not field.required else None,
        disabled=disabled,
    )


def _as_date(current: Any) -> date | None:
    try:
        return date.fromisoformat(str(current))
    except ValueError:
        return None


def _problems(view: RequestView, values: Mapping[str, Any]) -> dict[str, str]:
    if view.action is None:
        return {}
    try:
        view.action.validate(values)
    except InvalidArguments as error:
        return error.problems
    return {}


def _story(view: RequestView, zone: str) -> list[str]:
    request = view.request
    lines = [f"Proposed by {view.requester or 'the AI'}, {moment(request.created_at, zone)}"]
    if view.asker and request.asked_at is not None:
        lines.append(
            f"{view.asker} asked for approval, {moment(request.asked_at, zone)}: {request.asked_note}"
        )
    if view.decider and request.decided_at is not None:
        deed = {"approved": "approved it", "edited": "approved it with edits", "rejected": "rejected it"}
        reason = f": {request.decision_reason}" if request.decision_reason else ""
        what = deed.get(request.decision, "decided")
        lines.append(f"{view.decider} {what}, {moment(request.decided_at, zone)}{reason}")
    if request.finished_at is not None and request.status == "done":
        tries = f", attempt {request.attempts}" if request.attempts > 1 else ""
        lines.append(f"Carried out {moment(request.finished_at, zone)}{tries}")
    return lines


def _edits(view: RequestView) -> None:
    labels = {field.name: field.label for field in view.fields}
    rows = view.edited.items()
    st.dataframe(
        pd.DataFrame(
            {
                "": [labels.get(name, name) for name, _ in rows],
                "Proposed": [argument_text(view, name, before) for name, (before, _) in rows],
                "Approved": [argument_text(view, name, after) for name, (_, after) in rows],
            }
        ),
        hide_index=True,
        row_height=28,
        width="stretch",
        height="content",
    )
