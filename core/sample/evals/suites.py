"""Store the sample's suites with their versions: before the knowledge fix, and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.evals import (
    EvalCase,
    add_members,
    change_case,
    create_suite,
    freeze_suite,
    remove_members,
)
from core.evals.tables import (
    EvalCaseVersion,
    EvalSuite,
    EvalSuiteMember,
    EvalSuiteVersion,
    EvalSuiteVersionCase,
)
from core.identity import Actor
from core.sample.evals.cases import StoredCase
from core.sample.evals.members import GRADERS, PLANS, Members, Plan
from core.sample.written_cases import WrittenCase

_USED_FOR = timedelta(days=40)
_NEWEST = timedelta(days=5)
_REVISED = timedelta(days=9)


def write_suites(
    session: Session,
    members: Mapping[str, Members],
    written: Mapping[str, WrittenCase],
    stored: Sequence[StoredCase],
    *,
    actors: Mapping[str, Actor],
    first: datetime,
    reference: datetime,
) -> Mapping[str, list[EvalSuiteVersion]]:
    """Make the suites and freeze them. Returns their versions by the suite's name, oldest first.

    Args:
        written: by the key of the stored case.
        first: when the first versions were frozen.
    """
    suites = {plan.name: _suite(session, plan, actors[plan.by], first=first) for plan in PLANS}
    versions: dict[str, list[EvalSuiteVersion]] = {name: [] for name in suites}
    for plan in PLANS:
        if members[plan.name].first:
            suite, actor = suites[plan.name], actors[plan.by]
            add_members(actor, suite.key, members[plan.name].first, session=session)
            versions[plan.name].append(_freeze(session, suite.key, actor, "Before the knowledge fix"))
    _backdate(session, versions, first)
    _revise(session, written, stored, actors, at=first + _REVISED)
    newest: dict[str, list[EvalSuiteVersion]] = {}
    for plan in PLANS:
        suite, actor, belong = suites[plan.name], actors[plan.by], members[plan.name]
        if gone := set(belong.first) - set(belong.now):
            remove_members(actor, suite.key, gone, session=session)
        add_members(actor, suite.key, belong.now, session=session)
        newest[plan.name] = [_freeze(session, suite.key, actor, "")]
    _backdate(session, newest, reference - _NEWEST)
    session.execute(
        update(EvalSuiteMember)
        .where(col(EvalSuiteMember.suite_id).in_([suite.key for suite in suites.values()]))
        .values(added_at=first - timedelta(hours=1))
    )
    return {name: [*known, *newest[name]] for name, known in versions.items()}


def _suite(session: Session, plan: Plan, actor: Actor, *, first: datetime) -> EvalSuite:
    suite = create_suite(
        actor,
        session=session,
        title=plan.title,
        name=plan.name,
        purpose=plan.purpose,
        kind=plan.kind,
        theme=plan.themes[0] if plan.themes else "",
        held_out=plan.held_out,
        graders=GRADERS,
    )
    suite.created_at = first - _USED_FOR
    session.add(suite)
    return suite


def _freeze(session: Session, suite_id: int, actor: Actor, note: str) -> EvalSuiteVersion:
    return freeze_suite(suite_id, session=session, person_id=actor.person_id, note=note)


def _backdate(session: Session, versions: Mapping[str, Sequence[EvalSuiteVersion]], at: datetime) -> None:
    """Versions of suites, and of the cases that were frozen with them for the first time."""
    found = [version for some in versions.values() for version in some]
    keys = [version.key for version in found]
    held = select(EvalSuiteVersionCase.case_version_id).where(
        col(EvalSuiteVersionCase.suite_version_id).in_(keys)
    )
    for version in found:
        version.created_at = at
        session.add(version)
    session.execute(
        update(EvalCaseVersion)
        .where(col(EvalCaseVersion.id).in_(held), col(EvalCaseVersion.created_at) > at)
        .values(created_at=at)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(EvalSuite)
        .where(col(EvalSuite.id).in_([version.suite_id for version in found]))
        .values(updated_at=at)
        .execution_options(synchronize_session=False)
    )


def _revise(
    session: Session,
    written: Mapping[str, WrittenCase],
    stored: Sequence[StoredCase],
    actors: Mapping[str, Actor],
    *,
    at: datetime,
) -> None:
    """A few cases expected less when they were written; what they expect now came later."""
    for each in stored:
        case = written.get(each.key)
        if case is None or not case.at_first:
            continue
        actor = actors[case.owner]
        now = session.get_one(EvalCase, each.id)
        changed = change_case(
            actor,
            each.id,
            session=session,
            revision=now.revision,
            expectations=case.expectations,
            weight=case.weight,
            critical=case.critical,
        )
        changed.updated_at = max(at, each.created_at)
        session.add(changed)
    session.flush()
