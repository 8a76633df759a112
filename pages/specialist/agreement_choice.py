"""Which criterion, and which version of it."""

from __future__ import annotations

import streamlit as st

from core.criteria import Criterion, criterion_versions, list_criteria, tally_judgements
from pages.process import get_process

_NAME, _VERSION = "agreement_criterion", "agreement_version"


def choose() -> Criterion | None:
    """Draw the two boxes; None when there is no criterion at all.

    Criteria that people judged by come first, because only those have anything to show. The address
    may name one: ``?criterion=NAME``.
    """
    with get_process().database.reading() as session:
        newest = list_criteria(session=session, with_retired=True)
    if not newest:
        return None
    judged = _judged()
    newest.sort(key=lambda each: (-judged.get(each.name, 0), each.question.lower()))
    by_name = {each.name: each for each in newest}
    wanted = st.query_params.get("criterion", "")
    if _NAME not in st.session_state and wanted in by_name:
        st.session_state[_NAME] = wanted
    left, right, _rest = st.columns([2.2, 1, 1.6])
    name = left.selectbox(
        "Criterion", list(by_name), format_func=lambda each: _label(by_name[each], newest), key=_NAME
    )
    with get_process().database.reading() as session:
        versions = criterion_versions(name, session=session)
    by_number = {each.version: each for each in versions}
    number = right.selectbox(
        "Version",
        list(by_number),
        format_func=lambda each: f"Version {each}",
        key=f"{_VERSION}_{name}",
        help="Answers to different versions are answers to different questions and never compared.",
    )
    return by_number[number]


def choose_subject(criterion: Criterion) -> str:
    """What the criterion was asked about, where that may be several things."""
    if len(criterion.subjects) == 1:
        return criterion.subjects[0]
    chosen = st.segmented_control(
        "Asked about",
        criterion.subjects,
        default=criterion.subjects[0],
        required=True,
        format_func=str.capitalize,
        key=f"agreement_subject_{criterion.key}",
    )
    return str(chosen or criterion.subjects[0])


def _label(criterion: Criterion, all_of_them: list[Criterion]) -> str:
    alike = sum(each.question == criterion.question for each in all_of_them) > 1
    return f"{criterion.question} ({criterion.name})" if alike else criterion.question


@st.cache_data(ttl=300, show_spinner=False)
def _judged() -> dict[str, int]:
    """Judgements by people, by the name of the criterion. Only for the order of the box: may be old."""
    with get_process().database.reading() as session:
        tallies = tally_judgements(session=session)
        counts: dict[str, int] = {}
        for newest in list_criteria(session=session, with_retired=True):
            versions = criterion_versions(newest.name, session=session)
            counts[newest.name] = sum(tallies[each.key].person for each in versions if each.key in tallies)
    return counts
