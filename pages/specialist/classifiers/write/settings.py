"""The settings one author is writing: stored as they write, and never over what somebody else stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.classifiers import ChangedMeanwhile, Desk, change_classifier
from core.classifiers.tables import Classifier
from core.conversations import word_diff
from core.identity import Actor
from pages.process import get_process
from pages.widgets.components import Segment, rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_KINDS = {"equal": "", "insert": "insert", "delete": "delete"}


class SettingsDraft:
    """What stands in the fields, and whether it is stored.

    Streamlit forgets the fields of a tab that was left; this does not. ``generation`` belongs into the keys
    of the fields: it grows when they are to be filled anew.
    """

    def __init__(self, desk: Desk, user: Actor, *, refill: bool = True) -> None:
        """Args:
        refill: take over at once what somebody else stored while nothing of this author waits. Without,
            the caller looks at :attr:`outdated` when it has read its fields.
        """
        self._desk, self._user = desk, user
        self._key = f"classifier_settings_{desk.classifier.key}"
        slot = st.session_state.get(self._key)
        if slot is None:
            self._begin(desk.classifier, generation=0)
        elif slot.pop("written", False):
            pass  # somebody may be typing on: what others stored meanwhile is met with the next pause
        elif refill and self.outdated:
            self._begin(desk.classifier, generation=slot["generation"] + 1)

    @property
    def generation(self) -> int:
        """How often the fields were filled anew."""
        return int(self._slot["generation"])

    @property
    def settings(self) -> dict[str, Any]:
        """As they are written now."""
        return dict(self._slot["settings"])

    @property
    def stored(self) -> bool:
        """Whether that is what the database has."""
        return bool(self._slot["stored"])

    @property
    def outdated(self) -> bool:
        """Whether somebody else stored something while nothing of this author waits to be stored."""
        return self.stored and self._slot["revision"] != self._desk.classifier.revision

    @property
    def overtaken(self) -> ChangedMeanwhile | None:
        """What somebody else stored meanwhile; until that is settled nothing of this author is stored."""
        found: ChangedMeanwhile | None = self._slot["overtaken"]
        return found

    def write(self, settings: Mapping[str, Any]) -> None:
        """Keep what is written, and store it unless somebody else was first. For callbacks of fields."""
        self._slot.update(settings=dict(settings), written=True, stored=False)
        if self.overtaken is None:
            self._store(self._slot["revision"])

    def keep_mine(self) -> None:
        """Store what is written over what somebody else stored, which was looked at."""
        if self.overtaken is not None:
            self._store(self.overtaken.revision)

    def take_theirs(self) -> None:
        """Fill the fields with what is stored."""
        with get_process().database.reading() as session:
            classifier = session.get_one(Classifier, self._desk.classifier.key)
        self._begin(classifier, generation=self.generation + 1)

    @property
    def _slot(self) -> dict[str, Any]:
        slot: dict[str, Any] = st.session_state[self._key]
        return slot

    def _begin(self, classifier: Classifier, *, generation: int) -> None:
        st.session_state[self._key] = {
            "settings": dict(classifier.settings),
            "revision": classifier.revision,
            "stored": True,
            "overtaken": None,
            "generation": generation,
        }

    def _store(self, revision: int) -> None:
        def act() -> Classifier | None:
            try:
                return self._change(revision)
            except ChangedMeanwhile as error:
                if all(each.field != "settings" or each.theirs == each.yours for each in error.differences):
                    return self._change(error.revision)
                if "settings" not in error.fields:  # somebody changed the title: nothing to choose between
                    return self._change(error.revision)
                self._slot["overtaken"] = error
                return None

        stored = run_action(act)
        if stored is not None:
            self._slot.update(revision=stored.revision, stored=True, overtaken=None)

    def _change(self, revision: int) -> Classifier:
        with get_process().database.transaction() as session:
            return change_classifier(
                self._user,
                self._desk.classifier.key,
                session=session,
                revision=revision,
                settings=self._slot["settings"],
            )


def show_standing(draft: SettingsDraft, in_words: Callable[[Mapping[str, Any]], str]) -> None:
    """Say that it is stored; or show what somebody else stored beside it, and let the author choose."""
    if draft.overtaken is None:
        if draft.stored:
            st.caption(":material/cloud_done: Stored as you write. It counts when a version is made.")
        else:
            st.caption(":material/cloud_off: Not stored; what you wrote stays here.")
        return
    theirs = _theirs(draft.overtaken)
    mine, others = in_words(draft.settings), in_words(theirs)
    with st.container(border=True, key="classifier_overtaken"):
        st.warning(
            f"{escape(draft.overtaken.who)} stored something else while you were writing. Nothing is lost: "
            "yours stands above and is not stored yet. Take over what you want of theirs, then store yours; "
            "or go on with theirs.",
            icon=":material/call_split:",
        )
        left, right = st.columns(2)
        with left:
            st.markdown(f"**Stored by {escape(draft.overtaken.who)}**")
            st.code(others or "(nothing)", language=None, wrap_lines=True)
        with right:
            st.markdown("**What yours would change**")
            rich_text(_differences(others, mine), key="classifier_overtaken_words", small=True)
        with st.container(horizontal=True):
            st.button("Store mine", key="classifier_keep_mine", on_click=draft.keep_mine)
            st.button("Go on with theirs", key="classifier_take_theirs", on_click=draft.take_theirs)


def _theirs(error: ChangedMeanwhile) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(
        (each.theirs for each in error.differences if each.field == "settings"), {}
    )
    return found


def _differences(before: str, after: str) -> list[Segment]:
    return [{"text": each["text"], "kind": _KINDS[each["op"]]} for each in word_diff(before, after)]
