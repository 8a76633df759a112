"""Everything of an article that is not its text: who reads it, in which language, from when until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import streamlit as st

from core.identity import Actor
from core.knowledge import (
    INTERNAL,
    PUBLIC,
    EditText,
    EditView,
    article_owners,
    list_articles,
    moved_source,
    save_edit,
)
from pages.process import get_process
from pages.widgets.labels import LANGUAGES, language
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import zone

_NOBODY = 0
_FIELDS = ("audience", "locale", "tags", "owner_id", "review_on", "effective_from", "effective_until", "note")
_AUDIENCES = {PUBLIC: "Public: drafts may quote it", INTERNAL: "Internal: drafts may use it, never quote it"}


def show(actor: Actor, view: EditView, *, disabled: bool) -> None:
    """Draw the fields; each is saved when it is left."""
    _fill(actor, view)
    with get_process().database.reading() as session:
        owners = {_NOBODY: "Nobody", **article_owners(actor, session=session)}
    text = view.text
    if text.owner_id is not None:
        owners.setdefault(text.owner_id, "Somebody who has left")

    def given(field: str) -> dict[str, Any]:
        return {
            "key": _key(view.edit.key, field),
            "disabled": disabled,
            "on_change": lambda: run_action(lambda: _save(actor, view.edit.key, field)),
        }

    locales = list(dict.fromkeys(["", *LANGUAGES, text.locale]))
    with st.container(horizontal=True):
        st.selectbox("Audience", list(_AUDIENCES), format_func=_AUDIENCES.__getitem__, **given("audience"))
        st.selectbox(
            "Language",
            locales,
            format_func=lambda code: language(code) if code else "Found out from the text",
            **given("locale"),
        )
    st.multiselect(
        "Tags",
        list(text.tags),
        accept_new_options=True,
        placeholder="Type a tag, then Enter",
        **given("tags"),
    )
    with st.container(horizontal=True):
        st.selectbox(
            "Owner", list(owners), format_func=lambda key: owners.get(key, "Somebody"), **given("owner_id")
        )
        st.date_input("Next review", format="DD/MM/YYYY", **given("review_on"))
    with st.container(horizontal=True):
        st.datetime_input(
            "Goes live",
            format="DD/MM/YYYY",
            help="Empty: as soon as it is released. Otherwise the release waits for this moment.",
            **given("effective_from"),
        )
        st.datetime_input(
            "Ends",
            format="DD/MM/YYYY",
            help="At this moment the article is archived.",
            **given("effective_until"),
        )
    st.caption(f"Times are in {escape(actor.time_zone or 'UTC')}.")
    st.text_area(
        "What changes, and why",
        height=90,
        max_chars=500,
        placeholder="Stays with the version, for whoever reads it later",
        **given("note"),
    )
    if text.translation_of:
        _source(actor, view, disabled=disabled)


def _source(actor: Actor, view: EditView, *, disabled: bool) -> None:
    named = view.text.translation_of
    with get_process().database.reading() as session:
        found = list_articles(actor, session=session, search=named, status=None).rows
        newer = moved_source(view.article, session=session) if view.article is not None else None
    title = next((each.title for each in found if each.external_id == named), "")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/translate: Translation of **{escape(title or named)}**")
        st.button(
            "It is no translation",
            type="tertiary",
            key="edit_no_translation",
            disabled=disabled,
            on_click=lambda: run_action(lambda: _store(actor, view.edit.key, view.text, translation_of="")),
        )
    if newer is not None:
        st.warning(
            f"The source has changed since this was translated: it is at version {newer.number} now. "
            "Say what it says, then mark it so in the details of the article.",
            icon=":material/update:",
        )


def _fill(actor: Actor, view: EditView) -> None:
    """Put what is stored into fields that are drawn anew, and into those that somebody else changed."""
    seen: EditText | None = st.session_state.get(_seen(view.edit.key))
    for field in _FIELDS:
        key = _key(view.edit.key, field)
        stored = getattr(view.text, field)
        if seen is None or key not in st.session_state or getattr(seen, field) != stored:
            st.session_state[key] = _shown(actor, field, stored)
    st.session_state[_seen(view.edit.key)] = view.text


def _save(actor: Actor, edit_id: int, field: str) -> None:
    seen = cast(EditText, st.session_state[_seen(edit_id)])
    typed = st.session_state[_key(edit_id, field)]
    _store(actor, edit_id, seen, **{field: _stored(actor, field, typed)})


def _store(actor: Actor, edit_id: int, base: EditText, **changed: Any) -> None:
    with get_process().database.transaction() as session:
        save_edit(actor, edit_id, base=base, mine=replace(base, **changed), session=session)


def _shown(actor: Actor, field: str, value: Any) -> Any:
    """A stored value as its widget holds it: times without a zone are the viewer's."""
    if field == "tags":
        return list(value)
    if field == "owner_id":
        return value or _NOBODY
    if isinstance(value, datetime):
        return value.astimezone(zone(actor.time_zone)).replace(tzinfo=None)
    return value


def _stored(actor: Actor, field: str, value: Any) -> Any:
    if field == "tags":
        return tuple(value)
    if field == "owner_id":
        return value or None
    if isinstance(value, datetime):
        return value.replace(tzinfo=zone(actor.time_zone))
    return value


def _key(edit_id: int, field: str) -> str:
    return f"edit_{edit_id}_{field}"


def _seen(edit_id: int) -> str:
    return f"edit_{edit_id}_seen"
