"""Who looks after an article and when, where its readers are sent, and its other languages."""

from __future__ import annotations

from datetime import date

import streamlit as st

from core.identity import Actor, Permission
from core.knowledge import (
    ArticleView,
    Translation,
    article_owners,
    mark_followed,
    moved_source,
    set_owner,
    set_review_on,
    translations_of,
)
from pages.process import get_process
from pages.specialist.knowledge import frame
from pages.specialist.knowledge.read import redirecting
from pages.widgets.labels import language
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment

_NOBODY = 0


def show(actor: Actor, view: ArticleView) -> None:
    """Draw them; a specialist can change them here, because they shape no draft."""
    article = view.article
    with get_process().database.reading() as session:
        owners = article_owners(actor, session=session)
        translations = translations_of(actor, article.key, session=session)
    may = actor.can(Permission.KNOWLEDGE_EDIT)
    people = {_NOBODY: "Nobody", **owners}
    if article.owner_id is not None:
        people.setdefault(article.owner_id, "Somebody who has left")
    if may:
        _change(actor, view, people)
    else:
        st.markdown(f"**Owner** {escape(people[article.owner_id or _NOBODY])}")
        day = f"{article.review_on:%d %b %Y}" if article.review_on else "no date"
        st.markdown(f"**Next review** {day}")
    _dates(actor, view)
    if article.status != "live":
        redirecting.show(actor, article)
    _translations(actor, view, translations, may=may)
    st.caption(escape(f"Id in {article.source}: {article.external_id}"))


def _change(actor: Actor, view: ArticleView, people: dict[int, str]) -> None:
    article = view.article
    # what is stored is part of the key: what somebody else changes is shown too
    owner = f"article_owner_{article.key}_{article.owner_id or _NOBODY}"
    review = f"article_review_{article.key}_{article.review_on}"
    with st.container(horizontal=True):
        st.selectbox(
            "Owner",
            list(people),
            index=list(people).index(article.owner_id or _NOBODY),
            format_func=people.__getitem__,
            key=owner,
            on_change=lambda: _set_owner(actor, article.key, st.session_state[owner] or None),
        )
        st.date_input(
            "Next review",
            value=article.review_on,
            format="DD/MM/YYYY",
            key=review,
            help="On this day the article shows up as due for a look.",
            on_change=lambda: _set_review(actor, article.key, st.session_state[review]),
        )


def _dates(actor: Actor, view: ArticleView) -> None:
    live = view.live
    if live is not None and live.effective_until is not None:
        st.markdown(f"**Ends** {moment(live.effective_until, actor.time_zone)}: then it is archived.")
    for version in view.versions:
        if version.start_state == "waiting" and version.effective_from is not None:
            when = moment(version.effective_from, actor.time_zone)
            st.markdown(f"**Version {version.number}** goes live {when}.")


def _translations(actor: Actor, view: ArticleView, found: list[Translation], *, may: bool) -> None:
    if not found:
        return
    st.markdown("**Other languages**")
    with get_process().database.reading() as session:
        newer = moved_source(view.article, session=session)
    for each in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                escape(f"{language(each.article.locale)}: {each.article.title}"),
                type="tertiary",
                icon=":material/translate:",
                key=f"translation_{each.article.key}",
                on_click=frame.open_article,
                args=(each.article.key,),
            )
            if each.source:
                st.badge("Source", color="gray")
            if each.moved_on:
                st.badge("The source has changed since", icon=":material/update:", color="orange")
    if newer is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="article_source_moved"):
        st.markdown(
            f":material/update: **Its source has changed since** and is at version {newer.number} now."
        )
        if may:
            st.button(
                "It says the same",
                icon=":material/done_all:",
                key=f"followed_{view.article.key}",
                help="You have compared both: this translation says what its source says now.",
                on_click=lambda: _followed(actor, view.article.key),
            )


def _set_owner(actor: Actor, article_id: int, owner_id: int | None) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            set_owner(actor, article_id, owner_id, session=session)

    run_action(act, done="The owner is saved.")


def _set_review(actor: Actor, article_id: int, day: date | None) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            set_review_on(actor, article_id, day, session=session)

    run_action(act, done="The day of the next review is saved.")


def _followed(actor: Actor, article_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            mark_followed(actor, article_id, session=session)

    run_action(act, done="Noted: it follows the newest version of its source.")
