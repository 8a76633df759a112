"""Writing a criterion, or its next version, with a look at what a labeller will see."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.criteria import (
    Content,
    Criterion,
    criterion_versions,
    current_criterion,
    problems,
    publish_criterion,
    slug,
)
from core.errors import NotFound
from core.identity import Actor
from pages.process import get_process
from pages.specialist import criteria_fields, criteria_history, criteria_preview
from pages.specialist.criteria_draft import Draft
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape


def show(actor: Actor, name: str) -> None:
    """Draw the form; ``name`` is empty for a new criterion."""
    st.button(
        "Back, keeping the draft", icon=":material/chevron_left:", type="tertiary", key="back", on_click=_back
    )
    versions: list[Criterion] = []
    if name:
        try:
            with get_process().database.reading() as session:
                versions = criterion_versions(name, session=session)
        except NotFound as error:
            st.warning(escape(str(error)), icon=":material/search_off:")
            return
    newest = versions[0] if versions else None
    draft = Draft(name, newest)
    _head(actor, name, newest, draft)
    if newest is not None:
        _overtaken(versions, draft)
    left, right = st.columns([1.45, 1], gap="large")
    content = draft.content()
    wrong = problems(content)
    if newest is None and (taken := _name_taken(draft)):
        wrong["name"] = taken
    with left:
        criteria_fields.show(draft, content, wrong, new=newest is None)
    with right:
        _aside(draft, content, newest)
    draft.keep()


def _head(actor: Actor, name: str, newest: Criterion | None, draft: Draft) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        title = f"Version {newest.version + 1} of {newest.name}" if newest else "New criterion"
        st.title(escape(title), anchor=False, width="stretch")
        with st.container(horizontal=True, width="content"):
            with st.popover("Discard", icon=":material/delete:", key="discard_ask"):
                st.write("Forget everything you have written here?")
                st.button("Discard it", key="discard", on_click=_discard, args=(draft,))
            st.button(
                "Publish",
                type="primary",
                icon=":material/check:",
                key="publish",
                on_click=_publish,
                args=(actor, name, draft),
            )


def _overtaken(versions: Sequence[Criterion], draft: Draft) -> None:
    """Say so when the version the author started from is no longer the newest, and what differs."""
    newest = versions[0]
    if newest.retired_at is not None:
        st.warning("It has been retired. Restore it first; what you wrote stays here.")
    base = next((each for each in versions if each.key == draft.based_on), None)
    if base is None or base.key == newest.key:
        return
    with st.container(border=True, key="criteria_overtaken"):
        st.warning(
            f"Version {newest.version} was published while you were writing on version {base.version}. "
            "Nothing of yours is lost. This is what changed meanwhile:",
            icon=":material/call_split:",
        )
        criteria_history.show_differences(
            Content.of(base), Content.of(newest), key=f"criteria_overtaken_{newest.key}"
        )
        st.button(
            f"Keep mine and build on version {newest.version}",
            key="rebase",
            help="Your text replaces theirs as a whole. Take over what you want to keep of it first.",
            on_click=_rebase,
            args=(draft, newest.key),
        )


def _aside(draft: Draft, content: Content, newest: Criterion | None) -> None:
    st.subheader("As a labeller will see it", anchor=False)
    with st.container(border=True):
        criteria_preview.show(content)
    if newest is not None:
        with st.container(key="criteria_changes"):
            st.subheader(f"Against version {newest.version}", anchor=False)
            criteria_history.show_differences(Content.of(newest), content, key="criteria_changes_diff")
        st.text_input(
            "What changes?",
            key=draft.key("change_note"),
            max_chars=500,
            placeholder="For those who labelled by the last version",
        )
        st.caption(
            "Judgements of earlier versions are kept as they are. After publishing you can have them "
            "labelled again."
        )


def _name_taken(draft: Draft) -> str:
    name = draft.value("name").strip() or slug(draft.value("question"))
    with get_process().database.reading() as session:
        other = current_criterion(name, session=session) if name else None
    return f"{name} is taken by “{other.question}” Give this one another name." if other else ""


def _publish(actor: Actor, name: str, draft: Draft) -> None:
    def act() -> Criterion:
        with get_process().database.transaction() as session:
            return publish_criterion(
                actor,
                session=session,
                name=name or draft.value("name").strip(),
                change_note=draft.value("change_note"),
                based_on=draft.based_on,
                **draft.fields(),
            )

    published = run_action(act)
    if published is None:
        draft.tried = True
        return
    same = published.key == draft.based_on
    draft.discard()
    st.query_params.from_dict({"criterion": published.name})
    notify(
        f"Nothing differs from version {published.version}, so nothing was published."
        if same
        else f"Version {published.version} of {published.name} is published."
    )


def _rebase(draft: Draft, criterion_id: int) -> None:
    draft.based_on = criterion_id


def _discard(draft: Draft) -> None:
    draft.discard()
    _back()


def _back() -> None:
    st.query_params.pop("edit", None)
