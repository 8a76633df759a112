"""Evidence: the passages behind the draft, similar past cases, and who the customer is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from core.actions import RequestView
from core.assist import DraftView, PassageView, similar_cases
from core.conversations import ConversationView, previous_conversations
from core.identity import Actor
from pages.process import get_process
from pages.rep import actions_pane, provenance, selection
from pages.rep.numbers import numbered, numbered_supports
from pages.widgets.components import Segment, rich_text
from pages.widgets.labels import CHANNELS, STATUSES, language
from pages.widgets.style import escape
from pages.widgets.times import moment


def show(actor: Actor, view: ConversationView, draft: DraftView | None, requests: list[RequestView]) -> None:
    """Four tabs; the evidence comes first."""
    with st.container(key="evidence_scroll"):
        evidence, actions, similar, customer = st.tabs(["Evidence", "Actions", "Similar", "Customer"])
        with evidence:
            _evidence(draft)
            provenance.sent(actor, view)
        with actions:
            actions_pane.show_receipts(actor, requests)
        with similar:
            _similar(actor, view)
        with customer:
            _customer(actor, view)


def _evidence(draft: DraftView | None) -> None:
    if draft is None:
        st.caption("Passages appear here once there is a draft.")
        return
    cited: dict[int, tuple[int, PassageView, list[str]]] = {}
    for number, cite in numbered(draft):
        cited.setdefault(cite.passage.passage_id, (number, cite.passage, []))[2].append(cite.quote)
    for number, passage, quotes in cited.values():
        _passage(passage, f"[{number}] ", quotes)
    _from_the_case(draft)
    others = [found.passage for found in draft.retrieved if not found.cited]
    if not cited and not others and not draft.supports:
        st.caption(
            "Searching the knowledge base …"
            if draft.building
            else "Nothing in the knowledge base came close."
        )
    if others and (cited or draft.supports):
        with st.expander(f"Also found ({len(others)})"):
            for passage in others:
                _passage(passage)
    elif others:
        st.caption("Closest passages found")
        for passage in others:
            _passage(passage)
    if draft.removed:
        with st.expander(f"Left out of the draft ({len(draft.removed)})"):
            for sentence in draft.removed:
                st.markdown(f"{escape(sentence.text)}  \n:gray[{escape(sentence.reason)}]")


def _from_the_case(draft: DraftView) -> None:
    """What look-ups, actions and the rep's answers state, where sentences rest on it."""
    quotes: dict[int, list[str]] = {}
    labels: dict[int, str] = {}
    for number, support in numbered_supports(draft):
        quotes.setdefault(number, []).append(support.quote)
        labels[number] = support.label
    titles = {step.label: step.title for step in draft.steps}
    for number, told in quotes.items():
        with st.container(border=True, gap="small", key=f"case_source_{number}"):
            kind = "Answer of the representative" if labels[number].startswith("R") else "Earlier action"
            st.markdown(f"**{escape(f'[{number}] ' + titles.get(labels[number], kind))}**")
            rich_text(
                [{"text": "\n".join(dict.fromkeys(told)), "kind": "mark"}],
                key=f"case_source_text_{number}",
                small=True,
            )


def _passage(passage: PassageView, number: str = "", quotes: Sequence[str] = ()) -> None:
    with st.container(border=True, gap="small", key=f"passage_{passage.passage_id}"):
        st.markdown(f"**{escape(number + passage.title)}**")
        trail = passage.heading_path.removeprefix(passage.title).strip(" >")
        if trail:
            st.caption(escape(trail))
        if passage.internal:
            st.badge("Internal: do not quote to the customer", icon=":material/lock:", color="red")
        table = has_table(passage.text)
        rich_text(
            _marked(
                plain_text(passage.text, table=table), [plain_text(quote, table=table) for quote in quotes]
            ),
            key=f"passage_text_{passage.passage_id}",
            small=True,
        )
        replaced = "" if passage.live else " · replaced since"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Version {passage.version_number} · {language(passage.locale)}{replaced}")
            st.space("stretch")
            st.page_link(
                "specialist/knowledge/page.py",
                label="Open article",
                query_params={"article": str(passage.article_id)},
            )


def _marked(text: str, quotes: list[str]) -> list[Segment]:
    spans = sorted((text.find(quote), quote) for quote in quotes if quote and quote in text)
    segments, at = list[Segment](), 0
    for start, quote in spans:
        if start < at:
            continue
        segments += [{"text": text[at:start]}, {"text": quote, "kind": "mark"}]
        at = start + len(quote)
    return [*segments, {"text": text[at:]}]


_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}[\s:|-]*")
_CELL = re.compile(r"\s*\|\s*")
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")


def has_table(markdown: str) -> bool:
    """Whether there is a table, so that a "|" is a border and not, say, part of a command."""
    return any(_TABLE_RULE.fullmatch(line) for line in markdown.split("\n"))


def plain_text(markdown: str, *, table: bool) -> str:
    """Markdown without its marks, table rows as "a · b", for showing beside a highlighted quote."""
    lines = markdown.split("\n")
    if table:
        rows = (line.strip().strip("|").strip() for line in lines if not _TABLE_RULE.fullmatch(line))
        lines = [_CELL.sub(" · ", row) for row in rows]
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", "\n".join(lines))).strip()


def _similar(actor: Actor, view: ConversationView) -> None:
    with get_process().database.reading() as session:
        cases = similar_cases(actor, view.conversation.key, session=session, limit=5)
    if not cases:
        st.caption("No answered conversation is close to this one.")
    for case in cases:
        with st.container(border=True, gap="small", key=f"case_{case.conversation_id}"):
            st.markdown(f"**{escape(case.subject or case.asked[:80])}**")
            when = moment(case.last_message_at, actor.time_zone)
            st.caption(f"{when} · {STATUSES.get(case.status, case.status)} · {case.why}")
            rich_text(
                [{"text": case.answered}], key=f"case_text_{case.conversation_id}", small=True, clip=True
            )
            st.button(
                "Open",
                key=f"open_case_{case.conversation_id}",
                type="tertiary",
                on_click=selection.open_conversation,
                args=(case.conversation_id,),
            )


def _customer(actor: Actor, view: ConversationView) -> None:
    customer = view.customer
    lines = {
        "Name": customer.name,
        "E-mail": customer.email,
        "Phone": customer.phone,
        "Language": language(customer.locale) if customer.locale else "",
        "Time zone": customer.time_zone,
        **{str(name).replace("_", " ").capitalize(): str(value) for name, value in customer.facts.items()},
    }
    for name, value in lines.items():
        if value:
            left, right = st.columns([1, 2])
            left.caption(escape(name))
            right.markdown(escape(value))
    with get_process().database.reading() as session:
        earlier = previous_conversations(
            actor, view.customer.key, session=session, limit=6, before_conversation_id=view.conversation.key
        )
    st.markdown("**Earlier conversations**" if earlier else "")
    if not earlier:
        st.caption("This is their first conversation.")
    for one in earlier:
        label = one.subject or one.preview or "No subject"
        facts = (
            moment(one.last_message_at, actor.time_zone),
            CHANNELS.get(one.channel, one.channel),
            STATUSES.get(one.status, one.status),
        )
        st.button(
            label[:60],
            key=f"earlier_{one.id}",
            type="tertiary",
            help=" · ".join(facts),
            on_click=selection.open_conversation,
            args=(one.id,),
        )
