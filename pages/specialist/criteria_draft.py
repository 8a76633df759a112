"""What an author has typed into the form of a criterion, kept until it is published or discarded.

Streamlit forgets a widget that was not drawn in a run. The draft does not: whoever looks something
up on another page finds their words where they left them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import streamlit as st

from core.criteria import NEW, Content, Criterion, given

_CHOSEN = ("one_of", "many_of")


class Draft:
    """The form's state for one criterion, or for a new one (``name`` is empty)."""

    def __init__(self, name: str, newest: Criterion | None) -> None:
        self._name = name
        if _slot(name) not in st.session_state:
            st.session_state[_slot(name)] = _seed(newest)

    @property
    def based_on(self) -> int:
        """Key of the version the author started from, or ``NEW``."""
        return cast(int, self._store["based_on"])

    @based_on.setter
    def based_on(self, criterion_id: int) -> None:
        self._store["based_on"] = criterion_id

    @property
    def tried(self) -> bool:
        """Whether publishing was tried: from then on empty fields are pointed out too."""
        return cast(bool, self._store["tried"])

    @tried.setter
    def tried(self, tried: bool) -> None:
        self._store["tried"] = tried

    @property
    def examples(self) -> list[int]:
        """Numbers of the examples, in order. A number is never given twice."""
        return cast(list[int], self._store["examples"])

    def add_example(self) -> None:
        """Append an empty example."""
        number = self._store["next_example"]
        self._store["next_example"] = number + 1
        self.examples.append(number)
        self._store["typed"] |= _example(number)

    def remove_example(self, number: int) -> None:
        """Take one example out."""
        if number in self.examples:
            self.examples.remove(number)

    def key(self, field: str) -> str:
        """The key of a field's widget; puts what was typed back into it when it is drawn anew."""
        key = f"criterion_{self._name}_{field}"
        if key in st.session_state:
            self._store["typed"][field] = st.session_state[key]
        else:
            st.session_state[key] = self._store["typed"][field]
        return key

    def value(self, field: str) -> Any:
        """What stands in a field at this moment."""
        return st.session_state.get(f"criterion_{self._name}_{field}", self._store["typed"][field])

    def is_empty(self, field: str) -> bool:
        """Whether nothing was typed into a field, or, for ``examples``, into any of them."""
        if field == "examples":
            return not any(self.value(f"example_{number}_text") for number in self.examples)
        return field != "name" and not self.value(field)

    def keep(self) -> None:
        """Remember every field that is drawn. Call it when all are."""
        for field in self._store["typed"]:
            self._store["typed"][field] = self.value(field)

    def fields(self) -> dict[str, Any]:
        """What was typed, as the arguments of :meth:`Content.written`."""
        kind = self.value("kind")
        several = kind == "many_of"
        return {
            "question": self.value("question"),
            "kind": kind,
            "subjects": self.value("subjects"),
            "guidance": self.value("guidance"),
            "answers": self.value("answers").splitlines() if kind in _CHOSEN else (),
            "good": () if kind == "note" else self.value("good"),
            "examples": [
                {
                    "text": self.value(f"example_{number}_text"),
                    "answer": self.value(f"example_{number}_{'answers' if several else 'answer'}") or "",
                    "why": self.value(f"example_{number}_why"),
                }
                for number in self.examples
            ],
        }

    def content(self) -> Content:
        """What would be published now."""
        return Content.written(**self.fields())

    def discard(self) -> None:
        """Forget everything that was typed."""
        del st.session_state[_slot(self._name)]
        prefix = f"criterion_{self._name}_"
        for key in [key for key in st.session_state if isinstance(key, str) and key.startswith(prefix)]:
            del st.session_state[key]

    @property
    def _store(self) -> dict[str, Any]:
        return cast(dict[str, Any], st.session_state[_slot(self._name)])


def has_draft(name: str) -> bool:
    """Whether something was begun and neither published nor discarded."""
    return _slot(name) in st.session_state


def _slot(name: str) -> str:
    return f"criteria_draft_{name}"


def _seed(newest: Criterion | None) -> dict[str, Any]:
    content = Content.of(newest) if newest else Content(question="", kind="yes_no", subjects=("reply",))
    typed: dict[str, Any] = {
        "name": "",
        "question": content.question,
        "kind": content.kind,
        "subjects": list(content.subjects),
        "guidance": content.guidance,
        "answers": "\n".join(content.answers),
        "good": list(content.good),
        "change_note": "",
    }
    for number, each in enumerate(content.examples):
        typed |= _example(number, **each)
    return {
        "based_on": newest.key if newest else NEW,
        "tried": False,
        "examples": list(range(len(content.examples))),
        "next_example": len(content.examples),
        "typed": typed,
    }


def _example(number: int, text: str = "", answer: str = "", why: str = "") -> dict[str, Any]:
    answers: Iterable[str] = given(answer) if answer else ()
    return {
        f"example_{number}_text": text,
        f"example_{number}_answer": answer or None,
        f"example_{number}_answers": list(answers),
        f"example_{number}_why": why,
    }
