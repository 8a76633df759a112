"""Editing a case. What two people write at once is shown side by side, and nothing of either is lost."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.classifiers import ChangedMeanwhile
from core.evals import (
    NOBODY,
    CaseFacets,
    CaseView,
    case_facets,
    case_owners,
    change_case,
    describe_expectation,
    own_expectations,
)
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases import expectations, state
from pages.specialist.evals.cases.words import NO_POLARITY, POLARITIES, theme_words
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

_LABELS = {
    "name": "Name",
    "expectations": "Expectations",
    "theme": "Theme",
    "tags": "Tags",
    "weight": "Weight",
    "polarity": "Then",
    "critical": "Critical",
    "owner_id": "Looked after by",
}


def draw(user: Actor, view: CaseView) -> None:
    """Draw the form."""
    case = view.case
    prefix = f"case_edit_{case.key}_"
    # the revision whoever edits has seen, which a rerun must not bring up to date behind their back
    seen = int(st.session_state.setdefault(f"{prefix}seen", case.revision))
    st.markdown(f"**Edit case {case.key}**")
    _overtaken(user, prefix)
    with get_process().database.reading() as session:
        facets = case_facets(user, session=session)
        owners = case_owners(user, session=session)
    name = st.text_input("Name", value=case.name, key=f"{prefix}name", max_chars=300, persist_state="session")
    st.markdown("**What is expected**")
    if any(each.flag_id is not None for each in view.expected):
        st.caption("What its flags say is kept in step with them, and is not changed here.")
    expected = expectations.edit(user, prefix=prefix, begin=own_expectations(case.expectations))
    st.markdown("**How it is filed**")
    wanted = {"name": name, "expectations": expected, **_filing(view, facets, owners, prefix)}
    with st.container(horizontal=True, gap="small", key=f"{prefix}verbs"):
        # not in a callback, which would get what the fields held before the click
        if st.button("Save", type="primary", key=f"{prefix}save"):
            _save(user, case.key, seen, wanted, prefix)
        st.button("Cancel", key=f"{prefix}cancel", on_click=_cancel, args=(prefix,))


def _filing(view: CaseView, facets: CaseFacets, owners: dict[int, str], prefix: str) -> dict[str, Any]:
    case = view.case
    themes = sorted({*facets.themes, *filter(None, [case.theme])})
    theme = st.selectbox(
        "Theme",
        themes,
        index=themes.index(case.theme) if case.theme else None,
        format_func=theme_words,
        key=f"{prefix}theme",
        placeholder="None. Choose or type one",
        accept_new_options=True,
        persist_state="session",
    )
    tags = st.multiselect(
        "Tags",
        sorted({*facets.tags, *case.tags}),
        default=case.tags,
        key=f"{prefix}tags",
        accept_new_options=True,
        placeholder="None. Choose or type some",
        persist_state="session",
    )
    people = {NOBODY: "Nobody", **owners}
    if case.owner_id is not None:
        people.setdefault(case.owner_id, view.owner or "Somebody who has left")
    with st.container(horizontal=True, gap="small"):
        owner = st.selectbox(
            "Looked after by",
            list(people),
            index=list(people).index(case.owner_id or NOBODY),
            format_func=lambda key: people.get(key, "Somebody"),
            key=f"{prefix}owner",
            persist_state="session",
        )
        weight = st.number_input(
            "Weight",
            min_value=0.1,
            max_value=1000.0,
            value=float(case.weight),
            step=0.5,
            key=f"{prefix}weight",
            width=110,
            help="How often it counts in a suite's score.",
            persist_state="session",
        )
    polarity = st.segmented_control(
        "What was done then",
        ["", *POLARITIES],
        default=case.polarity,
        required=True,
        format_func=lambda each: POLARITIES.get(each, NO_POLARITY),
        key=f"{prefix}polarity",
        persist_state="session",
    )
    critical = st.toggle(
        "Critical: no change may make it fail",
        value=case.critical,
        key=f"{prefix}critical",
        persist_state="session",
    )
    return {
        "theme": theme or "",
        "tags": tags,
        "weight": weight,
        "polarity": polarity or "",
        "critical": critical,
        "owner_id": owner,
    }


def _save(user: Actor, case_id: int, seen: int, wanted: dict[str, Any], prefix: str) -> None:
    overtaken: ChangedMeanwhile | None = st.session_state.get(f"{prefix}overtaken")

    def act() -> bool:
        try:
            with get_process().database.transaction() as session:
                change_case(
                    user,
                    case_id,
                    session=session,
                    revision=overtaken.revision if overtaken else seen,
                    **wanted,
                )
        except ChangedMeanwhile as error:
            st.session_state[f"{prefix}overtaken"] = error
            return False
        return True

    stored = run_action(act)
    if stored:
        _cancel(prefix)
        notify("Saved.")
    if stored is not None:
        st.rerun()


def _cancel(prefix: str) -> None:
    state.forget(prefix)
    state.edit(None)


def _overtaken(user: Actor, prefix: str) -> None:
    """Both versions of every field that two people wrote, if there are any."""
    error: ChangedMeanwhile | None = st.session_state.get(f"{prefix}overtaken")
    if error is None:
        return
    with get_process().database.reading() as session:
        owners = case_owners(user, session=session)
    st.warning(escape(str(error)), icon=":material/call_split:")
    for each in error.differences:
        theirs, yours = (_words(each.field, value, owners) for value in (each.theirs, each.yours))
        st.markdown(f"**{_LABELS.get(each.field, each.field)}**")
        st.markdown(f"- Stored: {escape(theirs)}\n- Yours: {escape(yours)}")
    with st.container(horizontal=True, gap="small", key=f"{prefix}overtaken_verbs"):
        st.caption("Save stores yours over it.", width="stretch")
        st.button("Keep theirs", key=f"{prefix}theirs", on_click=_cancel, args=(prefix,))


def _words(field: str, value: Any, owners: dict[int, str]) -> str:
    if field == "expectations":
        return "; ".join(describe_expectation(each) for each in value) or "nothing"
    if field == "tags":
        return ", ".join(value) or "none"
    if field == "polarity":
        return POLARITIES.get(value, NO_POLARITY)
    if field == "critical":
        return "yes" if value else "no"
    if field == "owner_id":
        return owners.get(value, "somebody else") if value else "nobody"
    return f"{value:g}" if field == "weight" else str(value) or "empty"
