"""What a proposal changes: each change with its words, and the text before and after."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial

import streamlit as st

from core.identity import Actor
from core.knowledge import word_diff
from core.releases import ChangeView, ProposalView, propose_edit, remove_change
from pages.process import get_process
from pages.specialist.releases.links import page_link
from pages.specialist.releases.proposals import steps
from pages.specialist.releases.proposals.another import offer
from pages.specialist.releases.words import KINDS, OVER, kind_words
from pages.widgets.components import Segment, rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.word_differences import together

_MOST, _MOST_CHANGED = 24_000, 4_000
"""Characters of one change on the screen: in all, and where only what changes is shown."""
_UNFOLDED = 2
"""Changes whose words stand open; of more than that, what the replay found would be far down the page."""
_BESIDE = ("classifier", "model")
_CHANGED, _WHOLE = "What changes", "Whole text"


def draw(user: Actor, view: ProposalView) -> None:
    """A card for each change."""
    writes = view.stage not in OVER and steps.writes(user)
    if not view.changes:
        st.info("It changes nothing yet.", icon=":material/inventory_2:")
    for each in view.changes:
        with st.container(border=True, gap="small", key=f"change_{each.change.key}"):
            _head(user, view, each, writes=writes)
            _warnings(user, view, each, writes=writes)
            with _place(each, folded=len(view.changes) > _UNFOLDED):
                _text(each, over=view.stage in OVER)
    if writes:
        offer.offer(user, proposal_id=view.proposal.key)


def _place(each: ChangeView, *, folded: bool) -> AbstractContextManager[object]:
    if not folded or each.before == each.after:
        return nullcontext()
    added, gone = (
        sum(
            len(re.findall(r"\w+", part["text"]))
            for part in _difference(each.before, each.after)
            if part["op"] == op
        )
        for op in ("insert", "delete")
    )
    label = f"{added:,} {'word' if added == 1 else 'words'} added, {gone:,} taken out"
    return st.expander(label, type="compact", key=f"change_words_{each.change.key}")


def _head(user: Actor, view: ProposalView, each: ChangeView, *, writes: bool) -> None:
    icon = KINDS[each.kind][1] if each.kind in KINDS else ":material/change_circle:"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{icon} **{escape(each.title)}**", width="stretch")
        if each.article_id is not None and each.before:
            page_link("knowledge", "Open the article", ":material/open_in_new:", article=each.article_id)
        if writes and len(view.changes) > 1:
            st.button(
                "Take out",
                icon=":material/remove:",
                type="tertiary",
                key=f"change_remove_{each.change.key}",
                help="The proposal goes on without this change; the edit itself stays.",
                on_click=partial(_remove, user, each.change.key, view.proposal.revision),
            )
    kind = kind_words(each.kind)
    st.caption(
        escape(each.words if each.words.startswith(kind) else " · ".join(filter(None, (kind, each.words))))
    )


def _warnings(user: Actor, view: ProposalView, each: ChangeView, *, writes: bool) -> None:
    if each.overtaken and view.stage not in OVER:
        st.warning(escape(each.overtaken), icon=":material/sync_problem:")
    if each.moved_on and view.stage not in OVER:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                ":orange-badge[The edit moved on] The proposal keeps the text as it was proposed.",
                width="stretch",
            )
            if writes and each.edit_id is not None:
                st.button(
                    "Take over the newer text",
                    icon=":material/sync:",
                    key=f"change_renew_{each.change.key}",
                    on_click=partial(_renew, user, each.edit_id, view.proposal.key),
                )


def _text(each: ChangeView, *, over: bool) -> None:
    key = f"change_text_{each.change.key}"
    if each.before_title != each.after_title and each.before_title and each.after_title:
        rich_text(_segments(each.before_title, each.after_title, whole=True), key=f"{key}_title", small=True)
    if each.before == each.after:
        if each.before_title == each.after_title:
            st.caption("The text stays as it is.")
        return
    if each.kind in _BESIDE:
        _beside(each, key, over=over)
        return
    if not each.before or not each.after:
        rich_text(_cut(_segments(each.before, each.after, whole=True)), key=key, small=True, clip=True)
        return
    part = st.segmented_control(
        "Show",
        [_CHANGED, _WHOLE],
        default=_CHANGED,
        required=True,
        key=f"{key}_part",
        label_visibility="collapsed",
    )
    whole = part == _WHOLE
    segments = _cut(_segments(each.before, each.after, whole=whole), _MOST if whole else _MOST_CHANGED)
    rich_text(segments, key=f"{key}_{whole}", small=True)


def _beside(each: ChangeView, key: str, *, over: bool) -> None:
    """Settings are read one beside the other: word by word they would be a riddle."""
    columns = st.columns(2, gap="medium")
    for column, head, text in zip(
        columns, ("Before" if over else "Now", "With this change"), (each.before, each.after), strict=True
    ):
        with column:
            st.markdown(f":small[:gray[{head}]]")
            rich_text([Segment(text=text)], key=f"{key}_{head}", small=True, clip=True)


def _segments(before: str, after: str, *, whole: bool) -> list[Segment]:
    return together(_difference(before, after), whole=whole)


@lru_cache(maxsize=32)
def _difference(before: str, after: str) -> tuple[dict[str, str], ...]:
    """Long texts take a moment, and a page is drawn again with each click."""
    return tuple(word_diff(before, after))


def _cut(segments: list[Segment], most: int = _MOST) -> list[Segment]:
    """No more than a browser shows with ease."""
    kept: list[Segment] = []
    left = most
    for each in segments:
        if len(each["text"]) > left:
            kept.append(Segment(text=each["text"][:left], kind=each.get("kind", "")))
            kept.append(Segment(text="\n[…] There is more."))
            return kept
        kept.append(each)
        left -= len(each["text"])
    return kept


def _remove(user: Actor, change_id: int, revision: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            remove_change(user, change_id, revision=revision, session=session)

    run_action(act, done="Taken out. The edit is open again.")


def _renew(user: Actor, edit_id: int, proposal_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            propose_edit(user, edit_id, proposal_id=proposal_id, session=session)

    run_action(act, done="The proposal has the newer text. Replay it again.")
