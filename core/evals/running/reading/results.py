"""Results of a run, a page at a time: what failed first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlmodel import Session, col

from core.evals.held_out import readable, require_open
from core.evals.running.reading.runs import get_run
from core.evals.running.states import DONE, ERROR
from core.evals.tables import EvalCase, EvalCaseVersion, EvalGrade, EvalResult, EvalRun, EvalSuiteVersionCase
from core.identity import Actor

Outcome = Literal["", "failed", "error", "unclear", "passed", "open"]
OUTCOMES: tuple[Outcome, ...] = ("failed", "error", "unclear", "passed", "open")
"""What may have come of a result, in the order of a page; open: nothing yet."""
PAGE = 50
_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which results to see. ``name``: of a criterion or kind of expectation that was not met."""

    outcome: Outcome = ""
    tag: str = ""
    name: str = ""
    text: str = ""
    """In the name of the case, or what the customer says."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An expectation that a result does not meet, or that could not be graded."""

    name: str
    passed: bool | None
    advisory: bool


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result, as a list shows it. ``text`` is the beginning of the reply."""

    id: int
    case_id: int
    name: str
    theme: str
    tags: tuple[str, ...]
    critical: bool
    repeat: int
    outcome: Outcome
    score: float | None
    decision: str
    text: str
    error: str
    error_kind: str
    cost: float
    milliseconds: float
    copied: bool
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Results in order, and where the next page begins; None: this is the last one."""

    rows: list[ResultRow]
    after: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ResultChoices:
    """What results of a run can be filtered by."""

    tags: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def run_results(
    actor: Actor,
    run_id: int,
    chosen: ResultFilter | None = None,
    after: tuple[int, int] | None = None,
    *,
    session: Session,
    limit: int = PAGE,
) -> ResultPage:
    """Results of a run: failures first, then errors, unclear ones and passes, each in the suite's order.

    Args:
        after: the end of the page before.

    Raises:
        PermissionDenied: the actor may not see evals, or the suite is held out.
        NotFound: there is no such run.
    """
    found = get_run(actor, run_id, session=session)
    require_open(actor, found.suite)
    chosen = chosen or ResultFilter()
    rank, key = _rank(), col(EvalResult.id)
    output: Any = col(EvalResult.output)
    content: Any = col(EvalCaseVersion.content)
    query = (
        select(
            key,
            rank.label("rank"),
            col(EvalResult.case_id),
            col(EvalResult.repeat),
            col(EvalResult.score),
            col(EvalResult.error),
            col(EvalResult.error_kind),
            col(EvalResult.cost),
            col(EvalResult.milliseconds),
            col(EvalResult.cached_from_id),
            output["text"].as_string().label("text"),
            output["decision"].as_string().label("decision"),
            content["name"].as_string().label("name"),
            content["theme"].as_string().label("theme"),
            content["tags"].label("tags"),
            content["critical"].as_boolean().label("critical"),
        )
        .join(EvalCaseVersion, col(EvalCaseVersion.id) == col(EvalResult.case_version_id))
        .join(EvalCase, col(EvalCase.id) == col(EvalResult.case_id))
        .where(
            col(EvalResult.run_id) == run_id,
            readable(actor),
            *_conditions(found.run, chosen, session=session),
        )
        .order_by(rank, key)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(or_(rank > after[0], and_(rank == after[0], key > after[1])))
    rows = session.execute(query).all()
    page, more = rows[:limit], len(rows) > limit
    missed = _missed([row.id for row in page], session=session)
    return ResultPage(
        [_row(row, missed[row.id]) for row in page], (page[-1].rank, page[-1].id) if more else None
    )


def result_choices(actor: Actor, run_id: int, *, session: Session) -> ResultChoices:
    """The tags of a run's cases, and the names of expectations that were not met.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is no such run.
    """
    run = get_run(actor, run_id, session=session).run
    names = session.scalars(
        select(col(EvalGrade.name))
        .where(col(EvalGrade.run_id) == run_id, col(EvalGrade.counts), col(EvalGrade.passed).is_not(True))
        .distinct()
    )
    tags = {tag for _, found in _tags(run, session=session) for tag in found}
    return ResultChoices(sorted(tags), sorted(names))


def _rank() -> ColumnElement[int]:
    state, passed = col(EvalResult.state), col(EvalResult.passed)
    return case(
        (and_(state == DONE, passed.is_(False)), 0),
        (state == ERROR, 1),
        (and_(state == DONE, passed.is_(None)), 2),
        (state == DONE, 3),
        else_=4,
    )


def _conditions(run: EvalRun, chosen: ResultFilter, *, session: Session) -> Iterable[ColumnElement[bool]]:
    if chosen.outcome:
        yield _rank() == OUTCOMES.index(chosen.outcome)
    if chosen.name:
        yield col(EvalResult.id).in_(
            select(col(EvalGrade.result_id)).where(
                col(EvalGrade.run_id) == run.key,
                col(EvalGrade.name) == chosen.name,
                col(EvalGrade.counts),
                col(EvalGrade.passed).is_not(True),
            )
        )
    if chosen.tag:
        having = [key for key, tags in _tags(run, session=session) if chosen.tag in tags]
        yield col(EvalResult.case_version_id).in_(having)
    if words := chosen.text.strip():
        pattern = "%" + "".join(f"\\{each}" if each in "\\%_" else each for each in words) + "%"
        name: Any = col(EvalCaseVersion.content)["name"]
        yield or_(
            name.as_string().ilike(pattern, escape="\\"), col(EvalCase.said).ilike(pattern, escape="\\")
        )


def _tags(run: EvalRun, *, session: Session) -> list[tuple[int, list[str]]]:
    content: Any = col(EvalCaseVersion.content)
    found = session.execute(
        select(col(EvalCaseVersion.id), content["tags"])
        .join(EvalSuiteVersionCase, col(EvalSuiteVersionCase.case_version_id) == col(EvalCaseVersion.id))
        .where(col(EvalSuiteVersionCase.suite_version_id) == run.suite_version_id)
    )
    return [(key, tags or []) for key, tags in found]


def _missed(ids: list[int], *, session: Session) -> dict[int, list[Missed]]:
    grades = session.execute(
        select(col(EvalGrade.result_id), col(EvalGrade.name), col(EvalGrade.passed), col(EvalGrade.advisory))
        .where(col(EvalGrade.result_id).in_(ids), col(EvalGrade.counts), col(EvalGrade.passed).is_not(True))
        .order_by(col(EvalGrade.place), col(EvalGrade.id))
    )
    missed: dict[int, list[Missed]] = defaultdict(list)
    for result_id, name, passed, advisory in grades:
        missed[result_id].append(Missed(name, passed, advisory))
    return missed


def _row(row: Any, missed: list[Missed]) -> ResultRow:
    text = row.text or ""
    return ResultRow(
        id=row.id,
        case_id=row.case_id,
        name=row.name or "",
        theme=row.theme or "",
        tags=tuple(row.tags or ()),
        critical=bool(row.critical),
        repeat=row.repeat,
        outcome=OUTCOMES[row.rank],
        score=row.score,
        decision=row.decision or "",
        text=text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…",
        error=row.error,
        error_kind=row.error_kind,
        cost=row.cost,
        milliseconds=row.milliseconds,
        copied=row.cached_from_id is not None,
        missed=tuple(missed),
    )
