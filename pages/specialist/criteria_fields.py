"""The fields of a criterion's form. What is wrong with one stands below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from core.criteria import KINDS, SUBJECTS, Content, choices, slug
from pages.specialist.criteria_draft import Draft
from pages.widgets.labels import CRITERION_KINDS
from pages.widgets.labels import SUBJECTS as SUBJECT_WORDS
from pages.widgets.style import escape

_WRITTEN_ANSWERS = ("one_of", "many_of")
_NO_GOOD = ("note",)


def show(draft: Draft, content: Content, wrong: Mapping[str, str], *, new: bool) -> None:
    """Draw every field.

    Args:
        content: what the fields say at this moment.
        wrong: field name to what is wrong with it.
        new: whether it is a new criterion; otherwise it is a new version, and has its name.
    """
    st.text_area("Question", key=draft.key("question"), height=68, placeholder="Is the reply polite?")
    _problem(draft, wrong, "question")
    if new:
        st.text_input(
            "Short name",
            key=draft.key("name"),
            max_chars=100,
            placeholder=slug(content.question) or "made from the question",
            help="Letters a to z, digits and _. It stays the same in every version, and the command line "
            "and exports use it.",
        )
        _problem(draft, wrong, "name")
    with st.container(horizontal=True, gap="medium"):
        st.selectbox(
            "Kind of answer",
            KINDS,
            key=draft.key("kind"),
            format_func=CRITERION_KINDS.__getitem__,
            width=220,
        )
        st.multiselect(
            "Asked about",
            SUBJECTS,
            key=draft.key("subjects"),
            format_func=SUBJECT_WORDS.__getitem__,
            help="The first is what is meant when nobody says which.",
        )
    _problem(draft, wrong, "subjects")
    if content.kind in _WRITTEN_ANSWERS:
        st.text_area(
            "Answers, one a line",
            key=draft.key("answers"),
            height=150,
            help="In the order of the keys 1 to 9. More than nine can be given; those are chosen by typing.",
        )
        _problem(draft, wrong, "answers")
    if content.kind not in _NO_GOOD:
        st.multiselect(
            "Answers that speak for us",
            _with_chosen(choices(content.as_criterion(name="")), draft.value("good")),
            key=draft.key("good"),
            placeholder="None: it cannot be said",
            help="Reports count the share of these.",
        )
        _problem(draft, wrong, "good")
    st.text_area(
        "Guidance",
        key=draft.key("guidance"),
        height=130,
        placeholder="Where the line is, and what to do when in doubt.",
    )
    _problem(draft, wrong, "guidance")
    _examples(draft, content, wrong)


def _examples(draft: Draft, content: Content, wrong: Mapping[str, str]) -> None:
    st.subheader("Examples", anchor=False)
    allowed = choices(content.as_criterion(name=""))
    for place, number in enumerate(draft.examples, start=1):
        with st.container(border=True, key=f"criteria_example_{number}", gap="small"):
            st.text_area(f"Text of example {place}", key=draft.key(f"example_{number}_text"), height=68)
            with st.container(horizontal=True, vertical_alignment="bottom"):
                _example_answer(draft, number, place, allowed, several=content.kind == "many_of")
                st.text_input(f"Why, example {place}", key=draft.key(f"example_{number}_why"))
                st.button(
                    "Remove",
                    icon=":material/close:",
                    key=f"remove_example_{number}",
                    on_click=draft.remove_example,
                    args=(number,),
                )
    _problem(draft, wrong, "examples")
    st.button("Add an example", icon=":material/add:", key="add_example", on_click=draft.add_example)


def _example_answer(draft: Draft, number: int, place: int, allowed: Iterable[str], *, several: bool) -> None:
    label = f"Answer, example {place}"
    if several:
        chosen = draft.value(f"example_{number}_answers")
        st.multiselect(
            label, _with_chosen(allowed, chosen), key=draft.key(f"example_{number}_answers"), width=240
        )
        return
    one = draft.value(f"example_{number}_answer")
    st.selectbox(
        label,
        _with_chosen(allowed, [one] if one else []),
        index=None,
        key=draft.key(f"example_{number}_answer"),
        placeholder="Choose",
        width=170,
    )


def _with_chosen(allowed: Iterable[str], chosen: Iterable[str]) -> list[str]:
    """The choices, and what was chosen before an answer was renamed: it is pointed out, not dropped."""
    return list(dict.fromkeys((*allowed, *chosen)))


def _problem(draft: Draft, wrong: Mapping[str, str], field: str) -> None:
    if field in wrong and (draft.tried or not draft.is_empty(field)):
        st.markdown(f":small[:red[{escape(wrong[field])}]]")
