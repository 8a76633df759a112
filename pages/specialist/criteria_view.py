"""One criterion: what it asks, how it is answered, how much was judged by it, and its versions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape as html_escape

import pandas as pd
import streamlit as st
from sqlmodel import Session, col, select

from core.criteria import (
    Content,
    Criterion,
    Tally,
    criterion_versions,
    older_judgements,
    people_who_judged,
    tally_judgements,
)
from core.errors import NotFound
from core.identity import Actor, Permission, Person
from pages.process import get_process
from pages.registry import PAGES
from pages.specialist import criteria_history, criteria_preview
from pages.specialist.criteria_dialogs import restore, retire_dialog
from pages.specialist.criteria_draft import has_draft
from pages.widgets.labels import CRITERION_KINDS, SUBJECTS
from pages.widgets.style import escape

_OUTSIDE = "outside:"
_PEOPLE_SHOWN = 50


def show(actor: Actor, name: str) -> None:
    """Draw the newest version of the named criterion with all that belongs to it."""
    st.button("All criteria", icon=":material/chevron_left:", type="tertiary", key="back", on_click=_back)
    try:
        with get_process().database.reading() as session:
            versions = criterion_versions(name, session=session)
            tallies = tally_judgements(session=session)
            judges = people_who_judged(name, session=session)
            again = older_judgements(name, session=session)
            names = _names(_ids(versions, judges), session)
    except NotFound as error:
        st.warning(escape(str(error)), icon=":material/search_off:")
        return
    newest = versions[0]
    total = sum((tallies.get(each.key, Tally()) for each in versions), Tally())
    _head(actor, versions, total)
    left, right = st.columns([1.45, 1], gap="large")
    with left:
        if newest.retired_at is not None:
            st.info(
                "It is retired: nobody can judge by it. Its judgements are kept.",
                icon=":material/archive:",
            )
        _examples(newest)
        criteria_history.show(actor, versions, tallies, names)
    with right:
        st.subheader("As a labeller sees it", anchor=False)
        with st.container(border=True):
            criteria_preview.show(Content.of(newest))
        if newest.good:
            st.caption(escape(f"Speak for us: {', '.join(newest.good)}"))
        _judgements(actor, newest, total, again, _by_name(judges, names))


def _head(actor: Actor, versions: Sequence[Criterion], total: Tally) -> None:
    newest = versions[0]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(escape(newest.question), anchor=False, width="stretch")
        if actor.can(Permission.CRITERIA_EDIT):
            with st.container(horizontal=True, width="content"):
                if newest.retired_at is not None:
                    st.button(
                        "Restore",
                        icon=":material/unarchive:",
                        key="restore",
                        on_click=restore,
                        args=(actor, newest.name),
                    )
                else:
                    if st.button("Retire", icon=":material/archive:", key="retire"):
                        retire_dialog(actor, versions, total)
                    st.button(
                        "Continue your draft" if has_draft(newest.name) else "New version",
                        type="primary",
                        icon=":material/edit:",
                        key="edit",
                        on_click=_edit,
                    )
    about = ", ".join(SUBJECTS.get(each, each) for each in newest.subjects)
    kind = CRITERION_KINDS.get(newest.kind, newest.kind)
    st.caption(escape(f"{newest.name} · version {newest.version} · {kind} · {about}"))


def _examples(criterion: Criterion) -> None:
    st.subheader("Examples", anchor=False)
    if not criterion.examples:
        st.caption("There are none yet. A few that show where the line is make labels agree more often.")
        return
    with st.container(key="criteria_examples"):
        st.html("".join(_example(each) for each in criterion.examples))


def _example(given: dict[str, str]) -> str:
    why = f" – {html_escape(given['why'])}" if given.get("why") else ""
    return (
        f'<div class="example"><div class="text">{html_escape(given.get("text", ""))}</div>'
        f'<div class="verdict"><b>{html_escape(given.get("answer", ""))}</b>{why}</div></div>'
    )


def _judgements(
    actor: Actor, newest: Criterion, total: Tally, again: int, people: Sequence[tuple[str, int]]
) -> None:
    st.subheader("Judgements", anchor=False)
    if total == Tally():
        st.caption("Nobody has judged by it yet.")
        return
    others = [("Classifiers", total.classifier), ("Customers", total.customer)]
    rows = [*people[:_PEOPLE_SHOWN]]
    if len(people) > _PEOPLE_SHOWN:
        rest = people[_PEOPLE_SHOWN:]
        rows.append((f"{len(rest):,} others", sum(count for _, count in rest)))
    rows += [row for row in others if row[1]]
    st.dataframe(
        pd.DataFrame(rows, columns=["By", "In force"]),
        hide_index=True,
        row_height=30,
        height="content" if len(rows) <= 8 else 270,
        column_config={"In force": st.column_config.NumberColumn(width=90, format="localized")},
        key="criteria_judges",
    )
    if again and newest.retired_at is None:
        things = "subject has" if again == 1 else "subjects have"
        st.caption(f"{again:,} {things} been judged by people under an older version only.")
        queues = next((each for each in PAGES if each.address == "label_queues"), None)
        if queues is not None and actor.can(Permission.LABELS_MANAGE):
            st.page_link(
                queues.file,
                label="Label them again",
                icon=":material/restart_alt:",
                query_params={"relabel": newest.name},
            )


def _ids(versions: Sequence[Criterion], judges: dict[str, int]) -> set[int]:
    authors = {each.created_by_id for each in versions if each.created_by_id is not None}
    return authors | {int(judge) for judge in judges if judge.isdecimal()}


def _names(keys: set[int], session: Session) -> dict[int, str]:
    known = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(keys)))
    return {key: name for key, name in known if key is not None}


def _by_name(judges: dict[str, int], names: dict[int, str]) -> list[tuple[str, int]]:
    return [(_judge(judge, names), count) for judge, count in judges.items()]


def _judge(judge: str, names: dict[int, str]) -> str:
    if judge.startswith(_OUTSIDE):
        return f"{judge.removeprefix(_OUTSIDE)} (imported)"
    return names.get(int(judge), f"Person {judge}") if judge.isdecimal() else judge


def _back() -> None:
    st.query_params.clear()


def _edit() -> None:
    st.query_params["edit"] = "version"
