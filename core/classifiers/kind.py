"""What every kind of classifier is: something that scores the answers of a criterion for a batch of subjects.

A kind registers itself with :func:`kind`. Whatever it does inside, it gives one matrix of probabilities, so
measuring, thresholds, backtests, live judging and drift are written once, for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.criteria import Criterion
from core.errors import InvalidInput
from core.llm import CallRecord, Embedder
from core.settings import Settings

Probabilities = NDArray[np.float32]
"""Shape ``(subjects, answers)``, 0 to 1. Rows add up to 1 unless several answers may be right.
A row of NaN: judging this one failed."""

Features = NDArray[np.float32]
"""Shape ``(subjects, dimensions)``."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged, and what a condition may ask about it. Texts are the stored ones, unmasked."""

    text: str
    subject_type: str = "message"
    subject_id: int = 0
    conversation_id: int = 0
    channel: str = ""
    locale: str = ""
    """Of the conversation; empty where nobody said."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Of the customer: plan, company, ..."""
    occurred_at: datetime | None = None
    question: str = ""
    """What a reply or draft answers: the customer's last message before it."""
    citations: tuple[Mapping[str, Any], ...] = ()
    """Of a reply or draft, as stored: ``{"passage_id", "quote", ...}``, and ``passage``: the text it cites,
    missing where that is gone."""
    reference: str = ""
    """In evals: a reply that somebody found right, to compare this one with."""
    people: tuple[str, ...] = ()
    """Names and addresses of the people it is about, to be hidden, where no stored conversation has them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the answer wanted for it. Examples of one ``group`` never straddle a split."""

    subject: Subject
    answer: str
    """As a judgement stores it; empty: none of the answers (out of scope, or nothing applies)."""
    group: str = ""
    held_out: bool = False
    example_id: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of a batch, one row a subject.

    ``familiarity`` is 0 to 1: the share of the model's own examples that looked less familiar to it; all
    ones where a kind cannot tell. ``reasons`` are plain words, empty where there is nothing to say, and
    ``errors`` says by row why judging failed (the row's probabilities are NaN).
    """

    probabilities: Probabilities
    familiarity: NDArray[np.float32]
    reasons: tuple[str, ...] = ()
    errors: Mapping[int, str] = field(default_factory=dict)
    cost: float = 0.0
    """USD."""


@dataclass(frozen=True, slots=True)
class Question:
    """The criterion as a classifier needs it: its answers in column order."""

    name: str
    question: str
    guidance: str
    kind: str
    answers: tuple[str, ...]
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def many(self) -> bool:
        """Whether several answers may be right at once."""
        return self.kind == "many_of"

    @classmethod
    def of(cls, criterion: Criterion) -> Question:
        """The question of one criterion version.

        Raises:
            InvalidInput: it asks for words to be marked or written, which no classifier answers.
        """
        from core.criteria import choices

        if criterion.kind in ("span", "note"):
            raise InvalidInput(
                f"“{criterion.question}” asks for words, not for one of several answers, so no classifier "
                "can answer it. Choose another question."
            )
        return cls(
            name=criterion.name,
            question=criterion.question,
            guidance=criterion.guidance,
            kind=criterion.kind,
            answers=choices(criterion),
            examples=tuple(criterion.examples),
        )


@dataclass(frozen=True, slots=True)
class Services:
    """What a kind may use of the surroundings."""

    settings: Settings
    embedder: Callable[[], Embedder]
    """Called when vectors are needed: loading takes a moment."""
    mask: Callable[[Sequence[Subject]], Sequence[Subject]] | None = None
    """Hides personal data in texts that leave this machine, see :func:`core.classifiers.open_services`.
    None: nobody can, so a kind that would send texts away refuses."""
    usage: Callable[[Sequence[CallRecord]], None] | None = None
    """Keeps what calls to a model service used; None: nobody does. Called outside event loops."""


class Model(Protocol):
    """A classifier that can answer. Immutable, and safe to share by threads."""

    @property
    def features(self) -> str:
        """Name of the featurizer whose rows :meth:`score` takes; empty when it reads the texts itself."""

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:
        """Score each subject.

        Args:
            features: rows of the model's featurizer, where they are at hand. With them ``subjects`` may
                be empty.

        Raises:
            ProviderError: the service behind it failed for the whole batch.
        """

    def dump(self) -> bytes:
        """What :meth:`Kind.load` needs besides the settings; empty when that is all."""


class Kind(Protocol):
    """One way to make classifiers."""

    name: str
    title: str
    hint: str
    """A sentence for the person who chooses."""
    learns: bool
    """Whether it needs examples before it can answer."""

    def problems(self, question: Question, settings: Mapping[str, Any]) -> list[str]:
        """What is wrong with the settings, in plain words; empty when a version can be made of them."""

    def fit(
        self,
        question: Question,
        settings: Mapping[str, Any],
        examples: Sequence[Example],
        *,
        services: Services,
        features: Features | None = None,
    ) -> Model:
        """Make a model.

        Args:
            features: one row of the kind's featurizer for each example, where they are at hand.

        Raises:
            InvalidInput: the settings or the examples do not make a classifier; says what is missing.
        """

    def load(
        self, question: Question, settings: Mapping[str, Any], model: bytes, *, services: Services
    ) -> Model:
        """The model of a stored version.

        Raises:
            InvalidInput: what is stored cannot be read.
        """


_KINDS: dict[str, Kind] = {}


_Made = TypeVar("_Made", bound=Kind)


def kind(made: type[_Made]) -> type[_Made]:
    """Class decorator that makes a kind known under its ``name``."""
    instance = made()
    _KINDS[instance.name] = instance
    return made


def get_kind(name: str) -> Kind:
    """The kind of this name.

    Raises:
        InvalidInput: there is none.
    """
    if name not in _KINDS:
        raise InvalidInput(f"There is no kind of classifier {name!r}: choose {', '.join(_KINDS)}.")
    return _KINDS[name]


def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order they are offered."""
    return tuple(_KINDS.values())
