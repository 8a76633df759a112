"""Everything of an article that is not its text: who reads it, in which language, from when until when."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.identity import Actor
from core.knowledge import INTERNAL, PUBLIC, EditView, article_owners, list_articles, moved_source
from pages.process import get_process
from pages.specialist.knowledge.edit.fields import Fields
from pages.widgets.labels import LANGUAGES, language
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_NOBODY = 0
_AUDIENCES = {PUBLIC: "Public", INTERNAL: "Internal"}


def show(actor: Actor, view: EditView, *, disabled: bool) -> None:
    """Draw the fields; each is saved when it is left."""
    with get_process().database.reading() as session:
        owners = {_NOBODY: "Nobody", **article_owners(actor, session=session)}
    fields = Fields(actor, view)

    def given(field: str) -> dict[str, Any]:
        key = fields.key(field)
        return {
            "key": key,
            "disabled": disabled,
            "on_change": lambda: run_action(lambda: fields.save(field, key)),
        }

    with st.container(horizontal=True):
        st.selectbox(
            "Audience",
            list(_AUDIENCES),
            index=list(_AUDIENCES).index(fields.start("audience")),
            format_func=_AUDIENCES.__getitem__,
            help="Drafts use internal articles too, and never quote them to a customer.",
            **given("audience"),
        )
        locales = list(dict.fromkeys(["", *LANGUAGES, fields.start("locale")]))
        st.selectbox(
            "Language",
            locales,
            index=locales.index(fields.start("locale")),
            format_func=lambda code: language(code) if code else "Found out from the text",
            **given("locale"),
        )
    st.multiselect(
        "Tags",
        fields.start("tags"),
        default=fields.start("tags"),
        accept_new_options=True,
        placeholder="Type a tag, then Enter",
        **given("tags"),
    )
    with st.container(horizontal=True):
        owners.setdefault(fields.start("owner_id"), "Somebody who has left")
        st.selectbox(
            "Owner",
            list(owners),
            index=list(owners).index(fields.start("owner_id")),
            format_func=lambda key: owners.get(key, "Somebody"),
            **given("owner_id"),
        )
        st.date_input(
            "Next review", value=fields.start("review_on"), format="DD/MM/YYYY", **given("review_on")
        )
    with st.container(horizontal=True):
        st.datetime_input(
            "Goes live",
            value=fields.start("effective_from"),
            format="DD/MM/YYYY",
            help="Empty: as soon as it is released. Otherwise the release waits for this moment.",
            **given("effective_from"),
        )
        st.datetime_input(
            "Ends",
            value=fields.start("effective_until"),
            format="DD/MM/YYYY",
            help="At this moment the article is archived.",
            **given("effective_until"),
        )
    st.caption(f"Times are in {escape(actor.time_zone or 'UTC')}.")
    st.text_area(
        "What changes, and why",
        value=fields.start("note"),
        height=90,
        max_chars=500,
        placeholder="Stays with the version, for whoever reads it later",
        **given("note"),
    )
    if view.text.translation_of:
        _source(actor, view, fields, disabled=disabled)


def _source(actor: Actor, view: EditView, fields: Fields, *, disabled: bool) -> None:
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
            on_click=lambda: run_action(lambda: fields.store(translation_of="")),
        )
    if newer is not None:
        st.warning(
            f"The source has changed since this was translated: it is at version {newer.number} now. "
            "Say what it says, then mark it so in the details of the article.",
            icon=":material/update:",
        )
