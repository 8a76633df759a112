"""Labels from a file: who gave them is asked before anything is stored."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import streamlit as st

from core.conversations import Reject
from core.criteria import list_criteria
from core.errors import RatchetError
from core.identity import Actor
from core.labelling import FORMATS, LabelImport, import_labels, list_labellers, unknown_people
from pages.process import get_process
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_DONE = "label_import_done"
_UNKNOWN = "label_import_unknown"
_OUTSIDE = 0
_MOST_SHOWN = 50

Request = tuple[str, int, str]
"""The file as it was uploaded, the criterion its labels answer, the format."""


def show(actor: Actor) -> None:
    """Draw the form, the question who the people in the file are, and what became of it."""
    done: LabelImport | None = st.session_state.get(_DONE)
    if done is not None:
        _outcome(done)
        return
    with get_process().database.reading() as session:
        criteria = {each.key: each for each in list_criteria(session=session)}
        people = {person.key: person.name for person in list_labellers(actor, session=session)}
    if not criteria:
        st.info("There is no criterion these labels could answer. Publish one first.", icon=":material/help:")
        return
    with st.container(width=640):
        criterion = st.selectbox(
            "They answer",
            list(criteria),
            format_func=lambda key: (
                f"{criteria[key].question} ({criteria[key].name}, version {criteria[key].version})"
            ),
            key="label_import_criterion",
        )
        format = st.segmented_control(
            "Format",
            list(FORMATS),
            default=next(iter(FORMATS)),
            required=True,
            format_func=FORMATS.__getitem__,
            key="label_import_format",
        )
        uploaded = st.file_uploader("File", type=["json", "csv"], key="label_import_file")
        if uploaded is None:
            st.caption("Importing the same file again is safe: what is there already stays as it is.")
            return
        request = (uploaded.file_id, criterion, format)
        try:
            mapped = _ask_who(people, _unknown(actor, uploaded.getvalue(), request))
        except RatchetError as error:
            st.error(str(error))
            return
        st.button(
            "Import",
            type="primary",
            on_click=_import,
            args=(actor, uploaded.getvalue(), mapped, request),
            key="label_import_go",
        )


def _unknown(actor: Actor, content: bytes, request: Request) -> list[str]:
    """The people of this very file whom nobody here goes by; read once, it may be a large file.

    Raises:
        RatchetError: the file cannot be read in this format.
    """
    known: tuple[Request, list[str]] | None = st.session_state.get(_UNKNOWN)
    if known is None or known[0] != request:
        _, criterion_id, format = request
        names = unknown_people(
            actor,
            database=get_process().database,
            content=content,
            format=format,
            criterion_id=criterion_id,
        )
        known = (request, names)
        st.session_state[_UNKNOWN] = known
    return known[1]


def _ask_who(people: dict[int, str], unknown: Sequence[str]) -> dict[str, int | None]:
    if not unknown:
        return {}
    st.warning(
        f"{len(unknown)} of the people in this file {'is' if len(unknown) == 1 else 'are'} not known here. "
        "Say who they are, or keep them as people from outside. Nothing is stored yet.",
        icon=":material/person_search:",
    )
    chosen: dict[str, int | None] = {}
    for name in unknown:
        person = st.selectbox(
            escape(name),
            [_OUTSIDE, *people],
            format_func=lambda person: people.get(person, "Somebody from outside"),
            key=f"label_import_who_{name}",
        )
        chosen[name] = person or None
    return chosen


def _import(actor: Actor, content: bytes, people: dict[str, int | None], request: Request) -> None:
    _, criterion_id, format = request
    done = run_action(
        lambda: import_labels(
            actor,
            database=get_process().database,
            content=content,
            format=format,
            criterion_id=criterion_id,
            people=people,
        )
    )
    if done is not None:
        st.session_state[_DONE] = done


def _outcome(done: LabelImport) -> None:
    st.subheader(
        "The labels are imported" if not done.rejects else "The labels are imported in part", anchor=False
    )
    figures = {
        "New": done.added,
        "Correct an earlier answer": done.superseded,
        "Unchanged": done.unchanged,
        "Left out": len(done.rejects),
    }
    for cell, (label, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        cell.metric(label, f"{value:,}", border=True)
    if done.rejects:
        st.dataframe(
            [{"Line": each.line, "Reason": each.reason} for each in done.rejects[:_MOST_SHOWN]],
            hide_index=True,
        )
        st.download_button(
            f"Download all {len(done.rejects):,} left out",
            data=lambda: _csv(done.rejects),
            file_name="labels.rejects.csv",
            mime="text/csv",
            on_click="ignore",
        )
    st.button("Import another file", on_click=_again, key="label_import_again")


def _csv(rejects: Sequence[Reject]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["line", "reason"])
    writer.writerows((each.line, each.reason) for each in rejects)
    return text.getvalue().encode()


def _again() -> None:
    for key in [key for key in st.session_state if str(key).startswith("label_import_")]:
        del st.session_state[key]
