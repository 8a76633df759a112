"""What a classifier says of examples that it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classifiers.kind import Example, Features, Kind, Model, Question, Scores, Services
from core.classifiers.measure.folds import folds as deal
from core.classifiers.measure.folds import group_of
from core.errors import InvalidInput

Rows = NDArray[np.intp]


def out_of_fold(
    kind: Kind,
    question: Question,
    settings: Mapping[str, Any],
    examples: Sequence[Example],
    *,
    services: Services,
    features: Features | None = None,
    folds: int = 5,
    seed: int = 0,
) -> Scores:
    """Score every example by a model that has not seen its group.

    A kind that learns is fitted once a fold; held-out examples are never taught and are scored by the
    model of all teaching examples. Other kinds score everything once. Where a fold's examples make no
    classifier, its rows count as failed, with the reason.

    Args:
        features: one row of the kind's featurizer for each example, where they are at hand.
        folds: how many; fewer where there are fewer groups.

    Returns:
        One row for each example, in their order.

    Raises:
        InvalidInput: no classifier can be made of the settings or the examples; says what is missing.
    """
    if not kind.learns:
        model = kind.fit(question, settings, (), services=services)
        every = np.arange(len(examples))
        blank = _Sheet(every, len(question.answers))
        blank.put(every, score_rows(model, examples, every, features))
        return blank.scores()
    rounds = _rounds(examples, folds, seed)
    return _judged(kind, question, settings, examples, rounds, services=services, features=features)[1]


def first_look(
    kind: Kind,
    question: Question,
    settings: Mapping[str, Any],
    examples: Sequence[Example],
    *,
    services: Services,
    features: Features | None = None,
    folds: int = 5,
    seed: int = 0,
) -> tuple[Rows, Scores]:
    """As :func:`out_of_fold` for a kind that learns, of one fold and of the held-out examples alone.

    Takes a few times less, for as many times fewer figures.

    Returns:
        The rows that were scored, ascending, and one row of scores for each.

    Raises:
        InvalidInput: no classifier can be made of the settings or the examples; says what is missing.
    """
    held_out = any(each.held_out for each in examples)
    rounds = _rounds(examples, folds, seed)
    some = [rounds[0], rounds[-1]] if held_out else rounds[:1]
    return _judged(kind, question, settings, examples, some, services=services, features=features)


def _rounds(examples: Sequence[Example], folds: int, seed: int) -> list[tuple[Rows, Rows]]:
    """What is taught and what is judged in each round; held-out examples in the last, if there are any."""
    teaching = np.flatnonzero([not each.held_out for each in examples])
    dealt = deal(
        [group_of(examples[row], row) for row in teaching.tolist()],
        [examples[row].answer for row in teaching.tolist()],
        count=folds,
        seed=seed,
    )
    if dealt.count < 2:
        raise InvalidInput(
            "All examples come from one conversation, so nothing is left to measure with. "
            "Add examples from other conversations."
        )
    rounds = [(teaching[dealt.of_row != fold], teaching[dealt.of_row == fold]) for fold in range(dealt.count)]
    held_out = np.flatnonzero([each.held_out for each in examples])
    return [*rounds, (teaching, held_out)] if len(held_out) else rounds


def _judged(
    kind: Kind,
    question: Question,
    settings: Mapping[str, Any],
    examples: Sequence[Example],
    rounds: Sequence[tuple[Rows, Rows]],
    *,
    services: Services,
    features: Features | None,
) -> tuple[Rows, Scores]:
    """The rows that were judged in these rounds, ascending, and their scores."""
    rows = np.sort(np.concatenate([judged for _, judged in rounds]))
    sheet = _Sheet(rows, len(question.answers))
    refused: list[InvalidInput] = []
    for learned, judged in rounds:
        try:
            model = fit_rows(
                kind, question, settings, examples, learned, services=services, features=features
            )
        except InvalidInput as problem:
            refused.append(problem)
            sheet.fail(judged, str(problem))
            continue
        sheet.put(judged, score_rows(model, examples, judged, features))
    if len(refused) == len(rounds):
        raise refused[0]
    return rows, sheet.scores()


def fit_rows(
    kind: Kind,
    question: Question,
    settings: Mapping[str, Any],
    examples: Sequence[Example],
    rows: Rows,
    *,
    services: Services,
    features: Features | None,
) -> Model:
    """A model of some of the examples.

    Raises:
        InvalidInput: they do not make a classifier.
    """
    return kind.fit(
        question,
        settings,
        [examples[row] for row in rows.tolist()],
        services=services,
        features=None if features is None else features[rows],
    )


def score_rows(model: Model, examples: Sequence[Example], rows: Rows, features: Features | None) -> Scores:
    """What a model says of some of the examples; features are used where the model reads any."""
    own = features[rows] if features is not None and model.features else None
    return model.score([examples[row].subject for row in rows.tolist()], own)


class _Sheet:
    """Scores of some rows, ascending, filled in part by part."""

    def __init__(self, rows: Rows, answers: int) -> None:
        self._rows = rows
        self._probabilities = np.full((len(rows), answers), np.nan, dtype=np.float32)
        self._familiarity = np.ones(len(rows), dtype=np.float32)
        self._errors: dict[int, str] = {}
        self._cost = 0.0

    def put(self, rows: Rows, part: Scores) -> None:
        places = np.searchsorted(self._rows, rows)
        self._probabilities[places] = part.probabilities
        self._familiarity[places] = part.familiarity
        self._errors |= {int(places[at]): error for at, error in part.errors.items()}
        self._cost += part.cost

    def fail(self, rows: Rows, reason: str) -> None:
        self._errors |= dict.fromkeys(np.searchsorted(self._rows, rows).tolist(), reason)

    def scores(self) -> Scores:
        return Scores(self._probabilities, self._familiarity, errors=self._errors, cost=self._cost)
