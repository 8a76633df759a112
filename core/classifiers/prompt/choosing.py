"""Which examples a prompt shows: the same number for each answer, typical ones first, then different ones."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.classifiers.kind import Example, Features, Question
from core.classifiers.prompt.options import MAX_SHOWN, Options
from core.classifiers.prompt.wording import NONE, offered, split
from core.errors import InvalidInput

_MOST_CANDIDATES = 100  # an answer; comparing more changes little and takes long
_DIMENSIONS = 512
_A_FEW, _LIMIT = 6, 40
_WORD = re.compile(r"\w+")


def choose_examples(
    question: Question, examples: Sequence[Example], options: Options, features: Features | None = None
) -> list[Example]:
    """The examples to show, ordered so that answers take turns. Deterministic; held-out ones never.

    Args:
        features: a row for each example; without them texts are compared by their words.

    Raises:
        InvalidInput: an example that was chosen by hand is not there.
    """
    if isinstance(options.examples, tuple):
        return _by_hand(examples, options.examples)
    usable = [
        number for number, example in enumerate(examples) if not example.held_out and _fits(example, question)
    ]
    wanted = min(_default_count(question) if options.examples is None else options.examples, MAX_SHOWN)
    groups: dict[str, list[int]] = {}
    for number in sorted(usable, key=lambda number: _order(examples[number])):
        groups.setdefault(examples[number].answer, []).append(number)
    # Where there are more answers than places, the most frequent answers are shown.
    names = sorted(groups, key=lambda answer: (-len(groups[answer]), answer))
    ranked = [_spread(groups[name][:_MOST_CANDIDATES], examples, features, wanted) for name in names[:wanted]]
    turns = [numbers[turn] for turn in range(wanted) for numbers in ranked if turn < len(numbers)]
    return [examples[number] for number in turns[:wanted]]


def _by_hand(examples: Sequence[Example], wanted: tuple[int, ...]) -> list[Example]:
    known = {example.example_id: example for example in examples if not example.held_out}
    missing = [number for number in dict.fromkeys(wanted) if number not in known]
    if missing:
        raise InvalidInput(
            f"{len(missing)} of the examples chosen for the prompt are not there any more, or are held out "
            "for measuring. Choose others."
        )
    return [known[number] for number in dict.fromkeys(wanted)]


def _default_count(question: Question) -> int:
    return min(max(_A_FEW, 2 * len(question.answers)), _LIMIT)


def _fits(example: Example, question: Question) -> bool:
    """Whether the answer wanted is one the model may give."""
    if not example.subject.text.strip():
        return False
    if question.many:
        return all(answer in question.answers for answer in split(example.answer))
    return (example.answer or NONE) in offered(question)


def _order(example: Example) -> tuple[int, str]:
    # By a digest, not by age or length, so that the first candidates are no special ones.
    return zlib.crc32(example.subject.text.encode()), example.subject.text


def _spread(
    numbers: list[int], examples: Sequence[Example], features: Features | None, wanted: int
) -> list[int]:
    """The most typical one first, then always the one least like those taken (farthest-first traversal)."""
    if features is not None:
        rows = np.asarray(features[numbers], dtype=np.float64)
    else:
        rows = np.stack([_words(examples[number].subject.text) for number in numbers])
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    taken = [int(np.argmax(rows @ rows.mean(axis=0)))]
    nearest = rows @ rows[taken[0]]
    while len(taken) < min(wanted, len(numbers)):
        nearest[taken] = np.inf
        taken.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, rows @ rows[taken[-1]])
    return [numbers[place] for place in taken]


def _words(text: str) -> NDArray[np.float64]:
    """How often words occur, hashed into a row of fixed length."""
    row = np.zeros(_DIMENSIONS)
    for word in _WORD.findall(text[:4000].casefold()):
        row[zlib.crc32(word.encode()) % _DIMENSIONS] += 1
    return row
