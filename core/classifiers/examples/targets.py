"""What examples ask a model to answer, checked in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.linear import Floats
from core.classifiers.kind import Example, Question
from core.criteria import given
from core.errors import InvalidInput

MIN_EXAMPLES = 4


@dataclass(frozen=True, slots=True)
class Targets:
    """Examples in an order of their own, so that a model does not depend on the order they came in."""

    order: NDArray[np.int64]
    """Place of each row among the examples given."""
    wanted: Floats
    """0 or 1, shape ``(examples, answers)``. A row of zeros: none of the answers."""
    groups: tuple[str, ...]
    """Rows of one group are held out together."""


def read_targets(question: Question, examples: Sequence[Example]) -> Targets:
    """The examples as a matrix.

    Raises:
        InvalidInput: there are too few, they all say the same, or one has an unknown answer.
    """
    _check_count(len(examples))
    places = {answer: place for place, answer in enumerate(question.answers)}
    keys = [_key(example) for example in examples]
    order = sorted(range(len(examples)), key=keys.__getitem__)
    wanted = np.zeros((len(examples), len(places)), dtype=np.float32)
    for row, place in enumerate(order):
        for answer in _answers(question, examples[place]):
            if answer not in places:
                raise InvalidInput(
                    f"An example says “{answer}”, which is no answer of “{question.question}”. "
                    "Change its answer or remove it."
                )
            wanted[row, places[answer]] = 1
    _check_variety(question, wanted)
    return Targets(
        np.array(order, dtype=np.int64),
        wanted,
        tuple(examples[place].group or keys[place] for place in order),
    )


def _check_count(count: int) -> None:
    if not count:
        raise InvalidInput(
            f"There are no examples yet. Add at least {MIN_EXAMPLES}, of two answers or more; "
            "five for each answer are a good start."
        )
    if count < MIN_EXAMPLES:
        raise InvalidInput(
            f"{_counted(count)} too few to learn from: add at least {MIN_EXAMPLES - count} more, so that "
            f"there are {MIN_EXAMPLES}. Five for each answer are a good start."
        )


def _check_variety(question: Question, wanted: Floats) -> None:
    said = wanted.sum(axis=0)
    if not said.any():
        raise InvalidInput("All examples are of none of the answers. Add examples of the answers themselves.")
    if question.many:
        if not ((said > 0) & (said < len(wanted))).any():
            raise InvalidInput(
                "All examples have the same answers. Add examples of other answers, or some to which "
                "nothing applies."
            )
    elif (said > 0).sum() < 2:
        answer = question.answers[int(said.argmax())]
        raise InvalidInput(
            f"All examples that have an answer say “{answer}”. Add some of another answer to tell it from."
        )


def _answers(question: Question, example: Example) -> tuple[str, ...]:
    if not example.answer:
        return ()
    return given(example.answer) if question.many else (example.answer,)


def _key(example: Example) -> str:
    """The same wherever the example stands, and in no relation to what it says."""
    text = "\0".join((example.group, example.answer, example.subject.text))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _counted(count: int) -> str:
    return "1 example is" if count == 1 else f"{count} examples are"
