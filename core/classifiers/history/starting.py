"""Start, stop and resume a backtest, and say how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core import audit
from core.classifiers.history.estimating import BacktestEstimate, estimate_scope
from core.classifiers.history.scope import Scope, check_type
from core.classifiers.history.states import ACTIVE, PLANNED, RESUMABLE, RUNNING, STOPPED, STOPPING
from core.classifiers.kind import Services
from core.classifiers.tables import Backtest, ClassifierVersion
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class BacktestProgress:
    """How far a backtest is."""

    state: str
    done: int
    total: int
    failed: int
    cost: float
    """USD so far."""
    rate: float
    """Subjects a second since it was started or resumed; 0 when that cannot be said yet."""
    seconds_left: float | None
    """At that rate; None when nobody works on it or the rate is not known."""

    @property
    def active(self) -> bool:
        """Whether somebody works on it, or soon will."""
        return self.state in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether it was stopped, or failed."""
        return self.state in RESUMABLE

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 1.0


def start_backtest(
    actor: Actor,
    version_id: int,
    *,
    database: Database,
    services: Services,
    since: datetime | None = None,
    until: datetime | None = None,
    channel: str = "",
    locale: str = "",
    estimate: BacktestEstimate | None = None,
) -> Backtest:
    """Have a version asked about history. The work itself is done by
    :func:`core.classifiers.dispatch_backtests`, whichever process calls it.

    Safe to repeat: while one is under way for this version, that one is returned.

    Args:
        until: not included; by default now, so that a backtest has an end.
        estimate: as it was shown to the actor; made anew where it is not given.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such version.
        InvalidInput: the scope holds nothing, or subjects of this type have no history.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    scope = Scope(since, until or now(), channel, locale)
    with database.reading() as session:
        running = _active(version_id, session=session)
    if running is not None:
        return running
    if estimate is None:
        estimate = estimate_scope(version_id, scope, database=database, services=services)
    if not estimate.total:
        raise InvalidInput("Nothing was said in this part of history. Choose more of it.")
    with database.transaction() as session:
        version = _locked_version(version_id, session=session)
        check_type(version.subject_type)
        running = _active(version_id, session=session)
        if running is not None:
            return running
        backtest = Backtest(
            version_id=version_id,
            since=scope.since,
            until=scope.until,
            channel=channel,
            locale=locale,
            total=estimate.total,
            estimate={"seconds": estimate.seconds, "cost": estimate.cost, "basis": estimate.basis},
            person_id=actor.person_id,
        )
        session.add(backtest)
        session.flush()
        backtest.workflow_id = f"backtest-{backtest.key}-1"
        _record(actor, "backtest.started", backtest, session=session, total=backtest.total)
    return backtest


def stop_backtest(actor: Actor, backtest_id: int, *, session: Session) -> Backtest:
    """Stop after the chunk in hand; what was judged stays. Safe to repeat; one that ended stays as it is.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such backtest.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    backtest = _locked(backtest_id, session=session)
    if backtest.state == RUNNING:
        backtest.state = STOPPING
    elif backtest.state == PLANNED:
        backtest.state, backtest.finished_at = STOPPED, now()
    else:
        return backtest
    _record(actor, "backtest.stopped", backtest, session=session, done=backtest.done)
    return backtest


def resume_backtest(actor: Actor, backtest_id: int, *, session: Session) -> Backtest:
    """Go on with one that was stopped or failed, from where it was. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such backtest.
        Conflict: it has finished, or another one of this version is under way.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    backtest = _locked(backtest_id, session=session)
    _locked_version(backtest.version_id, session=session)
    if backtest.state == STOPPING:
        raise Conflict("It is still stopping. Resume it in a moment.")
    if backtest.state in ACTIVE:
        return backtest
    if backtest.state not in RESUMABLE:
        raise Conflict("This backtest has finished: there is nothing to go on with. Start a new one.")
    if _active(backtest.version_id, session=session) is not None:
        raise Conflict("Another backtest of this version is under way. Wait for its end, or stop it first.")
    run = int(backtest.workflow_id.rpartition("-")[2]) + 1
    backtest.state, backtest.error = PLANNED, ""
    backtest.started_at = backtest.finished_at = None
    backtest.workflow_id = f"backtest-{backtest.key}-{run}"
    backtest.estimate = {**backtest.estimate, "done_before": backtest.done}
    _record(actor, "backtest.resumed", backtest, session=session, done=backtest.done)
    return backtest


def get_backtest(actor: Actor, backtest_id: int, *, session: Session) -> Backtest:
    """One backtest.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is none.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    found = session.get(Backtest, backtest_id)
    if found is None:
        raise NotFound(f"There is no backtest {backtest_id}.")
    return found


def list_backtests(
    actor: Actor, classifier_id: int, *, session: Session, version_id: int | None = None
) -> list[Backtest]:
    """Backtests of a classifier's versions, or of one version, newest first.

    Raises:
        PermissionDenied: the actor may not see classifiers.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    statement = (
        select(Backtest)
        .join(ClassifierVersion, col(ClassifierVersion.id) == col(Backtest.version_id))
        .where(ClassifierVersion.classifier_id == classifier_id)
        .order_by(col(Backtest.id).desc())
    )
    if version_id is not None:
        statement = statement.where(Backtest.version_id == version_id)
    return list(session.exec(statement))


def backtest_progress(backtest: Backtest) -> BacktestProgress:
    """How far it is, by its row."""
    rate, left = 0.0, None
    if backtest.started_at is not None:
        seconds = ((backtest.finished_at or now()) - backtest.started_at).total_seconds()
        new = backtest.done - int(backtest.estimate.get("done_before", 0))
        rate = new / seconds if seconds > 0 else 0.0
        if backtest.state in (RUNNING, STOPPING) and rate > 0:
            left = max(0, backtest.total - backtest.done) / rate
    return BacktestProgress(
        backtest.state, backtest.done, backtest.total, backtest.failed, backtest.cost, rate, left
    )


def _active(version_id: int, *, session: Session) -> Backtest | None:
    return session.exec(
        select(Backtest).where(Backtest.version_id == version_id, col(Backtest.state).in_(ACTIVE))
    ).first()


def _locked(backtest_id: int, *, session: Session) -> Backtest:
    found = session.get(Backtest, backtest_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"There is no backtest {backtest_id}.")
    return found


def _locked_version(version_id: int, *, session: Session) -> ClassifierVersion:
    """Keeps a second backtest of the version from being started at the same moment."""
    found = session.get(ClassifierVersion, version_id, with_for_update=True)
    if found is None:
        raise NotFound(f"There is no classifier version {version_id}.")
    return found


def _record(actor: Actor, action: str, backtest: Backtest, *, session: Session, **detail: int) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        action,
        session=session,
        subject_type="backtest",
        subject_id=backtest.key,
        version_id=backtest.version_id,
        **detail,
    )
