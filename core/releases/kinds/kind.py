"""What every kind of change can do: be described, be made, be undone. Kinds register themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from sqlmodel import Session

from core.errors import InvalidInput
from core.identity import Actor


class Change(Protocol):
    """A change as it was proposed: a row of ``proposal_change``, or whatever has the same."""

    kind: str
    position: int
    article_id: int | None
    edit_id: int | None
    classifier_id: int | None
    content: dict[str, Any]
    summary: str


@dataclass(frozen=True, slots=True)
class Undo:
    """One change that was made, with what is needed to take exactly it back.

    ``before`` and ``after`` are the states of the one thing it touched, in the words of its kind.
    """

    kind: str
    title: str
    words: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    article_id: int | None = None
    classifier_id: int | None = None
    setting_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Undo:
        known = {each.name for each in fields(cls)}
        return cls(**{name: part for name, part in value.items() if name in known})

    def touches(self, other: Undo) -> bool:
        """Whether both are about the same thing."""
        if self.article_id is not None or self.classifier_id is not None:
            return (self.article_id, self.classifier_id) == (other.article_id, other.classifier_id)
        return self.kind == other.kind


@dataclass(frozen=True, slots=True)
class Texts:
    """What a change replaces and by what, to be shown side by side."""

    title: str
    words: str
    before: str
    after: str
    before_title: str = ""
    after_title: str = ""


class Kind(Protocol):
    """One kind of change."""

    def lock(self, changes: Sequence[Change], *, session: Session) -> None:
        """Take what others change as well, in an order everybody keeps, before anything is written."""

    def overtaken(self, change: Change, *, session: Session) -> str:
        """Why it can no longer be made as proposed, and what to do; empty when it can."""

    def describe(self, change: Change, *, session: Session) -> Texts:
        """What it changes."""

    def make(self, person: Actor, change: Change, *, session: Session, at_once: bool) -> Undo:
        """Make it.

        Raises:
            Conflict: it has been overtaken.
        """

    def undo(self, person: Actor, made: Undo, *, session: Session) -> Undo:
        """Bring back what was there before, and say so as a change that could itself be undone.

        Raises:
            Conflict: somebody has changed the same thing since.
        """

    def changed_since(self, made: Undo, *, session: Session) -> bool:
        """Whether what it made is no longer what is there."""


KINDS: dict[str, Kind] = {}


def kind(*names: str) -> Callable[[type[Any]], type[Any]]:
    """Register a class for changes of these kinds."""

    def register(made: type[Any]) -> type[Any]:
        for name in names:
            KINDS[name] = made()
        return made

    return register


def kind_of(name: str) -> Kind:
    """The kind of that name.

    Raises:
        InvalidInput: there is none.
    """
    found = KINDS.get(name)
    if found is None:
        raise InvalidInput(f"There is no kind of change {name!r}: {', '.join(sorted(KINDS))}.")
    return found
