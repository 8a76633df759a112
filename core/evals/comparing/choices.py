"""Runs to choose two from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from core.evals.suites import REPLAY_KIND
from core.evals.tables import EvalCandidate, EvalRun, EvalSuite, EvalSuiteVersion
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run in a line.

    ``candidate``: name of the change it tried; ``passed``: 0 to 1, None before it has finished; ``stamp``
    changes when its results may have.
    """

    run_id: int
    suite_id: int
    suite_title: str
    suite_version: int
    build_id: str
    candidate: str
    note: str
    state: str
    at: datetime
    passed: float | None
    stamp: tuple[object, ...]


def list_run_choices(
    actor: Actor, *, session: Session, limit: int = 100, also: Collection[int] = ()
) -> list[RunChoice]:
    """Runs that were begun, newest first, without those of replays, and those named whatever their age.

    Raises:
        PermissionDenied: the actor may not read evals.
    """
    require(actor, Permission.EVALS_READ)
    newest = (
        select(col(EvalRun.id))
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
        .where(col(EvalRun.state) != "planned", col(EvalSuite.kind) != REPLAY_KIND)
        .order_by(col(EvalRun.id).desc())
        .limit(limit)
    )
    rows = session.execute(
        select(EvalRun, EvalSuite, col(EvalSuiteVersion.number), col(EvalCandidate.name))
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
        .outerjoin(EvalCandidate, col(EvalCandidate.id) == col(EvalRun.candidate_id))
        .where(or_(col(EvalRun.id).in_(newest.scalar_subquery()), col(EvalRun.id).in_(also)))
        .order_by(col(EvalRun.id).desc())
    )
    return [
        RunChoice(
            run_id=run.key,
            suite_id=suite.key,
            suite_title=suite.title,
            suite_version=number,
            build_id=run.build_id,
            candidate=candidate or "",
            note=run.note,
            state=run.state,
            at=run.finished_at or run.started_at or run.created_at,
            passed=run.scores.get("passed", {}).get("estimate") if run.state == "finished" else None,
            stamp=(run.state, run.attempt, run.finished_at, run.scores),
        )
        for run, suite, number, candidate in rows
    ]


def choose_pair(choices: Sequence[RunChoice]) -> tuple[int, int] | None:
    """The two newest finished runs of one suite, the older one first; else the two newest runs."""
    finished = [each for each in choices if each.state == "finished"]
    for later in finished:
        for earlier in finished:
            if earlier.run_id < later.run_id and earlier.suite_id == later.suite_id:
                return earlier.run_id, later.run_id
    return (choices[1].run_id, choices[0].run_id) if len(choices) > 1 else None
