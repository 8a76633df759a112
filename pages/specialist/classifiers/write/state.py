"""What the Write tab remembers of one classifier between two runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from sqlmodel import Session, col, select

from core.classifiers import Desk, count_examples
from core.classifiers.tables import ClassifierExample
from core.identity import Actor, Permission
from pages.process import get_process

_TAB = "classifier_wanted_tab"


def ask_for_tab(name: str) -> None:
    """Have the next run of the page open a tab."""
    st.session_state[_TAB] = name


def wanted_tab() -> str:
    """The tab that was asked for, once; empty when none was."""
    return str(st.session_state.pop(_TAB, ""))


def may_write(desk: Desk, user: Actor) -> bool:
    """Whether this person may change it, and it can be changed at all."""
    return user.can(Permission.CLASSIFIERS_EDIT) and not desk.closed


def turn(classifier_id: int) -> int:
    """Grows with each change of the examples: a selection of rows made before it means nothing after."""
    return int(st.session_state.get(f"classifier_turn_{classifier_id}", 0))


def changed(classifier_id: int) -> None:
    """Note that the examples are not what they were."""
    st.session_state[f"classifier_turn_{classifier_id}"] = turn(classifier_id) + 1


def removed(classifier_id: int) -> tuple[int, ...]:
    """Examples this person has removed last, so that it can be undone."""
    return tuple(st.session_state.get(f"classifier_removed_{classifier_id}", ()))


def set_removed(classifier_id: int, ids: Sequence[int]) -> None:
    """Remember what can be taken back."""
    st.session_state[f"classifier_removed_{classifier_id}"] = tuple(ids)


def trail(classifier_id: int, filters: Mapping[str, Any]) -> list[int | None]:
    """Where the pages looked at so far begin; the list itself, to be changed. Other filters begin anew."""
    key, wanted = f"classifier_trail_{classifier_id}", str(sorted(filters.items()))
    kept: tuple[str, list[int | None]] | None = st.session_state.get(key)
    if kept is None or kept[0] != wanted:
        kept = (wanted, [None])
        st.session_state[key] = kept
    return kept[1]


def example_count(classifier_id: int) -> int:
    """How many examples are in use."""
    with get_process().database.reading() as session:
        return count_examples(classifier_id, session=session).total


def example_of(classifier_id: int, subject_id: int, *, session: Session) -> int | None:
    """Key of the example in use that is made of a subject; None when there is none."""
    return session.exec(
        select(ClassifierExample.id).where(
            ClassifierExample.classifier_id == classifier_id,
            ClassifierExample.subject_id == subject_id,
            col(ClassifierExample.removed_at).is_(None),
        )
    ).first()
