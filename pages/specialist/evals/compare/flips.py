"""The cases that changed, what became worse first: filters, pages, and a card each."""

from __future__ import annotations

import streamlit as st

from core.evals import Flip, FlipFilter, RunComparison, choose_flips, read_flips
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.compare import card
from pages.specialist.evals.compare.words import DIMENSIONS, named

_PAGE = 5
_BETWEEN = "\x1f"
_DIRECTIONS = {"": "All", "worse": "Worse", "better": "Better"}


def draw(user: Actor, found: RunComparison, questions: dict[str, str]) -> None:
    """Draw them."""
    if not found.flips:
        st.info(
            "No case changed: each passes as often as before, by every criterion."
            if found.whole.n
            else "There is no case to look at.",
            icon=":material/balance:",
        )
        return
    wanted = _filters(found, questions)
    flips = choose_flips(found.flips, wanted)
    hidden = sum(flip.hidden for flip in flips)
    open_ones = [flip for flip in flips if not flip.hidden]
    worse = sum(flip.change_of(wanted.criterion) < 0 for flip in flips)
    with st.container(horizontal=True, vertical_alignment="center", key="compare_flip_head"):
        st.caption(_count_words(len(flips), worse, hidden), width="stretch")
        pages = -(-len(open_ones) // _PAGE)
        page = 1
        if pages > 1:
            page = st.pagination(pages, key=f"compare_page_{pages}_{hash(wanted) % 10**8}")
    shown = open_ones[(page - 1) * _PAGE : page * _PAGE]
    if not shown:
        st.caption("Change the filters above to see others." if not hidden else "")
        return
    with get_process().database.reading() as session:
        views = read_flips(
            user,
            found.before.run_id,
            found.after.run_id,
            shown,
            session=session,
            criterion=wanted.criterion,
        )
    with st.container(key=f"compare_cards_{page}_{len(views)}"):
        for view in views:
            card.draw(view, found, questions, criterion=wanted.criterion)


def _filters(found: RunComparison, questions: dict[str, str]) -> FlipFilter:
    """Criterion, group and direction; they begin with everything."""
    names = sorted({name for flip in found.flips for name in flip.names})
    groups = ["", *sorted({each for flip in found.flips for each in _groups(flip)})]
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_filters"):
        direction = st.segmented_control(
            "Direction",
            list(_DIRECTIONS),
            format_func=_DIRECTIONS.__getitem__,
            default="",
            required=True,
            key="compare_direction",
        )
        criterion = st.selectbox(
            "Changed by",
            ["", *names],
            format_func=lambda each: named("criterion", each, questions) if each else "The whole result",
            key="compare_criterion",
            width=280,
        )
        among = st.selectbox(
            "Among",
            groups,
            format_func=lambda each: _group_words(each, questions) if each else "All cases",
            key="compare_among",
            width=260,
        )
    dimension, _, group = (among or "").partition(_BETWEEN)
    return FlipFilter(criterion=criterion or "", dimension=dimension, group=group, direction=direction or "")


def _groups(flip: Flip) -> list[str]:
    """Every group it belongs to, as the filter's values."""
    facts = flip.facts
    found = [("tag", each) for each in facts.tags]
    found += [("theme", facts.theme), ("channel", facts.channel), ("locale", facts.locale)]
    found += [("critical", "critical")] if facts.critical else []
    return [f"{dimension}{_BETWEEN}{value}" for dimension, value in found if value]


def _group_words(value: str, questions: dict[str, str]) -> str:
    dimension, _, group = value.partition(_BETWEEN)
    words = named(dimension, group, questions)
    return words if dimension == "critical" else f"{DIMENSIONS[dimension]}: {words}"


def _count_words(count: int, worse: int, hidden: int) -> str:
    if not count:
        return "No case changed like that."
    words = f"{count:,} case{'s' if count != 1 else ''} changed: {worse:,} worse, {count - worse:,} better."
    if hidden:
        words += f" {hidden:,} held out: what they say is shown to managers only."
    return words
