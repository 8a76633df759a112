"""Start a run: freeze the suite, plan the graders, learn the build, and write down everything to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core import audit
from core.database import Database
from core.errors import InvalidInput
from core.evals.content import CaseContent
from core.evals.grading import plan_graders
from core.evals.running.starting.builds import Chosen, choose_build
from core.evals.running.starting.candidates import get_candidate
from core.evals.running.starting.estimating import RunEstimate, estimate_contents
from core.evals.running.starting.reuse import answer_key, copy_known
from core.evals.running.states import ACTIVE, WAITING
from core.evals.suites import freeze_suite, get_suite, get_suite_version, suite_cases
from core.evals.tables import EvalCase, EvalResult, EvalRun, EvalSuite, EvalSuiteMember, EvalSuiteVersion
from core.evals.targets import STAGED, target_names
from core.identity import Actor, Permission, require
from core.settings import Settings

MOST_REPEATS = 20
MOST_RESULTS = 100_000
MOST_ERRORS = 0.02
"""Share of results without an answer or a grade above which there is no verdict."""
_MAX_NOTE = 500
_LIMITS: dict[str, tuple[float, float, str]] = {
    "concurrency": (1, 1_000, "Calls at the start"),
    "most_concurrency": (1, 1_000, "Calls at most"),
    "requests_a_minute": (0, 1e6, "Requests a minute"),
    "tokens_a_minute": (0, 1e9, "Tokens a minute"),
    "most_errors": (0, 1, "The share of errors"),
}
_WHOLE = ("concurrency", "most_concurrency")


def start_run(
    actor: Actor,
    suite: str | int,
    *,
    database: Database,
    settings: Settings,
    target: str = "assist",
    candidate: str = "",
    build_id: str = "",
    repeats: int = 1,
    budget: float | None = None,
    graders: Sequence[str] = (),
    note: str = "",
    fresh: bool = False,
    plan: Mapping[str, Any] | None = None,
    stage: str = "",
) -> EvalRun:
    """Have a build asked about every case of a suite. The work itself is done by
    :func:`core.evals.dispatch_runs`, in whichever processes call it.

    Safe to repeat: while the same is under way, that run is returned. What this build answered before is
    not asked again, only graded again.

    Args:
        suite: the name of a suite, which is frozen as it is now, or the id of one of its versions.
        target: who is asked, see :func:`core.evals.target_names`.
        candidate: name of a change to try; empty: the build in force.
        build_id: must be the build that is asked; empty: whichever it is.
        repeats: how often each case is asked.
        budget: USD; the run stops before it spends more. None: no limit.
        graders: names of classifiers; by default those of the suite.
        fresh: ask again also what was answered before.
        plan: see :class:`core.evals.tables.EvalRun`.
        stage: of a replay, see :func:`core.evals.targets.staging`; instead of a target.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such suite, version, candidate or build.
        InvalidInput: something that was given cannot be used, or the suite has no accepted case.
        ConfigurationError: the settings name no usable model.
    """
    require(actor, Permission.EVALS_RUN)
    planned = _checked(target, repeats, budget, note, plan or {})
    target = STAGED if stage else target
    with database.transaction() as session:
        version = _version(actor, suite, session=session)
        found = get_candidate(actor, candidate, session=session) if candidate else None
        contents = suite_cases(version.key, session=session)
        _check_size(contents, repeats)
    chosen = choose_build(
        target, database=database, settings=settings, candidate=found, build_id=build_id, stage=stage
    )
    with database.transaction() as session:
        of_suite = session.get_one(EvalSuite, version.suite_id, with_for_update=True)
        running = _same_under_way(version.key, target, chosen, repeats, session=session)
        if running is not None:
            return running
        estimate = estimate_contents(
            contents,
            target=target,
            build_id=chosen.build_id,
            repeats=repeats,
            fresh=fresh,
            settings=settings,
            session=session,
        )
        run = EvalRun(
            suite_version_id=version.key,
            target=target,
            build_id=chosen.build_id,
            candidate_id=chosen.candidate_id,
            changes=chosen.changes,
            note=note.strip(),
            repeats=repeats,
            graders=plan_graders(contents, session=session, names=tuple(graders) or tuple(of_suite.graders)),
            plan=planned | {"expected_cost": estimate.each},
            budget=budget or None,
            total=len(contents) * repeats,
            person_id=actor.person_id,
        )
        session.add(run)
        session.flush()
        rows = _rows(run, contents)
        copied = 0 if fresh else copy_known(rows, session=session)
        session.execute(insert(EvalResult), rows)
        audit.record(
            actor.person_id,
            actor.name,
            "eval_run.started",
            session=session,
            subject_type="eval_run",
            subject_id=run.key,
            suite=of_suite.name,
            suite_version=version.number,
            target=target,
            build_id=chosen.build_id,
            candidate=candidate,
            results=run.total,
            copied=copied,
            budget=run.budget,
        )
    return run


def estimate_run(
    actor: Actor,
    suite: str,
    *,
    session: Session,
    settings: Settings,
    target: str = "assist",
    build_id: str = "",
    repeats: int = 1,
    fresh: bool = False,
) -> RunEstimate:
    """What a run would take, as the suite is now. Freezes and asks nothing.

    Args:
        build_id: of the build it would ask, where that is known: so that earlier answers are found.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such suite.
        InvalidInput: the suite has no accepted case, or there would be too much to ask.
    """
    require(actor, Permission.EVALS_RUN)
    _checked(target, repeats, None, "", {})
    contents = _accepted(get_suite(suite, session=session), session=session)
    _check_size(contents, repeats)
    return estimate_contents(
        contents,
        target=target,
        build_id=build_id,
        repeats=repeats,
        fresh=fresh,
        settings=settings,
        session=session,
    )


def _checked(
    target: str, repeats: int, budget: float | None, note: str, plan: Mapping[str, Any]
) -> dict[str, Any]:
    """The plan with its defaults.

    Raises:
        InvalidInput: something cannot be used.
    """
    if target not in target_names():
        raise InvalidInput(f"There is no target {target!r}: choose {' or '.join(target_names())}.")
    if not 1 <= repeats <= MOST_REPEATS:
        raise InvalidInput(f"Ask each case once to {MOST_REPEATS} times, not {repeats} times.")
    if budget is not None and not budget >= 0:
        raise InvalidInput("A budget is an amount in USD that is more than 0.")
    if len(note) > _MAX_NOTE:
        raise InvalidInput(f"A note may have {_MAX_NOTE} characters, not {len(note):,}.")
    if unknown := set(plan) - set(_LIMITS):
        raise InvalidInput(
            f"A run cannot be planned by {', '.join(sorted(unknown))}: use {', '.join(_LIMITS)}."
        )
    checked: dict[str, Any] = {"most_errors": MOST_ERRORS}
    for name, value in plan.items():
        least, most, words = _LIMITS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise InvalidInput(f"{words} must be a number from {least:g} to {most:,.0f}, not {value!r}.")
        checked[name] = int(value) if name in _WHOLE else float(value)
    return checked


def _version(actor: Actor, suite: str | int, *, session: Session) -> EvalSuiteVersion:
    if isinstance(suite, int):
        return get_suite_version(suite, session=session)
    found = get_suite(suite, session=session)
    return freeze_suite(found.key, session=session, person_id=actor.person_id)


def _accepted(suite: EvalSuite, *, session: Session) -> list[CaseContent]:
    cases = session.exec(
        select(EvalCase)
        .join(EvalSuiteMember, col(EvalSuiteMember.case_id) == col(EvalCase.id))
        .where(col(EvalSuiteMember.suite_id) == suite.key, col(EvalCase.state) == "accepted")
    )
    return [CaseContent.of_case(case) for case in cases]


def _check_size(contents: Sequence[CaseContent], repeats: int) -> None:
    if not contents:
        raise InvalidInput(
            "This suite has no accepted case yet, so there is nothing to run. Accept some cases."
        )
    if len(contents) * repeats > MOST_RESULTS:
        raise InvalidInput(
            f"{len(contents):,} cases {repeats} times are more than the {MOST_RESULTS:,} a run may have."
        )


def _same_under_way(
    version_id: int, target: str, chosen: Chosen, repeats: int, *, session: Session
) -> EvalRun | None:
    """A second click starts no second run."""
    return session.exec(
        select(EvalRun).where(
            col(EvalRun.suite_version_id) == version_id,
            col(EvalRun.target) == target,
            col(EvalRun.build_id) == chosen.build_id,
            col(EvalRun.repeats) == repeats,
            col(EvalRun.state).in_(ACTIVE),
        )
    ).first()


def _rows(run: EvalRun, contents: Sequence[CaseContent]) -> list[dict[str, Any]]:
    """A row for each answer: every case once, then every case again."""
    digests = [content.input_digest for content in contents]
    return [
        {
            "run_id": run.key,
            "case_version_id": content.version_id,
            "case_id": content.case_id,
            "conversation_id": content.conversation_id,
            "repeat": repeat,
            "state": WAITING,
            "answer_key": answer_key(run.build_id, run.target, digest, repeat),
            "cached_from_id": None,
            "milliseconds": 0.0,
            "output": {},
        }
        for repeat in range(run.repeats)
        for content, digest in zip(contents, digests, strict=True)
    ]
