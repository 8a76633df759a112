"""One suggestion: its text, what knowledge says already or otherwise, and the work it comes from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.identity import Actor, Permission
from core.insights import SuggestionView
from pages.specialist.knowledge import frame
from pages.specialist.knowledge.suggesting import deciding
from pages.specialist.knowledge.suggesting.words import SOURCES, counted, what
from pages.specialist.releases.links import page_link
from pages.widgets.article_text import article_text
from pages.widgets.labels import language
from pages.widgets.style import escape
from pages.widgets.times import moment

_MOST_SOURCES = 20
_LONGEST_SHOWN = 600


def card(actor: Actor, view: SuggestionView) -> None:
    """Draw it with what can be done about it."""
    suggestion = view.suggestion
    with st.container(border=True, key=f"suggestion_{suggestion.key}", gap="small"):
        st.subheader(escape(suggestion.title), anchor=False)
        facts = [what(view.row), language(suggestion.locale)]
        if suggestion.affected:
            facts.insert(1, counted(suggestion.affected, "conversation", "conversations"))
        if suggestion.state == "open":
            facts.append(f"expires {moment(suggestion.expires_at, actor.time_zone)}")
        st.caption(escape(" · ".join(facts)))
        _standing(actor, view)
        left, right = st.columns([3, 2], gap="large")
        with left:
            if suggestion.replaces:
                st.caption("Instead of these words of the article")
                st.markdown(f"> {escape(' '.join(suggestion.replaces.split()))}")
            st.caption("What was written")
            article_text(suggestion.body)
            if suggestion.state == "open" and actor.can(Permission.SUGGESTIONS_DECIDE):
                deciding.buttons(actor, view)
        with right:
            _contradictions(suggestion.finds.get("contradictions", []))
            _duplicates(suggestion.finds.get("duplicates", []))
            _sources(actor, view)


def _standing(actor: Actor, view: SuggestionView) -> None:
    suggestion = view.suggestion
    if suggestion.state == "open":
        return
    when = f" {moment(suggestion.decided_at, actor.time_zone)}" if suggestion.decided_at else ""
    by = f" by {escape(view.row.decided_by)}" if view.row.decided_by else ""
    why = f": {escape(suggestion.decided_reason)}" if suggestion.decided_reason else "."
    st.info(f"{suggestion.state.title()}{by}{when}{why}")
    if suggestion.state in ("rejected", "expired") and actor.can(Permission.SUGGESTIONS_DECIDE):
        deciding.reopen_button(actor, view)
    if suggestion.edit_id is not None and actor.can(Permission.KNOWLEDGE_EDIT):
        st.button(
            "Open the edit",
            icon=":material/edit:",
            key="suggestion_open_edit",
            on_click=frame.open_edit_page,
            args=(suggestion.edit_id,),
        )


def _contradictions(found: list[dict[str, Any]]) -> None:
    if not found:
        return
    st.markdown("**Knowledge says otherwise**")
    for at, each in enumerate(found):
        with st.container(border=True, gap="small"):
            st.markdown(f":material/error: {escape(each['theirs'])}")
            st.caption(f"Here: {escape(each['mine'])}")
            _article_button(each, f"contradiction_{at}")


def _duplicates(found: list[dict[str, Any]]) -> None:
    if not found:
        return
    st.markdown("**Knowledge says nearly the same**")
    for at, each in enumerate(found):
        _article_button(each, f"duplicate_{at}")


def _article_button(found: dict[str, Any], key: str) -> None:
    st.button(
        escape(found["title"]),
        icon=":material/article:",
        type="tertiary",
        key=f"suggestion_{key}",
        on_click=frame.open_article,
        args=(found["article_id"],),
    )


def _sources(actor: Actor, view: SuggestionView) -> None:
    sources = view.sources
    st.markdown("**Where it comes from**")
    for each in sources[:_MOST_SOURCES]:
        source = each.source
        with st.container(border=True, gap="small"):
            by = f" by {each.person}" if each.person else ""
            kind = SOURCES.get(source.kind, source.kind)
            st.caption(escape(f"{kind}{by}, {moment(source.created_at, actor.time_zone)}"))
            if source.question:
                st.markdown(f"> {escape(' '.join(source.question.split())[:400])}")
            if source.text != view.suggestion.body:
                st.markdown(escape(" ".join(source.text.split())[:_LONGEST_SHOWN]))
            if source.conversation_id is not None and actor.can(Permission.CONVERSATIONS_READ):
                page_link(
                    "assist", "Open the conversation", ":material/forum:", conversation=source.conversation_id
                )
    if len(sources) > _MOST_SOURCES:
        st.caption(f"The newest {_MOST_SOURCES} of {len(sources):,}.")
