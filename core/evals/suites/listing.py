"""Suites as lists and pages show them: counts for everybody, cases for those who may read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case as sql_case
from sqlalchemy import func
from sqlmodel import Session, col, select

from core.evals.held_out import may_open
from core.evals.suites.access import get_suite
from core.evals.suites.replays import REPLAY_KIND
from core.evals.tables import EvalCase, EvalRun, EvalSuite, EvalSuiteMember, EvalSuiteVersion
from core.identity import Actor, Permission, Person, require


@dataclass(frozen=True, slots=True)
class SuiteSummary:
    """A suite in a list.

    Attributes:
        cases: that belong to it now; ``accepted``: those of them that count.
        newest: its newest version, if any; ``last_run``: the newest run of any version.
        may_open: the reader may read its cases.
    """

    suite: EvalSuite
    cases: int
    accepted: int
    newest: EvalSuiteVersion | None
    last_run: EvalRun | None
    created_by: str
    may_open: bool


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """How many cases of a suite there are of each state; and how many of them an open suite has as well."""

    candidate: int = 0
    accepted: int = 0
    dismissed: int = 0
    in_open_suites: int = 0

    @property
    def all(self) -> int:
        """Every case that belongs to it."""
        return self.candidate + self.accepted + self.dismissed


def list_suites(actor: Actor, *, session: Session, with_archived: bool = False) -> list[SuiteSummary]:
    """Every suite, smoke and core first, then by title; not those of replays.

    Costs five queries however many there are.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    query = select(EvalSuite, Person.name).outerjoin(Person, col(Person.id) == col(EvalSuite.created_by_id))
    query = query.where(col(EvalSuite.kind) != REPLAY_KIND)
    if not with_archived:
        query = query.where(col(EvalSuite.archived_at).is_(None))
    order = sql_case({"smoke": 0, "core": 1, "theme": 2}, value=col(EvalSuite.kind), else_=3)
    found = session.exec(query.order_by(order, func.lower(col(EvalSuite.title)), col(EvalSuite.id))).all()
    return _summaries(actor, [(suite, name or "") for suite, name in found], session=session)


def open_suite(actor: Actor, suite: int | str, *, session: Session) -> SuiteSummary:
    """One suite by its key or its name, whether or not its cases may be read.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is none.
    """
    require(actor, Permission.EVALS_READ)
    found = get_suite(suite, session=session)
    person = session.get(Person, found.created_by_id) if found.created_by_id is not None else None
    return _summaries(actor, [(found, person.name if person is not None else "")], session=session)[0]


def count_members(actor: Actor, suite_id: int, *, session: Session) -> MemberCounts:
    """How many cases a suite has, also where they may not be read.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    by_state = dict(
        session.exec(
            select(EvalCase.state, func.count())
            .join(EvalSuiteMember, col(EvalSuiteMember.case_id) == col(EvalCase.id))
            .where(EvalSuiteMember.suite_id == suite_id)
            .group_by(col(EvalCase.state))
        ).all()
    )
    mine = select(EvalSuiteMember.case_id).where(EvalSuiteMember.suite_id == suite_id)
    elsewhere = session.scalar(
        select(func.count(func.distinct(col(EvalSuiteMember.case_id))))
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteMember.suite_id))
        .where(
            col(EvalSuiteMember.case_id).in_(mine),
            col(EvalSuite.held_out).is_(False),
            col(EvalSuite.archived_at).is_(None),
            col(EvalSuite.id) != suite_id,
        )
    )
    return MemberCounts(
        by_state.get("candidate", 0),
        by_state.get("accepted", 0),
        by_state.get("dismissed", 0),
        elsewhere or 0,
    )


def _summaries(actor: Actor, found: list[tuple[EvalSuite, str]], *, session: Session) -> list[SuiteSummary]:
    ids = [suite.key for suite, _ in found]
    counts = {
        row[0]: (row[1], row[2] or 0)
        for row in session.execute(
            select(
                EvalSuiteMember.suite_id,
                func.count(),
                func.sum(sql_case((col(EvalCase.state) == "accepted", 1), else_=0)),
            )
            .join(EvalCase, col(EvalCase.id) == col(EvalSuiteMember.case_id))
            .where(col(EvalSuiteMember.suite_id).in_(ids))
            .group_by(col(EvalSuiteMember.suite_id))
        )
    }
    newest = _newest_versions(ids, session=session)
    runs = _newest_runs(ids, session=session)
    return [
        SuiteSummary(
            suite=suite,
            cases=counts.get(suite.key, (0, 0))[0],
            accepted=int(counts.get(suite.key, (0, 0))[1]),
            newest=newest.get(suite.key),
            last_run=runs.get(suite.key),
            created_by=who,
            may_open=may_open(actor, suite),
        )
        for suite, who in found
    ]


def _newest_versions(suite_ids: Collection[int], *, session: Session) -> dict[int, EvalSuiteVersion]:
    last = (
        select(func.max(EvalSuiteVersion.id))
        .where(col(EvalSuiteVersion.suite_id).in_(suite_ids))
        .group_by(col(EvalSuiteVersion.suite_id))
    )
    found = session.exec(select(EvalSuiteVersion).where(col(EvalSuiteVersion.id).in_(last)))
    return {each.suite_id: each for each in found}


def _newest_runs(suite_ids: Collection[int], *, session: Session) -> dict[int, EvalRun]:
    last = (
        select(func.max(EvalRun.id))
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
        .where(col(EvalSuiteVersion.suite_id).in_(suite_ids))
        .group_by(col(EvalSuiteVersion.suite_id))
    )
    rows = session.execute(
        select(EvalSuiteVersion.suite_id, EvalRun)
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
        .where(col(EvalRun.id).in_(last))
    )
    return {row[0]: row[1] for row in rows}
