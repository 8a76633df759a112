"""Where examples come from: a search, labels people gave, flags, a text or a file."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.classifiers import Desk
from core.identity import Actor, Permission
from pages.specialist.classifiers.write import flags, labels, paste, search

_SEARCH, _LABELS, _FLAGS, _PASTE = "Search", "Labels", "Flags", "Paste or file"


def draw(desk: Desk, user: Actor) -> None:
    """The choice of a source, and the source."""
    sources: dict[str, Callable[[Desk, Actor], None]] = {_SEARCH: search.draw}
    if user.can(Permission.LABELS_READ):
        sources[_LABELS] = labels.draw
    if user.can(Permission.FLAGS_READ_ALL):
        sources[_FLAGS] = flags.draw
    sources[_PASTE] = paste.draw
    source = st.radio(
        "Start from",
        list(sources),
        horizontal=True,
        key=f"classifier_source_{desk.classifier.key}",
        label_visibility="collapsed",
    )
    with st.container(key=f"classifier_source_{desk.classifier.key}_{str(source).split()[0].lower()}_body"):
        sources[source or _SEARCH](desk, user)
