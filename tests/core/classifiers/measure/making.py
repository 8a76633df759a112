"""A small kind that learns, and examples around as many centres as there are answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np

from core.classifiers import Example, Features, Question, Scores, Services, Subject
from core.errors import InvalidInput
from core.llm import Embedder
from core.settings import Settings


def _no_embedder() -> Embedder:
    raise AssertionError("features are at hand")


SERVICES = Services(Settings(), _no_embedder)


def question(count: int = 3, kind: str = "one_of") -> Question:
    return Question("want", "What do they want?", "", kind, tuple(f"answer {at}" for at in range(count)))


@dataclass(frozen=True)
class CentroidModel:
    """The nearer a centre, the likelier its answer."""

    centres: Features
    known: np.ndarray
    reach: np.ndarray
    features: str = "numbers"

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:
        assert features is not None
        distance = ((features[:, None, :] - self.centres) ** 2).sum(axis=2)
        distance[:, ~self.known] = np.inf
        likely = np.exp(-0.5 * (distance - distance.min(axis=1, keepdims=True)))
        familiar = 1 - np.searchsorted(self.reach, distance.min(axis=1)) / max(1, len(self.reach))
        return Scores(
            (likely / likely.sum(axis=1, keepdims=True)).astype(np.float32), familiar.astype(np.float32)
        )

    def dump(self) -> bytes:
        stored = BytesIO()
        np.savez(stored, centres=self.centres, known=self.known, reach=self.reach)
        return stored.getvalue()


class CentroidKind:
    """Learns the mean of each answer's rows, and remembers what it was taught."""

    name, title, hint, learns = "centroid", "Centres", "", True

    def __init__(self) -> None:
        self.taught: list[list[Example]] = []

    def problems(self, question: Question, settings: Mapping[str, Any]) -> list[str]:
        return []

    def fit(
        self,
        question: Question,
        settings: Mapping[str, Any],
        examples: Sequence[Example],
        *,
        services: Services,
        features: Features | None = None,
    ) -> CentroidModel:
        assert features is not None
        assert len(features) == len(examples)
        self.taught.append(list(examples))
        answers = np.array([each.answer for each in examples])
        known = np.array([(answers == answer).any() for answer in question.answers])
        if known.sum() < 2:
            raise InvalidInput("Examples of at least two answers are needed.")
        centres = np.array(
            [
                features[answers == answer].mean(axis=0) if has else np.zeros(features.shape[1])
                for answer, has in zip(question.answers, known, strict=True)
            ]
        )
        own = np.array([question.answers.index(each.answer) for each in examples if each.answer])
        rows = features[answers != ""]
        return CentroidModel(centres, known, np.sort(((rows - centres[own]) ** 2).sum(axis=1)))

    def load(
        self, question: Question, settings: Mapping[str, Any], model: bytes, *, services: Services
    ) -> CentroidModel:
        return CentroidModel(**np.load(BytesIO(model)))


class FixedKind:
    """Does not learn: always finds the first answer likeliest."""

    name, title, hint, learns = "fixed", "Fixed", "", False

    def __init__(self) -> None:
        self.asked = 0

    def problems(self, question: Question, settings: Mapping[str, Any]) -> list[str]:
        return []

    def fit(
        self,
        question: Question,
        settings: Mapping[str, Any],
        examples: Sequence[Example],
        *,
        services: Services,
        features: Features | None = None,
    ) -> Any:
        kind = self

        class _Model:
            features = ""

            def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:
                assert features is None
                kind.asked += len(subjects)
                rows = np.zeros((len(subjects), len(question.answers)), dtype=np.float32)
                rows[:, 0] = 1
                return Scores(rows, np.ones(len(subjects), dtype=np.float32), cost=0.5)

            def dump(self) -> bytes:
                return b""

        return _Model()

    def load(
        self, question: Question, settings: Mapping[str, Any], model: bytes, *, services: Services
    ) -> Any:
        return self.fit(question, settings, (), services=services)


def examples(
    per_answer: int, *, count: int = 3, spread: float = 1.0, group_size: int = 1, seed: int = 0
) -> tuple[list[Example], Features]:
    """``per_answer`` examples of each answer, in groups of ``group_size`` of the same answer."""
    random = np.random.default_rng(seed)
    asked = question(count)
    made, rows = [], []
    for at, answer in enumerate(asked.answers):
        for number in range(per_answer):
            group = f"{at}-{number // group_size}" if group_size > 1 else ""
            made.append(Example(Subject(f"{answer} {number}"), answer, group, example_id=len(made) + 1))
            centre = np.zeros(count)
            centre[at] = 3.0
            rows.append(centre + spread * random.normal(size=count))
    return made, np.array(rows, dtype=np.float32)
