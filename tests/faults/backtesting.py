"""A kind of classifier for backtests that are killed: it reads kept numbers, and takes its time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert

from core.classifiers import Example, Features, Question, Scores, Services, Subject
from core.classifiers.kind import kind
from core.classifiers.tables import Classifier, ClassifierVersion, SubjectFeatures
from core.conversations import Conversation, Customer
from core.criteria import current_criterion, ensure_criteria
from core.database import Database, now

_ROWS = 5_000  # a statement


@dataclass(frozen=True)
class NumbersModel:
    """The first number of a subject says which answer it gets."""

    answers: int
    pause: float
    features: str = "numbers"

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:
        assert features is not None
        time.sleep(self.pause)
        table = np.full((len(features), self.answers), 0.01, dtype=np.float32)
        table[np.arange(len(features)), features[:, 0].astype(int)] = 0.9
        return Scores(table, np.ones(len(features), dtype=np.float32))

    def dump(self) -> bytes:
        return b""


@kind
class NumbersKind:
    """``settings["pause"]``: seconds a chunk takes."""

    name, title, hint, learns = "numbers", "Numbers", "", False

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
    ) -> NumbersModel:
        return self.load(question, settings, b"", services=services)

    def load(
        self, question: Question, settings: Mapping[str, Any], model: bytes, *, services: Services
    ) -> NumbersModel:
        return NumbersModel(len(question.answers), settings["pause"])


def fill(database: Database, count: int, *, pause: float) -> int:
    """Conversations with kept numbers, and a version of :class:`NumbersKind` to judge them; its id."""
    moment = now() - timedelta(days=1)
    with database.transaction() as session:
        ensure_criteria(session=session)
        customer = Customer(external_id="c", name="C")
        session.add(customer)
        session.flush()
        for start in range(0, count, _ROWS):
            keys = range(start + 1, min(start + _ROWS, count) + 1)
            session.execute(
                insert(Conversation),
                [
                    {
                        "id": key,
                        "source": "test",
                        "external_id": str(key),
                        "customer_id": customer.key,
                        "channel": "chat",
                        "status": "closed",
                        "last_message_at": moment,
                        "created_at": moment,
                        "updated_at": moment,
                    }
                    for key in keys
                ],
            )
            session.execute(
                insert(SubjectFeatures),
                [
                    {
                        "features": "numbers",
                        "subject_type": "conversation",
                        "subject_id": key,
                        "stamp": "",
                        "vector": np.array([key % 3, 0], dtype="<f2").tobytes(),
                        "made_at": now(),
                    }
                    for key in keys
                ],
            )
        criterion = current_criterion("customer_intent", session=session)
        assert criterion is not None
        classifier = Classifier(
            name="numbers",
            title="Numbers",
            criterion_name=criterion.name,
            kind="numbers",
            subject_type="conversation",
        )
        session.add(classifier)
        session.flush()
        version = ClassifierVersion(
            classifier_id=classifier.key,
            version=1,
            criterion_id=criterion.key,
            kind="numbers",
            subject_type="conversation",
            answers=list(Question.of(criterion).answers),
            settings={"pause": pause},
            features="numbers",
        )
        session.add(version)
        session.flush()
        return version.key
