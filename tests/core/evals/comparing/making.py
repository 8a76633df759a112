"""Runs that are there, without asking anybody: cases, results and grades as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core.database import Database, now
from core.evals import CaseContent, Output
from core.evals.tables import (
    EvalCase,
    EvalCaseVersion,
    EvalGrade,
    EvalResult,
    EvalRun,
    EvalSuite,
    EvalSuiteVersion,
    EvalSuiteVersionCase,
    KnowledgeSnapshot,
)

SNAPSHOT = "0" * 64
_numbers = count(1)


@dataclass
class Made:
    """A case to make. ``conversation``: cases of the same one belong together."""

    name: str = "A refund"
    question: str = "When will my refund come?"
    conversation: int | None = None
    weight: float = 1.0
    theme: str = "billing"
    tags: tuple[str, ...] = ()
    channel: str = "chat"
    locale: str = "en"
    critical: bool = False
    case_id: int = 0
    version_id: int = 0


@dataclass
class Said:
    """One answer, and what each grader thought of it: name -> passed, None where it failed."""

    passed: bool | None = True
    text: str = "It takes five days."
    decision: str = "answer"
    cited: tuple[str, ...] = ()
    grades: Mapping[str, bool | None] = field(default_factory=dict)
    state: str = "done"
    error_kind: str = ""
    cost: float = 0.01
    milliseconds: float = 1000.0


def make_suite(
    database: Database, cases: Sequence[Made], *, name: str = "core", held_out: bool = False
) -> EvalSuiteVersion:
    """A suite of these cases, frozen; the cases learn their ids. Cases made before are taken as they are."""
    with database.transaction() as session:
        if session.get(KnowledgeSnapshot, SNAPSHOT) is None:
            session.add(KnowledgeSnapshot(id=SNAPSHOT, version_ids=[]))
        suite = session.exec(select(EvalSuite).where(EvalSuite.name == name)).one_or_none()
        suite = suite or EvalSuite(name=name, title=name.capitalize(), held_out=held_out)
        session.add(suite)
        session.flush()
        number = len(
            session.exec(select(EvalSuiteVersion.id).where(EvalSuiteVersion.suite_id == suite.key)).all()
        )
        version = EvalSuiteVersion(
            suite_id=suite.key, number=number + 1, digest=f"{next(_numbers):064d}", case_count=len(cases)
        )
        session.add(version)
        session.flush()
        _make_cases([made for made in cases if not made.version_id], session=session)
        members = [
            {"suite_version_id": version.key, "case_version_id": made.version_id, "position": position}
            for position, made in enumerate(cases)
        ]
        if members:
            session.execute(insert(EvalSuiteVersionCase), members)
        return version


def change(database: Database, made: Made, **changes: Any) -> Made:
    """The same case with another content: a new version of it."""
    changed = Made(**{**made.__dict__, **changes, "version_id": 0})
    with database.transaction() as session:
        _add_versions([changed], number=2, session=session)
    return changed


def make_run(
    database: Database,
    version: EvalSuiteVersion,
    said: Mapping[int, Sequence[Said]],
    *,
    build_id: str = "build-a",
    state: str = "finished",
    graders: Sequence[Mapping[str, Any]] = (),
    advisory: Sequence[str] = (),
    **rest: Any,
) -> int:
    """A run with these answers by case version, one a repeat; returns its id."""
    with database.transaction() as session:
        run = EvalRun(
            suite_version_id=version.key,
            build_id=build_id,
            state=state,
            repeats=max((len(each) for each in said.values()), default=1),
            total=sum(len(each) for each in said.values()),
            graders=[dict(each) for each in graders],
            finished_at=now() if state == "finished" else None,
            **rest,
        )
        session.add(run)
        session.flush()
        owners = {
            each.key: each
            for each in session.exec(select(EvalCaseVersion).where(col(EvalCaseVersion.id).in_(list(said))))
        }
        rows, told = [], []
        for version_id, answers in said.items():
            owner = owners[version_id]
            for repeat, answer in enumerate(answers):
                rows.append(_result(run.key, owner, repeat, answer))
                told.append(answer)
        if rows:
            session.execute(insert(EvalResult), rows)
        ids = session.exec(
            select(EvalResult.id).where(EvalResult.run_id == run.key).order_by(col(EvalResult.id))
        )
        grades = [
            _grade(run.key, result_id or 0, place, name, passed, advisory)
            for result_id, answer in zip(ids, told, strict=True)
            for place, (name, passed) in enumerate(answer.grades.items())
        ]
        if grades:
            session.execute(insert(EvalGrade), grades)
        return run.key


def _make_cases(cases: Sequence[Made], *, session: Session) -> None:
    rows = [
        EvalCase(
            name=made.name,
            state="accepted",
            source="written",
            input={"messages": [{"author": "customer", "text": made.question}]},
            snapshot_id=SNAPSHOT,
            digest=f"case{next(_numbers):060d}",
            conversation_id=made.conversation,
            theme=made.theme,
            tags=list(made.tags),
            channel=made.channel,
            locale=made.locale,
            weight=made.weight,
            critical=made.critical,
        )
        for made in cases
    ]
    session.add_all(rows)
    session.flush()
    for made, row in zip(cases, rows, strict=True):
        made.case_id = row.key
    _add_versions(cases, number=1, session=session)


def _add_versions(cases: Sequence[Made], *, number: int, session: Session) -> None:
    rows = []
    for made in cases:
        content = CaseContent(
            name=made.name,
            input={"messages": [{"author": "customer", "text": made.question}]},
            snapshot_id=SNAPSHOT,
            expectations=({"kind": "cites_something"},),
            theme=made.theme,
            tags=made.tags,
            channel=made.channel,
            locale=made.locale,
            weight=made.weight,
            critical=made.critical,
            conversation_id=made.conversation,
        )
        rows.append(
            EvalCaseVersion(
                case_id=made.case_id,
                number=number,
                content=content.as_json(),
                digest=content.digest,
                input_digest=content.input_digest,
            )
        )
    session.add_all(rows)
    session.flush()
    for made, row in zip(cases, rows, strict=True):
        made.version_id = row.key


def _result(run_id: int, owner: EvalCaseVersion, repeat: int, answer: Said) -> dict[str, Any]:
    output = Output(
        text=answer.text,
        decision=answer.decision,
        citations=tuple({"article": each, "title": each} for each in answer.cited),
    )
    failed = any(passed is None for passed in answer.grades.values())
    return {
        "run_id": run_id,
        "case_version_id": owner.key,
        "case_id": owner.case_id,
        "conversation_id": owner.content["conversation_id"],
        "repeat": repeat,
        "state": answer.state,
        "passed": answer.passed if answer.state == "done" else None,
        "grading_errors": int(failed or (answer.state == "done" and answer.passed is None)),
        "error_kind": answer.error_kind,
        "output": output.as_json() if answer.state == "done" else {},
        "cost": answer.cost if answer.state == "done" else 0.0,
        "input_tokens": 900,
        "output_tokens": 100,
        "milliseconds": answer.milliseconds if answer.state == "done" else 0.0,
    }


def _grade(
    run_id: int, result_id: int, place: int, name: str, passed: bool | None, advisory: Sequence[str]
) -> dict[str, Any]:
    judged = name in advisory
    return {
        "run_id": run_id,
        "result_id": result_id,
        "place": place,
        "kind": "criterion" if judged else name[:20],
        "name": name,
        "grader": f"{name} v1" if judged else "check",
        "advisory": judged,
        "passed": passed,
        "wanted": "yes",
        "answer": "" if passed is None else "yes" if passed else "no",
        "reason": "" if passed is None else "Because of what it says.",
        "error": "" if passed is not None else "The judge did not answer.",
    }
