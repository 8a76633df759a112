"""Where people differ: each subject with both answers side by side, and the decision between them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.criteria import Criterion, Disagreement, DisagreementPage, disagreements
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist import agreement_decision, agreement_subject
from pages.specialist.agreement_words import answer_words
from pages.widgets.style import escape
from pages.widgets.times import moment

PAGE_SIZE = 50
_SELECTED = "agreement_selected"
_DRAWN = "agreement_drawn"


def show(actor: Actor, criterion: Criterion) -> None:
    """Draw the list and the selected subject."""
    pages = f"agreement_pages_{criterion.key}"
    only_open = st.toggle(
        "Only those nobody has decided", key="agreement_only_open", on_change=lambda: _first(pages)
    )
    starts: list[int | None] = st.session_state.setdefault(pages, [None])
    with get_process().database.reading() as session:
        page = disagreements(
            criterion.key, session=session, limit=PAGE_SIZE, cursor=starts[-1], only_open=only_open
        )
    if not page.rows:
        _empty(page, only_open=only_open)
        return
    table, panel = st.columns([1, 1.15], gap="medium")
    with table:
        selected = _table(actor, criterion, page.rows)
        _turn(page, pages)
    with panel:
        _panel(actor, criterion, selected)


def _empty(page: DisagreementPage, *, only_open: bool) -> None:
    if only_open and page.total:
        st.info(f"All {page.total} disagreements have been decided.", icon=":material/task_alt:")
    else:
        st.info(
            "People do not differ on anything they judged twice with this version. If nothing was judged "
            "twice, make a label queue with a share that two people judge blind."
        )


def _table(actor: Actor, criterion: Criterion, rows: Sequence[Disagreement]) -> Disagreement:
    drawn = [(row.subject_type, row.subject_id) for row in rows]
    st.session_state[_DRAWN] = drawn
    key = f"agreement_table_{hash((criterion.key, *drawn))}"
    st.dataframe(
        pd.DataFrame(
            {
                "Judged": [moment(row.answers[-1].given_at, actor.time_zone) for row in rows],
                "Who said what": [
                    " · ".join(f"{each.name}: {answer_words(criterion, each.answer)}" for each in row.answers)
                    for row in rows
                ],
                "Decided": [
                    answer_words(criterion, row.decided.answer) if row.decided else "" for row in rows
                ],
            }
        ),
        hide_index=True,
        row_height=32,
        height="content" if len(rows) <= 16 else 560,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        column_config={
            "Judged": st.column_config.TextColumn(width=140),
            "Decided": st.column_config.TextColumn(width=80),
        },
    )
    selected = st.session_state.get(_SELECTED)
    return next((row for row in rows if (row.subject_type, row.subject_id) == selected), rows[0])


def _panel(actor: Actor, criterion: Criterion, row: Disagreement) -> None:
    key = f"agreement_{criterion.key}_{row.subject_type}_{row.subject_id}"
    with st.container(border=True, key="agreement_panel"):
        spans = [each.span for each in row.answers if each.span]
        agreement_subject.show(actor, row.subject_type, row.subject_id, spans=spans, key=key)
        for start in range(0, len(row.answers), 2):
            for column, each in zip(st.columns(2), row.answers[start : start + 2], strict=False):
                with column:
                    st.markdown(f"**{escape(each.name)}: {escape(answer_words(criterion, each.answer))}**")
                    st.caption(moment(each.given_at, actor.time_zone))
                    if each.span and each.span.get("text"):
                        st.markdown(f"“{escape(str(each.span['text']))}”")
                    st.write(escape(each.reason) if each.reason else "No reason given.")
        if row.decided:
            decided = row.decided
            because = f" because: {decided.reason}" if decided.reason else "."
            st.success(
                escape(
                    f"{decided.name} decided “{answer_words(criterion, decided.answer)}” on "
                    f"{moment(decided.decided_at, actor.time_zone)}{because}"
                ),
                icon=":material/gavel:",
            )
        if actor.can(Permission.LABELS_MANAGE):
            agreement_decision.show(actor, criterion, row, key=key)
        else:
            st.caption("A specialist can decide which answer stands.")


def _turn(page: DisagreementPage, pages: str) -> None:
    starts = st.session_state[pages]
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(starts) > 1 or page.cursor is not None:
            st.button(
                "Newer",
                icon=":material/chevron_left:",
                disabled=len(starts) == 1,
                on_click=_newer,
                args=(pages,),
            )
            st.button(
                "Older",
                icon=":material/chevron_right:",
                disabled=page.cursor is None,
                on_click=_older,
                args=(pages, page.cursor),
            )
        st.caption(f"{page.total:,} disagreements, {page.open:,} of them open.", width="content")


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None


def _first(pages: str) -> None:
    st.session_state[pages] = [None]


def _older(pages: str, cursor: int) -> None:
    st.session_state[pages] = [*st.session_state[pages], cursor]


def _newer(pages: str) -> None:
    st.session_state[pages] = st.session_state[pages][:-1] or [None]
