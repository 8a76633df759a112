"""What depends on an article: what would lose its support, and the drafts, cases and articles behind that."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor, Permission
from core.insights import CaseUse, Dependents, DraftUse, what_depends_on
from pages.process import get_process
from pages.specialist.releases.links import page_link
from pages.widgets.style import escape
from pages.widgets.times import moment

_MOST = 10
_OUTCOMES = {"sent": "sent as drafted", "edited": "sent after changes", "discarded": "discarded"}


def show(actor: Actor, article_id: int) -> None:
    """Draw it, a kind after the other."""
    with get_process().database.reading() as session:
        found = what_depends_on(actor, article_id, session=session)
    if not (found.draft_count or found.cases or found.hidden_cases or found.translations or found.redirects):
        st.info("Nothing rests on this article: no draft has cited it yet.", icon=":material/info:")
        return
    breaks(found)
    _drafts(actor, found)
    _cases(actor, found)
    for title, articles in (
        ("Translations of it", found.translations),
        ("Articles that send readers here", found.redirects),
    ):
        if articles:
            st.markdown(f"**{title}**")
        for each in articles:
            page_link("knowledge", escape(each.title), ":material/article:", article=each.article_id)


def breaks(found: Dependents) -> None:
    """What would lose its support if the article went, in words."""
    if found.breaks:
        lines = "\n".join(f"- {escape(each)}" for each in found.breaks)
        st.warning(f"**If it went**\n{lines}", icon=":material/link_off:")
    else:
        st.caption("If it went, nothing would lose its only support.")


def _drafts(actor: Actor, found: Dependents) -> None:
    if not found.draft_count:
        return
    drafts = "One draft" if found.draft_count == 1 else f"{found.draft_count:,} drafts"
    st.markdown(f"**{drafts} cited it**, {found.sent_count:,} of them sent")
    if not actor.can(Permission.CONVERSATIONS_READ):
        return
    for each in found.drafts[:_MOST]:
        _draft(actor, each)
    if len(found.drafts) > _MOST:
        st.caption(f"The newest {_MOST} sentences that rest on it.")


def _draft(actor: Actor, use: DraftUse) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(escape(" ".join(use.sentence.split())))
        facts = [
            moment(use.created_at, actor.time_zone),
            _OUTCOMES.get(use.outcome, "not sent"),
            f"version {use.version_number}",
            "rests on nothing else" if use.alone else "rests on other articles too",
        ]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(escape(" · ".join(facts)), width="stretch")
            page_link("assist", "Conversation", ":material/forum:", conversation=use.conversation_id)


def _cases(actor: Actor, found: Dependents) -> None:
    shown = [each for each in found.cases if each.state != "dismissed"]
    if not shown and not found.hidden_cases:
        return
    count = len(shown) + found.hidden_cases
    st.markdown("**One eval case depends on it**" if count == 1 else f"**{count:,} eval cases depend on it**")
    if not actor.can(Permission.EVALS_READ):
        return
    for each in shown[:_MOST]:
        with st.container(horizontal=True, vertical_alignment="center"):
            page_link("evals", escape(each.name), ":material/checklist:", tab="Cases", case=each.case_id)
            st.caption(_how(each))
    if len(shown) > _MOST:
        st.caption(f"The first {_MOST}, those that must cite it first.")
    if found.hidden_cases:
        st.caption(f"{found.hidden_cases:,} of them are held out: you see how many, not which.")


def _how(case: CaseUse) -> str:
    words = "must cite it" if case.expected else "was made of a draft that cited it"
    return words + (", critical" if case.critical else "")
