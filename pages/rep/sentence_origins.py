"""A text sentence by sentence, each with the passages it rests on, who wrote them, and what led to them."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor, Permission
from core.insights import PassageOrigin, SentenceOrigin, TextOrigin, conversation_refs
from pages.process import get_process
from pages.specialist.releases.links import page_link
from pages.widgets.style import escape
from pages.widgets.times import moment

_MOST = 3


def show(actor: Actor, origin: TextOrigin) -> None:
    """Draw all of it, in the order of the text."""
    if not origin.sentences:
        st.info("There is no text: the draft says why it does not answer.", icon=":material/info:")
        return
    if origin.message_id is not None and origin.draft_id is None:
        st.caption(f"{escape(origin.sent_by or 'Somebody')} wrote this without a draft.")
    for number, each in enumerate(origin.sentences):
        _sentence(actor, origin, each, number)


def _sentence(actor: Actor, origin: TextOrigin, sentence: SentenceOrigin, number: int) -> None:
    with st.container(border=True, gap="small", key=f"origin_sentence_{number}"):
        st.markdown(escape(sentence.text))
        if sentence.by_person:
            if origin.draft_id is not None:
                st.caption(f"Written or changed by {escape(origin.sent_by or 'a person')}.")
        elif not sentence.passages:
            st.caption("Rests on no article: a courtesy, or what a look-up or a colleague stated.")
        for at, passage in enumerate(sentence.passages):
            _passage(actor, passage, key=f"{number}_{at}")


def _passage(actor: Actor, passage: PassageOrigin, *, key: str) -> None:
    trail = passage.heading_path.removeprefix(passage.title).strip(" >")
    heading = f" › {escape(trail)}" if trail else ""
    with st.container(horizontal=True, vertical_alignment="center", key=f"origin_passage_{key}"):
        st.markdown(f":material/article: **{escape(passage.title)}**{heading}", width="stretch")
        if actor.can(Permission.KNOWLEDGE_READ):
            page_link("knowledge", "Open article", ":material/open_in_new:", article=passage.article_id)
    facts = [
        f"Version {passage.version_number}",
        f"by {passage.author}" if passage.author else "imported",
        moment(passage.made_at, actor.time_zone),
        "" if passage.live else "replaced since",
    ]
    st.caption(escape(" · ".join(each for each in facts if each)))
    if passage.quote:
        st.markdown(f"> {escape(' '.join(passage.quote.split()))}")
    if passage.conversation_ids:
        _behind(actor, passage)


def _behind(actor: Actor, passage: PassageOrigin) -> None:
    count = len(passage.conversation_ids)
    st.caption("One conversation led to it." if count == 1 else f"{count:,} conversations led to it.")
    if not actor.can(Permission.CONVERSATIONS_READ):
        return
    newest = sorted(passage.conversation_ids, reverse=True)[:_MOST]
    with get_process().database.reading() as session:
        named = conversation_refs(newest, session=session)
    for each in named.values():
        page_link(
            "assist",
            escape(each.title or "Without a subject"),
            ":material/forum:",
            conversation=each.conversation_id,
        )
