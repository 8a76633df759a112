"""Runs: the list of them, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.assist import Build
from core.errors import NotFound
from core.evals.held_out import may_open
from core.evals.running.progress import RunProgress, run_progress
from core.evals.suites import REPLAY_KIND
from core.evals.tables import EvalCandidate, EvalRun, EvalSuite, EvalSuiteVersion
from core.identity import Actor, Permission, Person, require

PAGE = 25


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run with everything that says what it is.

    Attributes:
        version: number of the suite's version.
        candidate: name of the change that is tried; empty: the build in force then.
        model: of the build, as ``provider/name`` or ``offline``; empty where it is not known.
        person: who started it; empty: the system.
        readable: whether the texts of its results may be read by whoever asked.
    """

    run: EvalRun
    suite: EvalSuite
    version: int
    candidate: str
    model: str
    person: str
    readable: bool
    progress: RunProgress


def list_runs(
    actor: Actor, *, session: Session, suite: str = "", before_id: int = 0, limit: int = PAGE
) -> list[RunSummary]:
    """Runs, newest first.

    Args:
        suite: only of the suite of this name; empty: of all but replays.
        before_id: only older ones than this run: the next page.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    query = _summaries().order_by(col(EvalRun.id).desc()).limit(limit)
    query = query.where(col(EvalSuite.name) == suite if suite else col(EvalSuite.kind) != REPLAY_KIND)
    if before_id:
        query = query.where(col(EvalRun.id) < before_id)
    return [_summary(actor, row, session=session) for row in session.execute(query)]


def get_run(actor: Actor, run_id: int, *, session: Session) -> RunSummary:
    """One run.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is none.
    """
    require(actor, Permission.EVALS_READ)
    found = session.execute(_summaries().where(col(EvalRun.id) == run_id)).one_or_none()
    if found is None:
        raise NotFound(f"There is no eval run {run_id}.")
    return _summary(actor, found, session=session)


def _summaries() -> Any:
    return (
        select(
            EvalRun,
            EvalSuite,
            col(EvalSuiteVersion.number),
            col(EvalCandidate.name),
            col(Build.contents),
            col(Person.name),
        )
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
        .outerjoin(EvalCandidate, col(EvalCandidate.id) == col(EvalRun.candidate_id))
        .outerjoin(Build, col(Build.id) == col(EvalRun.build_id))
        .outerjoin(Person, col(Person.id) == col(EvalRun.person_id))
    )


def _summary(actor: Actor, row: Sequence[Any], *, session: Session) -> RunSummary:
    run, suite, number, candidate, contents, person = row
    return RunSummary(
        run=run,
        suite=suite,
        version=number,
        candidate=candidate or "",
        model=_model(contents or {}),
        person=person or "",
        readable=may_open(actor, suite),
        progress=run_progress(run, session),
    )


def _model(contents: Mapping[str, Any]) -> str:
    model = contents.get("model")
    if not isinstance(model, Mapping):
        return str(model or "")
    provider, name = str(model.get("provider") or ""), str(model.get("name") or "")
    return f"{provider}/{name}" if name else provider
