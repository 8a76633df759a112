"""Recent conversations that would be answered otherwise; nobody graded them."""

from __future__ import annotations

import streamlit as st

from core.evals import Output
from core.releases import ChangedAnswer, ReplayView
from pages.specialist.evals.compare.words import DECISIONS
from pages.specialist.releases.links import page_link
from pages.specialist.releases.words import counted
from pages.widgets.components import Segment, rich_text
from pages.widgets.style import escape
from pages.widgets.word_differences import side

_PAGE = 5
_LONG = 900


def draw(found: ReplayView) -> None:
    """A card for each, a page at a time."""
    if not found.changed:
        of = f" and {counted(found.conversations, 'recent conversation')}" if found.conversations else ""
        st.caption(f"Every answer stays as it is: {counted(sum(found.why.values()), 'case')}{of} were asked.")
        return
    shown = found.changed_answers
    with st.container(horizontal=True, vertical_alignment="center", key="replay_answers_head"):
        more = f" You see {len(shown):,} of them." if len(shown) < found.changed else ""
        st.caption(
            f"{counted(found.changed, 'answer')} would be different.{more} Nobody graded those to recent "
            "conversations: read whether the new one is right.",
            width="stretch",
        )
        pages = -(-len(shown) // _PAGE)
        page = st.pagination(pages, key=f"replay_answers_page_{found.replay.key}") if pages > 1 else 1
    for place, each in enumerate(shown[(page - 1) * _PAGE : page * _PAGE]):
        _card(each, key=f"replay_answer_{found.replay.key}_{page}_{place}")


def _card(each: ChangedAnswer, *, key: str) -> None:
    with st.container(border=True, gap="small", key=key):
        with st.container(horizontal=True, vertical_alignment="center"):
            kind = "Conversation" if each.conversation_id is not None else "Case"
            st.markdown(
                f":gray-badge[{kind}] **{escape(each.title or 'Without a subject')}**", width="stretch"
            )
            if each.conversation_id is not None:
                page_link("assist", "Open", ":material/forum:", conversation=each.conversation_id)
            elif each.case_id is not None:
                page_link("evals", "Open", ":material/fact_check:", tab="Cases", case=each.case_id)
        if each.question:
            rich_text([{"text": each.question}], key=f"{key}_question", small=True, clip=True)
        left, right = st.columns(2, gap="medium")
        with left:
            _answer("Now", each.before, side(each.difference, "before"), key=f"{key}_before")
        with right:
            _answer("With the changes", each.after, side(each.difference, "after"), key=f"{key}_after")


def _answer(label: str, output: Output, segments: list[Segment], *, key: str) -> None:
    decision = DECISIONS.get(output.decision, output.decision)
    st.markdown(f"**{label}** :small[:gray[{escape(decision)}]]")
    if not output.text:
        said = output.reason.replace("_", " ").capitalize()
        st.caption(escape(". ".join(filter(None, ("No reply", said, output.question)))))
        return
    rich_text(segments, key=key, small=True, clip=len(output.text) > _LONG)
    cited = dict.fromkeys(str(one.get("title") or one.get("article") or "") for one in output.citations)
    if names := [one for one in cited if one]:
        st.caption("Cites " + escape(", ".join(names)))
