"""The Write tab: what a classifier is made of, and beside it how good it would be at this moment."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.classifiers import Desk, open_desk
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.write import (
    add,
    check,
    figures,
    prompt,
    rules,
    state,
    suggested,
    table,
    version,
    warnings,
)

_Draw = Callable[[Desk, Actor], None]

_SETTINGS: dict[str, tuple[str, _Draw]] = {
    "rules": ("Rules", rules.draw),
    "check": ("Check", check.draw),
    "prompt": ("Prompt", prompt.draw),
}
_NEXT: tuple[str, _Draw] = ("Label next", suggested.draw)
_TABLE: tuple[str, _Draw] = ("Examples", table.draw)
_WARNINGS: tuple[str, _Draw] = ("Warnings", warnings.draw)
_ADD: tuple[str, _Draw] = ("Add examples", add.draw)


def draw(classifier_id: int, *, user: Actor) -> None:
    """Draw the work on the left and the figures on the right, which take a moment and so come last."""
    with get_process().database.reading() as session:
        desk = open_desk(user, classifier_id, session=session)
    views = _views(desk, user)
    work, beside = st.columns([1.75, 1], gap="large")
    with work:
        key = f"classifier_view_{classifier_id}"
        st.session_state.setdefault(key, _first(desk, user, views))
        view = st.segmented_control(
            "What to work on", list(views), required=True, key=key, label_visibility="collapsed"
        )
        # a container for each view: what one leaves behind never becomes part of the next
        with st.container(key=f"classifier_view_{classifier_id}_{str(view).lower().replace(' ', '_')}"):
            views[view or next(iter(views))](desk, user)
    with beside, st.container(key="classifier_figures"):
        version.draw(desk, user)
        figures.draw(desk, user)


def _views(desk: Desk, user: Actor) -> dict[str, _Draw]:
    """What can be worked on, most important first; who may only look sees no more than there is to see."""
    views = []
    if desk.classifier.kind in _SETTINGS:
        views.append(_SETTINGS[desk.classifier.kind])
    if state.may_write(desk, user):
        views += [_NEXT, _ADD]
    return dict([*views, _TABLE, _WARNINGS])


def _first(desk: Desk, user: Actor, views: dict[str, _Draw]) -> str:
    """Where to begin: with the settings, else with labelling, else with adding what to label from."""
    names = list(views)
    if desk.classifier.kind in _SETTINGS or not state.may_write(desk, user):
        return names[0]
    return _NEXT[0] if state.example_count(desk.classifier.key) else _ADD[0]
