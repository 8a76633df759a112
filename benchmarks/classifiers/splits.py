"""Parts to learn from and to report on. What is reported on is the same rows for every seed and method."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from benchmarks.classifiers.data import Pool, Row
from core.classifiers import Example, Features, Featurizer, Question, Subject
from core.criteria import SEPARATOR

_REPORTED = 77 / 256  # of the rows; settings were chosen on splits of the others
_FEWEST = 15  # rows of an answer that takes part


@dataclass(frozen=True, slots=True)
class Task:
    """A pool, cut in two, with the numbers of every row."""

    name: str
    question: Question
    rows: list[Row]
    features: Features
    learn: list[int]
    report: list[int]

    def drawn(self, shots: int | None, seed: int) -> list[int]:
        """Rows to learn from: so many of each answer; None: nine tenths of all, so that seeds differ."""
        order = list(self.learn)
        random.Random(seed).shuffle(order)
        if shots is None:
            return order[: len(order) * 9 // 10]
        seen: Counter[str] = Counter()
        taken = []
        for place in order:
            answers = self.rows[place].answers
            if any(seen[answer] < shots for answer in answers):
                taken.append(place)
                seen.update(answers)
        return taken

    def examples(self, places: Sequence[int]) -> list[Example]:
        return [
            Example(Subject(self.rows[place].text), SEPARATOR.join(self.rows[place].answers))
            for place in places
        ]

    def wanted(self, places: Sequence[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Shape ``(places, answers)``."""
        columns = {answer: column for column, answer in enumerate(self.question.answers)}
        found = np.zeros((len(places), len(columns)), dtype=bool)
        for row, place in enumerate(places):
            found[row, [columns[answer] for answer in self.rows[place].answers]] = True
        return found


def task_of(pool: Pool, *, featurizer: Featurizer) -> Task:
    """Cut by a hash of the conversation, or of the text where there is none."""
    count = Counter(answer for row in pool.rows for answer in row.answers)
    rows = [row for row in pool.rows if all(count[answer] >= _FEWEST for answer in row.answers)]
    reported = [_share(row.group or row.text) < _REPORTED for row in rows]
    answers = sorted({answer for row in rows for answer in row.answers})
    return Task(
        pool.name,
        question_of(answers, many=pool.many),
        rows,
        features_of(rows, featurizer),
        [place for place, late in enumerate(reported) if not late],
        [place for place, late in enumerate(reported) if late],
    )


def question_of(answers: Sequence[str], *, many: bool = False) -> Question:
    return Question(
        "intent", "What does the customer want?", "", "many_of" if many else "one_of", tuple(answers)
    )


def features_of(rows: Sequence[Row], featurizer: Featurizer) -> Features:
    """Numbers of all rows, a few hundred at a time so that what is ready is remembered."""
    texts = [row.text for row in rows]
    return np.vstack([featurizer.features(texts[at : at + 512]) for at in range(0, len(texts), 512)])


def _share(text: str) -> float:
    return sha256(text.encode()).digest()[0] / 256
