"""Answers a build need not give again: an earlier one rests on searches that find the same today.

Only for answers of builds that differ in their articles alone. Where every search finds the same passages
in the same order, with the same scores, the answer is the same too; the searches are made again, the rest
is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from core.assist import Build
from core.database import Database, now
from core.evals.running.states import ANSWERED, DONE, WAITING
from core.evals.tables import EvalGrade, EvalResult, EvalRun
from core.evals.targets import STAGED

Searches = Sequence[Mapping[str, Any]]
Sources = Mapping[tuple[int, int], int]
"""Ids of earlier results, by case version and repeat."""

_AT_ONCE = 20
_ASSIST = ("assist", STAGED)
_COPIED = (
    "place", "kind", "name", "grader", "classifier_version_id", "counts", "advisory", "wanted", "answer",
    "passed", "score", "confidence", "weight", "reason", "error",
)  # fmt: skip


def earlier_results(
    run_id: int, *, session: Session, of: int | None = None, but: int | None = None
) -> Sources:
    """The newest result of each case that a run waits for, by builds that differ in their articles alone.

    Args:
        of: only of this run. but: of all but this one.
    """
    run = session.get_one(EvalRun, run_id)
    builds = _but_for_knowledge(run.build_id, session=session)
    mine = select(col(EvalResult.case_version_id)).where(
        col(EvalResult.run_id) == run_id, col(EvalResult.state) == WAITING
    )
    query = (
        select(col(EvalResult.case_version_id), col(EvalResult.repeat), func.max(col(EvalResult.id)))
        .join(EvalRun, col(EvalRun.id) == col(EvalResult.run_id))
        .where(
            col(EvalRun.build_id).in_(builds),
            col(EvalRun.target).in_(_ASSIST),
            col(EvalResult.run_id).not_in([each for each in (run_id, but) if each is not None]),
            col(EvalResult.state) == DONE,
            col(EvalResult.case_version_id).in_(mine),
        )
        .group_by(col(EvalResult.case_version_id), col(EvalResult.repeat))
    )
    if of is not None:
        query = query.where(col(EvalResult.run_id) == of)
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def take_over(
    run_id: int,
    sources: Sources,
    *,
    same: Callable[[Searches], bool],
    database: Database,
    pause: Callable[[], None] = lambda: None,
) -> int:
    """Give a run the earlier answers whose searches find the same. Grades come along where the graders are
    the same. Nobody may work on the run meanwhile. Safe to repeat.

    Args:
        same: whether searches find the same with what the run is asked of.
        pause: called now and then; what it raises ends this.

    Returns:
        How many it was given.
    """
    with database.reading() as session:
        waiting = [
            (row[0], sources[row[1], row[2]])
            for row in session.execute(
                select(col(EvalResult.id), col(EvalResult.case_version_id), col(EvalResult.repeat))
                .where(col(EvalResult.run_id) == run_id, col(EvalResult.state) == WAITING)
                .order_by(col(EvalResult.id))
            )
            if (row[1], row[2]) in sources
        ]
        run = session.get_one(EvalRun, run_id)
    taken = 0
    for start in range(0, len(waiting), _AT_ONCE):
        pause()
        part = waiting[start : start + _AT_ONCE]
        with database.reading() as session:
            found = session.exec(select(EvalResult).where(col(EvalResult.id).in_([each for _, each in part])))
            origins = {each.key: each for each in found}
        kept = [
            (result_id, origins[source_id])
            for result_id, source_id in part
            if _holds(origins[source_id].output, same)
        ]
        with database.transaction() as session:
            _give(run, kept, session=session)
        taken += len(kept)
    return taken


def _holds(output: Mapping[str, Any], same: Callable[[Searches], bool]) -> bool:
    searches = output.get("searches")
    return searches is not None and same(searches)


def _give(run: EvalRun, kept: Sequence[tuple[int, EvalResult]], *, session: Session) -> None:
    moment, of_run = now(), {each.run_id for _, each in kept}
    graders = dict(
        session.execute(
            select(col(EvalRun.id), col(EvalRun.graders)).where(col(EvalRun.id).in_(of_run))
        ).all()
    )
    graded: dict[int, int] = {}
    for result_id, origin in kept:
        result = session.get_one(EvalResult, result_id)
        result.output = {**origin.output, "build_id": run.build_id}
        result.milliseconds = origin.milliseconds
        result.cached_from_id = origin.cached_from_id or origin.key
        result.state, result.started_at = ANSWERED, moment
        if graders[origin.run_id] == run.graders:
            result.state, result.finished_at = DONE, moment
            result.passed, result.score = origin.passed, origin.score
            result.grading_errors = origin.grading_errors
            graded[origin.key] = result_id
    session.flush()
    rows = [
        {name: getattr(each, name) for name in _COPIED}
        | {"run_id": run.key, "result_id": graded[each.result_id]}
        for each in session.exec(select(EvalGrade).where(col(EvalGrade.result_id).in_(list(graded))))
    ]
    if rows:
        session.execute(insert(EvalGrade), rows)


def _but_for_knowledge(build_id: str, *, session: Session) -> list[str]:
    wanted = session.get(Build, build_id)
    if wanted is None:
        return []
    known = session.exec(select(Build).where(col(Build.id).in_(select(col(EvalRun.build_id)).distinct())))
    return [each.id for each in known if _rest(each) == _rest(wanted)]


def _rest(build: Build) -> dict[str, Any]:
    return {name: value for name, value in build.contents.items() if name != "knowledge"}
