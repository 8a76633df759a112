"""Choosing a check we ship, what it wants to know, and what it says of recent texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.classifiers import (
    Check,
    CheckParameter,
    Desk,
    Threshold,
    checks,
    decide,
    get_check,
    read_subjects,
    recent_subjects,
)
from core.errors import InvalidInput
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import short
from pages.specialist.classifiers.write import state
from pages.specialist.classifiers.write.settings import SettingsDraft, show_standing
from pages.widgets.components import rich_text
from pages.widgets.style import escape

_TRIED = 100


def draw(desk: Desk, user: Actor) -> None:
    """The check with its parameters, and its verdicts."""
    draft = SettingsDraft(desk, user)
    chosen = _choice(desk, draft, writable=state.may_write(desk, user))
    if chosen is None:
        return
    settings = draft.settings
    if wrong := desk.kind.problems(desk.question, settings):
        st.error("  \n".join(escape(each) for each in wrong), icon=":material/error:")
        return
    _verdicts(desk, settings)


def _choice(desk: Desk, draft: SettingsDraft, *, writable: bool) -> Check | None:
    """Draw the choice and the form; the check that is chosen."""
    offered = {each.name: each for each in checks() if desk.classifier.subject_type in each.subjects}
    if not offered:
        st.info(
            "No check has anything to say about this. Checks judge replies and drafts.",
            icon=":material/rule:",
        )
        return None
    key = f"classifier_check_{desk.classifier.key}_{draft.generation}"
    stored = draft.settings.get("check")
    st.session_state.setdefault(key, stored if stored in offered else None)
    name = st.selectbox(
        "Check",
        list(offered),
        format_func=lambda each: offered[each].title,
        key=key,
        placeholder="Choose what is checked",
        disabled=not writable,
        on_change=lambda: draft.write({"check": st.session_state[key], "parameters": {}}),
    )
    if name is None:
        return None
    chosen = offered[name]
    st.caption(escape(chosen.hint))
    _form(draft, chosen, key=f"{key}_{name}", writable=writable)
    show_standing(draft, in_words)
    return chosen


def _form(draft: SettingsDraft, chosen: Check, *, key: str, writable: bool) -> None:
    """A field for each parameter, as the check declares them."""
    given = dict(draft.settings.get("parameters") or {})

    def changed() -> None:
        values = {each.name: st.session_state[f"{key}_{each.name}"] for each in chosen.parameters}
        draft.write({"check": chosen.name, "parameters": values})

    for parameter in chosen.parameters:
        field = f"{key}_{parameter.name}"
        st.session_state.setdefault(field, given.get(parameter.name, parameter.default))
        _field(parameter, key=field, changed=changed, disabled=not writable)


def _field(parameter: CheckParameter, *, key: str, changed: Any, disabled: bool) -> None:
    common: dict[str, Any] = {
        "key": key,
        "help": parameter.hint or None,
        "on_change": changed,
        "disabled": disabled,
    }
    if parameter.kind == "number":
        st.number_input(parameter.label, parameter.low, parameter.high, step=1, width=260, **common)
    elif parameter.kind == "choice":
        labels = dict(parameter.choices)
        st.selectbox(
            parameter.label,
            list(labels),
            format_func=lambda each: labels.get(each, each),
            width=320,
            **common,
        )
    else:
        st.toggle(parameter.label, **common)


def _verdicts(desk: Desk, settings: Mapping[str, Any]) -> None:
    """What it says of the newest subjects, and why."""
    kind = desk.classifier.subject_type
    with get_process().database.reading() as session:
        found = read_subjects(kind, recent_subjects(kind, session=session, limit=_TRIED), session=session)
    subjects = list(found.values())
    if not subjects:
        st.caption("There is nothing to try it on yet.")
        return
    model = desk.kind.fit(desk.question, settings, (), services=get_process().services)
    scores = model.score(subjects)
    # where a check cannot tell, it says neither
    said = decide(scores, desk.question.answers, many=False, threshold=Threshold(familiarity=1e-6))
    counts = pd.Series(["cannot tell" if each.abstained else each.answer for each in said]).value_counts()
    listed = ", ".join(f"{count:,} × {answer}" for answer, count in counts.items())
    st.markdown(f"**Of the newest {len(subjects):,}: {escape(listed)}**")
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Text": [short(each.text) for each in subjects],
                "Says": ["Cannot tell" if each.abstained else each.answer for each in said],
                "Why": [each.reason for each in said],
            }
        ),
        hide_index=True,
        row_height=28,
        height=min(38 + 28 * len(subjects), 300),
        key=f"classifier_check_verdicts_{desk.classifier.key}_{hash(str(settings))}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Text": st.column_config.TextColumn(width=240),
            "Says": st.column_config.TextColumn(width=80),
            "Why": st.column_config.TextColumn(width=280),
        },
    )
    if rows := chosen["selection"]["rows"]:
        with st.container(border=True, key="classifier_check_text"):
            rich_text([{"text": subjects[rows[0]].text}], key="classifier_check_words", clip=True)
            st.caption(escape(said[rows[0]].reason))


def in_words(settings: Mapping[str, Any]) -> str:
    """A check with its parameters, a line each."""
    try:
        chosen = get_check(str(settings.get("check") or ""))
    except InvalidInput:
        return ""
    given = {each.name: each.default for each in chosen.parameters} | dict(settings.get("parameters") or {})
    labels = {each.name: each.label for each in chosen.parameters}
    return "\n".join([chosen.title, *(f"{labels.get(name, name)}: {value}" for name, value in given.items())])
