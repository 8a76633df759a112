"""Finished runs of the sample: recorded answers, graded here by the real graders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core.assist import Build
from core.classifiers import open_services
from core.conversations import Conversation
from core.database import Database
from core.evals import (
    CaseContent,
    EvalCase,
    Grade,
    Output,
    Settled,
    grade_batch,
    plan_graders,
    settle,
    suite_cases,
    summarize,
)
from core.evals.tables import EvalGrade, EvalResult, EvalRun, EvalSuite, EvalSuiteVersion
from core.identity import Person
from core.sample.evals.answers import AFTER, BEFORE, Answers, Places, as_output
from core.sample.evals.cases import key_of
from core.sample.evals.members import CORE, GRADERS, SMOKE
from core.settings import Settings

_TARGET = "assist"
_AT_ONCE = 2
"""Offline, as many cases are in hand as there are processors."""
_MOST_ERRORS = 0.02


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that happened. ``version``: of the suite; ``build``: before or after the fix."""

    suite: str
    version: int
    build: str
    by: str
    at: datetime
    note: str


def past_runs(*, first: datetime, fixed: datetime) -> list[PastRun]:
    """What was run: both suites the evening before the fix, and again after it."""
    return [
        PastRun(SMOKE, 1, BEFORE, "tomasz", first + timedelta(minutes=6), ""),
        PastRun(
            CORE,
            1,
            BEFORE,
            "lucia",
            first + timedelta(minutes=20),
            "Before the DNS and backup articles change",
        ),
        PastRun(SMOKE, 1, AFTER, "tomasz", fixed + timedelta(minutes=12), ""),
        PastRun(
            CORE,
            1,
            AFTER,
            "lucia",
            fixed + timedelta(minutes=31),
            "With the corrected DNS and backup articles",
        ),
    ]


def missing_runs(
    database: Database, runs: Sequence[PastRun], *, builds: tuple[Build, Build]
) -> list[PastRun]:
    """Those that are not stored yet."""
    ids = [each.id for each in builds]
    with database.reading() as session:
        known = set(session.exec(select(EvalRun.created_at).where(col(EvalRun.build_id).in_(ids))))
    return [run for run in runs if run.at not in known]


def write_runs(
    database: Database,
    settings: Settings,
    runs: Sequence[PastRun],
    answers: Mapping[str, Answers],
    *,
    builds: tuple[Build, Build],
) -> None:
    """Grade and store the runs that are not there yet, each in a transaction of its own.

    Args:
        builds: before and after the fix.
    """
    missing = missing_runs(database, runs, builds=builds)
    if not missing:
        return
    ids = dict(zip((BEFORE, AFTER), (each.id for each in builds), strict=True))
    services = open_services(database, settings)
    with database.reading() as session:
        places = Places.read(session)
        versions = _versions(session)
        names = dict(session.exec(select(Conversation.id, Conversation.external_id)).all())
        keys = {case.key: key_of(case, names) for case in session.exec(select(EvalCase))}
        people = {person.username: person.key for person in session.exec(select(Person))}
    for run in missing:
        with database.reading() as session:
            contents = suite_cases(versions[run.suite, run.version], session=session)
            graders = plan_graders(contents, session=session, names=GRADERS)
        outputs = [
            as_output(answers[keys[each.case_id]].said[run.build], build_id=ids[run.build], places=places)
            for each in contents
        ]
        grades = grade_batch(
            list(zip(contents, outputs, strict=True)), graders, database=database, services=services
        )
        stored = _run(run, versions[run.suite, run.version], ids[run.build], outputs)
        stored.graders = [dict(each) for each in graders]
        stored.person_id = people[run.by]
        with database.transaction() as session:
            _store(session, stored, contents, outputs, grades)


def _versions(session: Session) -> dict[tuple[str, int], int]:
    rows = session.execute(
        select(EvalSuite.name, EvalSuiteVersion.number, EvalSuiteVersion.id).join(
            EvalSuiteVersion, col(EvalSuiteVersion.suite_id) == col(EvalSuite.id)
        )
    )
    return {(name, number): key for name, number, key in rows}


def _run(run: PastRun, version_id: int, build_id: str, outputs: Sequence[Output]) -> EvalRun:
    """The run as if it had been worked on at its time."""
    started = run.at + timedelta(seconds=1)
    return EvalRun(
        suite_version_id=version_id,
        target=_TARGET,
        build_id=build_id,
        note=run.note,
        plan={"most_errors": _MOST_ERRORS},
        state="finished",
        total=len(outputs),
        created_at=run.at,
        started_at=started,
        finished_at=started + sum((_took(each) for each in outputs), timedelta()),
    )


def _took(output: Output) -> timedelta:
    return timedelta(milliseconds=output.milliseconds / _AT_ONCE)


def _store(
    session: Session,
    run: EvalRun,
    contents: Sequence[CaseContent],
    outputs: Sequence[Output],
    grades: Sequence[Sequence[Grade]],
) -> None:
    """The run with its results, their grades and its scores."""
    session.add(run)
    session.flush()
    results = []
    at = run.started_at or run.created_at
    for content, output, given in zip(contents, outputs, grades, strict=True):
        results.append(_result(run.key, content, output, settle(given), at))
        at += _took(output)
    session.execute(insert(EvalResult), results)
    rows = session.execute(
        select(EvalResult.case_version_id, EvalResult.id).where(EvalResult.run_id == run.key)
    )
    keys = {row[0]: row[1] for row in rows}
    session.execute(
        insert(EvalGrade),
        [
            _grade(run.key, keys[content.version_id], each)
            for content, given in zip(contents, grades, strict=True)
            for each in given
        ],
    )
    run.scores = summarize(run.key, session=session)
    session.add(run)


def _result(
    run_id: int, content: CaseContent, output: Output, settled: Settled, at: datetime
) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "case_version_id": content.version_id,
        "case_id": content.case_id,
        "conversation_id": content.conversation_id,
        "state": "done",
        "tries": 1,
        "output": output.as_json(),
        "passed": settled.passed,
        "score": settled.score,
        "grading_errors": settled.errors,
        "requests": output.requests,
        "input_tokens": output.input_tokens,
        "output_tokens": output.output_tokens,
        "cost": output.cost,
        "milliseconds": output.milliseconds,
        "started_at": at,
        "finished_at": at + _took(output),
    }


def _grade(run_id: int, result_id: int, grade: Grade) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "result_id": result_id,
        **{
            name: getattr(grade, name)
            for name in (
                "place", "kind", "name", "grader", "classifier_version_id", "counts", "advisory", "wanted",
                "answer", "passed", "score", "confidence", "weight", "reason", "error",
            )
        },
    }  # fmt: skip
