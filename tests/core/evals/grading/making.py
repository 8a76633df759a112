"""Criteria, graders that say what a test wants, runs with results, and what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from sqlmodel import col, select

from core.classifiers import Features, Question, Scores, Services, Subject
from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import Criterion, Judge, record_judgement
from core.database import Database
from core.errors import ProviderError
from core.evals import CaseContent, Grade, Output, freeze_suite
from core.evals.grading import grade_batch
from core.evals.tables import EvalGrade, EvalResult, EvalRun, EvalSuite, EvalSuiteMember
from core.identity import Actor
from tests.core.evals.cases.making import write_case

POLITE = {"kind": "criterion", "criterion": "polite", "answers": ["yes"]}


@dataclass
class SayingModel:
    """Answers with the first answer whose name stands in the text, in angle brackets of its own grader.

    ``<tone:no>`` is said by the grader told to listen to ``tone``; ``<tone:perhaps>`` is unsure and
    ``<tone:fail>`` fails. What is said is kept.
    """

    answers: tuple[str, ...]
    name: str
    down: ClassVar[str] = ""
    flips: ClassVar[bool] = False
    asked: ClassVar[list[tuple[str, Subject]]] = []
    features: str = ""

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:
        if SayingModel.down in ("*", self.name):
            raise ProviderError("The model service cannot be reached.")
        table = np.full((len(subjects), len(self.answers)), 0.0, dtype=np.float32)
        errors, reasons = {}, []
        for row, subject in enumerate(subjects):
            again = sum(1 for name, each in SayingModel.asked if name == self.name and each == subject)
            SayingModel.asked.append((self.name, subject))
            said = subject.text.partition(f"<{self.name}:")[2].partition(">")[0] or self.answers[0]
            if SayingModel.flips and again and said in self.answers:
                said = self.answers[1 - self.answers.index(said)]
            if said == "fail":
                table[row], errors[row] = np.nan, "The model's answer cannot be used."
            elif said == "perhaps":
                table[row] = 1 / len(self.answers)
            else:
                table[row, self.answers.index(said)] = 1.0
            reasons.append(f"because {said}")
        return Scores(
            table, np.ones(len(subjects), np.float32), tuple(reasons), errors, cost=0.01 * len(subjects)
        )

    def dump(self) -> bytes:
        return b""


@dataclass
class SayingKind:
    """Its models listen to the name in the settings."""

    name: str = "prompt"
    title: str = "Saying"
    hint: str = ""
    learns: bool = False
    made: list[str] = field(default_factory=list)

    def problems(self, question: Question, settings: Mapping[str, Any]) -> list[str]:
        return []

    def load(
        self, question: Question, settings: Mapping[str, Any], model: bytes, *, services: Services
    ) -> SayingModel:
        return SayingModel(question.answers, settings["listens"])

    def fit(
        self, question: Question, settings: Mapping[str, Any], *_: Any, services: Services
    ) -> SayingModel:
        return self.load(question, settings, b"", services=services)


def make_grader(
    database: Database,
    name: str = "tone",
    *,
    criterion: str = "polite",
    subject_type: str = "draft",
    kind: str = "prompt",
    answers: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> int:
    """A classifier with one version that is not live; the version's id."""
    with database.transaction() as session:
        made = Classifier(
            name=name, title=name.title(), criterion_name=criterion, kind=kind, subject_type=subject_type
        )
        session.add(made)
        session.flush()
        classifier_id = made.key
    return add_version(database, classifier_id, answers=answers, settings=settings)


def add_version(
    database: Database,
    classifier_id: int,
    *,
    answers: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> int:
    with database.transaction() as session:
        made = session.get_one(Classifier, classifier_id)
        criterion = session.exec(
            select(Criterion)
            .where(Criterion.name == made.criterion_name)
            .order_by(col(Criterion.version).desc())
        ).first()
        assert criterion is not None
        older = session.exec(
            select(ClassifierVersion.id).where(ClassifierVersion.classifier_id == classifier_id)
        ).all()
        version = ClassifierVersion(
            classifier_id=classifier_id,
            version=len(older) + 1,
            criterion_id=criterion.key,
            kind=made.kind,
            subject_type=made.subject_type,
            answers=list(answers or Question.of(criterion).answers),
            many=criterion.kind == "many_of",
            settings=dict(settings or {"listens": made.name}),
            threshold={"confidence": 0.6},
        )
        session.add(version)
        session.flush()
        return version.key


def content(*expectations: Mapping[str, Any], **more: Any) -> CaseContent:
    given = {
        "messages": [{"author": "customer", "text": "Where is it?", "name": "Ada Byron"}],
        "conversation": {"channel": "email", "locale": "de"},
        "customer": {"name": "Ada Byron", "facts": {"plan": "pro"}},
    }
    return CaseContent("a case", given, "", tuple(expectations), **more)


def graded(
    database: Database,
    services: Services,
    graders: Sequence[Mapping[str, Any]],
    text: str,
    *expectations: Mapping[str, Any],
    **output: Any,
) -> list[Grade]:
    pair = content(*expectations), Output(text=text, **output)
    (grades,) = grade_batch([pair], graders, database=database, services=services)
    return grades


def finished_run(
    database: Database,
    *answers: tuple[str, Sequence[Mapping[str, Any]], Sequence[Grade]],
    held_out: bool = False,
    name: str = "core",
) -> list[int]:
    """A finished run with one result for each (text, expectations, grades); the results' ids."""
    cases = [
        write_case(database, f"{name}: question {number}", expectations=list(expected), state="accepted")
        for number, (_, expected, _) in enumerate(answers)
    ]
    with database.transaction() as session:
        suite = EvalSuite(name=name, title=name.title(), held_out=held_out)
        session.add(suite)
        session.flush()
        for case in cases:
            session.add(EvalSuiteMember(suite_id=suite.key, case_id=case.key))
        session.flush()
        version = freeze_suite(suite.key, session=session)
        run = EvalRun(suite_version_id=version.key, state="finished", total=len(answers))
        session.add(run)
        session.flush()
        run_id = run.key
        made = []
        for case, (text, _, grades) in zip(cases, answers, strict=True):
            result = EvalResult(
                run_id=run_id,
                case_version_id=_version_of(case.key, session),
                case_id=case.key,
                state="done",
                output=Output(text=text).as_json(),
                grading_errors=sum(1 for each in grades if each.error and each.counts),
            )
            session.add(result)
            session.flush()
            made.append(result.key)
            for each in grades:
                session.add(
                    EvalGrade(
                        run_id=run_id,
                        result_id=result.key,
                        place=each.place,
                        kind=each.kind,
                        name=each.name,
                        grader=each.grader,
                        counts=each.counts,
                        passed=each.passed,
                        error=each.error,
                        weight=each.weight,
                    )
                )
        return made


def _version_of(case_id: int, session: Any) -> int:
    from core.evals.tables import EvalCaseVersion

    return session.exec(select(EvalCaseVersion).where(EvalCaseVersion.case_id == case_id)).one().key


def label(
    database: Database,
    actor: Actor,
    subject_type: str,
    subject_id: int,
    answer: str,
    criterion: str = "polite",
) -> None:
    with database.transaction() as session:
        record_judgement(
            Judge.person(actor),
            criterion,
            session=session,
            subject_id=subject_id,
            subject_type=subject_type,
            answer=answer,
            origin="label",
        )


def grades_of(database: Database, result_id: int) -> dict[str, EvalGrade]:
    with database.reading() as session:
        rows = session.exec(select(EvalGrade).where(EvalGrade.result_id == result_id))
        return {each.grader: each for each in rows}
