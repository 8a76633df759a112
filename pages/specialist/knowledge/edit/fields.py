"""The widgets of an edit's properties: what each starts with, and what others change meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import streamlit as st

from core.identity import Actor
from core.knowledge import EditText, EditView, save_edit
from pages.process import get_process
from pages.widgets.times import zone

_NOBODY = 0


@dataclass(frozen=True, slots=True)
class _Start:
    """What a widget was last drawn anew with. ``number`` is part of its key."""

    number: int
    value: Any


class Fields:
    """The widgets of one working copy in one browser tab.

    Each gets its stored value as the one it starts with, never through the session state: a browser that
    misses the run in which such a value is set would show an empty field, and report it as typed. When
    somebody else changes a field, it becomes another widget with another start.
    """

    def __init__(self, actor: Actor, view: EditView) -> None:
        self._actor = actor
        self._text = view.text
        self._edit_id = view.edit.key
        self._seen: EditText | None = st.session_state.get(self._name("seen"))
        st.session_state[self._name("seen")] = view.text

    def key(self, field: str) -> str:
        """The key of its widget."""
        return self._name(f"{field}_{self._start(field).number}")

    def start(self, field: str) -> Any:
        """What its widget starts with."""
        return self._start(field).value

    def save(self, field: str, key: str) -> None:
        """Store what was chosen or typed in the widget with this key."""
        self.store(**{field: self._stored(field, st.session_state[key])})

    def store(self, **changed: Any) -> None:
        """Store other values, based on what the fields have shown."""
        base = cast(EditText, st.session_state[self._name("seen")])
        with get_process().database.transaction() as session:
            save_edit(self._actor, self._edit_id, base=base, mine=replace(base, **changed), session=session)

    def _start(self, field: str) -> _Start:
        name = self._name(f"start_{field}")
        known: _Start | None = st.session_state.get(name)
        if known is None or self._is_old(field, known):
            known = _Start(known.number + 1 if known else 1, self._shown(field))
            st.session_state[name] = known
        return known

    def _is_old(self, field: str, known: _Start) -> bool:
        key = self._name(f"{field}_{known.number}")
        if key not in st.session_state:
            return bool(self._shown(field) != known.value)  # it was not drawn for a while
        stored = getattr(self._text, field)
        if self._seen is None or getattr(self._seen, field) == stored:
            return False
        return bool(self._stored(field, st.session_state[key]) != stored)

    def _shown(self, field: str) -> Any:
        """A stored value as its widget holds it: times without a zone are the viewer's."""
        value = getattr(self._text, field)
        if field == "tags":
            return list(value)
        if field == "owner_id":
            return value or _NOBODY
        if isinstance(value, datetime):
            return value.astimezone(zone(self._actor.time_zone)).replace(tzinfo=None)
        return value

    def _stored(self, field: str, value: Any) -> Any:
        if field == "tags":
            return tuple(value)
        if field == "owner_id":
            return value or None
        if isinstance(value, datetime):
            return value.replace(tzinfo=zone(self._actor.time_zone))
        return value

    def _name(self, part: str) -> str:
        return f"edit_{self._edit_id}_{part}"
