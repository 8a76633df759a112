"""A kind of classifier that does what a test wants, and what is judged by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from sqlmodel import col, select

from core.classifiers import Example, Features, Question, Report, Scores, Services, Subject
from core.classifiers.measure import Figures
from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierVersion
from core.conversations import Message
from core.criteria import Criterion, Judgement
from core.database import Database
from core.errors import ProviderError
from core.statistics import wilson_rate
from tests.core.conversations.make import load, record, said


@dataclass
class FakeModel:
    """Answers by words: ``settings`` maps a word to the answer for texts that have it; else "other"."""

    answers: tuple[str, ...]
    words: Mapping[str, str]
    many: bool = False
    features: str = ""
    down: ClassVar[str] = ""
    """Why the provider of every model fails."""
    poison: ClassVar[str] = ""
    """Texts with it fail by themselves."""
    asked: ClassVar[list[int]] = []

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:
        assert features is None
        if FakeModel.down:
            raise ProviderError(FakeModel.down)
        FakeModel.asked += [each.subject_id for each in subjects]
        table = np.full((len(subjects), len(self.answers)), 0.02, dtype=np.float32)
        errors = {}
        for row, subject in enumerate(subjects):
            if FakeModel.poison and FakeModel.poison in subject.text:
                table[row], errors[row] = np.nan, "This text cannot be judged."
                continue
            given = [answer for word, answer in self.words.items() if word in subject.text]
            for answer in given or ([] if self.many else ["other"]):
                table[row, self.answers.index(answer)] = 0.4 if "perhaps" in subject.text else 0.9
        return Scores(table, np.ones(len(subjects), dtype=np.float32), errors=errors)

    def dump(self) -> bytes:
        return b""


@dataclass
class FakeKind:
    """Its models are made of the settings alone."""

    name: str = "fake"
    title: str = "Fake"
    hint: str = ""
    learns: bool = True
    fitted: list[int] = field(default_factory=list)

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
    ) -> FakeModel:
        self.fitted.append(len(examples))
        return self.load(question, settings, b"", services=services)

    def load(
        self, question: Question, settings: Mapping[str, Any], model: bytes, *, services: Services
    ) -> FakeModel:
        return FakeModel(question.answers, settings.get("words", {}), many=question.many)


def report(n: int = 200, right: int = 180) -> dict[str, Any]:
    """The measure of a version whose answers were right in ``right`` of ``n`` examples."""
    rate = wilson_rate(right, n)
    figures = Figures(n, n, 0, 0, wilson_rate(n, n), rate, rate, rate, rate, rate, (), (), (), 0.0)
    return Report(("yes", "no"), False, (0.0, 0.0), figures, None).to_json()


def make_classifier(
    database: Database,
    name: str = "intents",
    *,
    criterion: str = "customer_intent",
    subject_type: str = "message",
    **version: Any,
) -> tuple[int, int]:
    """A classifier with one version; their ids. Judges by :class:`FakeModel`'s words."""
    with database.transaction() as session:
        classifier = Classifier(
            name=name,
            title=name.replace("_", " ").title(),
            criterion_name=criterion,
            kind="fake",
            subject_type=subject_type,
        )
        session.add(classifier)
        session.flush()
        key = classifier.key
    return key, add_version(database, key, **version)


def add_version(database: Database, classifier_id: int, **values: Any) -> int:
    """Another version; its id."""
    with database.transaction() as session:
        classifier = session.get_one(Classifier, classifier_id)
        criterion = session.exec(
            select(Criterion)
            .where(Criterion.name == classifier.criterion_name)
            .order_by(col(Criterion.version).desc())
        ).first()
        assert criterion is not None
        number = len(
            session.exec(
                select(ClassifierVersion.id).where(ClassifierVersion.classifier_id == classifier_id)
            ).all()
        )
        made = ClassifierVersion(
            classifier_id=classifier_id,
            version=number + 1,
            criterion_id=criterion.key,
            kind="fake",
            subject_type=classifier.subject_type,
            answers=list(Question.of(criterion).answers),
            many=criterion.kind == "many_of",
            settings={"words": values.pop("words", {"refund": "request", "broken": "problem"})},
            threshold={"confidence": 0.5},
            report=values.pop("report", report()),
            **values,
        )
        session.add(made)
        session.flush()
        return made.key


def arrive(database: Database, *texts: str, name: str = "c1", first: int = 0) -> list[int]:
    """A conversation in which a customer writes these; loading it again with more texts adds them."""
    load(
        database,
        [
            record(
                name,
                *(
                    said("customer", text, minute=minute, external_id=f"{name}-{minute}")
                    for minute, text in enumerate(texts)
                ),
            )
        ],
    )
    with database.reading() as session:
        ids = session.exec(
            select(Message.id)
            .where(col(Message.external_id).startswith(f"{name}-"))
            .order_by(col(Message.id))
        ).all()
    return [key for key in ids if key is not None][first:]


def answers_of(database: Database, version_id: int) -> dict[int, str]:
    """What a version answered, by subject; abstentions in brackets."""
    with database.reading() as session:
        found = session.exec(select(ClassifierAnswer).where(ClassifierAnswer.version_id == version_id))
        return {
            each.subject_id: each.error or (f"({each.answer})" if each.abstained else each.answer)
            for each in found
        }


def judgements_of(database: Database, name: str = "intents") -> list[Judgement]:
    """The judgements of a classifier, in force or not, oldest first."""
    with database.reading() as session:
        mine = select(Judgement).where(Judgement.judge_type == "classifier", Judgement.judge == name)
        return list(session.exec(mine.order_by(col(Judgement.id))))
