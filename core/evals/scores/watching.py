"""Watch scores for change, once for each day that is over, and open an alert where one changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.criteria import Criterion
from core.database import Database, now
from core.evals.scores.progress import ensure_progress, read_progress
from core.evals.scores.querying import ScoreQuery
from core.evals.scores.series import Days, Links, read_days, together
from core.evals.scores.shifts import (
    BEFORE,
    LOOKS,
    RECENT,
    ScoreShift,
    enough,
    has_recovered,
    score_shifts,
)
from core.evals.tables import ScoreAlert, ScoreCell, ScoreDue
from core.statistics import ClusterSums, Rate, summed_rate

CHANNEL = "channel="
"""Beginning of the scope of an alert about one channel; an empty scope is everything."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """One score in one place, with what it was and what it is."""

    criterion_id: int
    judge: str
    subject_type: str
    scope: str
    before: ClusterSums
    recent: ClusterSums
    since: date


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one look found."""

    changed: Sequence[tuple[_Scope, ScoreShift]]
    recovered: Sequence[int]


def watch_scores(*, database: Database, until: date | None = None) -> int:
    """Hold the last 7 days against the 28 before, for every score and each of its channels.

    Looks once at each day, when it is over and added up; so it may be called as often as one likes, and
    by several processes.

    Args:
        until: the last day to look at; by default yesterday, UTC.

    Returns:
        How many alerts were opened or are over.
    """
    last = until or now().astimezone(UTC).date() - timedelta(days=1)
    with database.reading() as session:
        progress = read_progress(session=session)
        if progress is None or progress.watched_day >= last.isoformat() or _waits(last, session=session):
            return 0
        looked = _look(last, session=session)
    with database.transaction() as session:
        progress = ensure_progress(session=session)
        if progress.watched_day >= last.isoformat():
            return 0  # another process was first
        progress.watched_day = last.isoformat()
        session.add(progress)
        done = sum(_open(scope, shift, last, session=session) for scope, shift in looked.changed)
        return done + _close(looked.recovered, session=session)


def _waits(last: date, *, session: Session) -> bool:
    """Whether days that matter are still to be added up."""
    first = last - timedelta(days=RECENT + BEFORE)
    due = select(ScoreDue.day).where(
        col(ScoreDue.day) > first.isoformat(), col(ScoreDue.day) <= last.isoformat()
    )
    return session.exec(due.limit(1)).first() is not None


def _look(last: date, *, session: Session) -> _Looked:
    alerts = _open_alerts(session=session)
    scopes = [
        scope for known in _scores(last, session=session) for scope in _scopes(*known, last, session=session)
    ]
    fresh = [
        each
        for each in scopes
        if (each.criterion_id, each.judge, each.subject_type, each.scope) not in alerts
        and enough(each.before, each.recent)
    ]
    shifts = score_shifts([(each.before, each.recent) for each in fresh])
    recovered = []
    for each in scopes:
        alert = alerts.get((each.criterion_id, each.judge, each.subject_type, each.scope))
        if alert is not None and has_recovered(
            rate_of(alert.evidence["before"]), each.recent, fell=alert.evidence["difference"] < 0
        ):
            recovered.append(alert.key)
    changed = [(each, shift) for each, shift in zip(fresh, shifts, strict=True) if shift is not None]
    return _Looked(changed, recovered)


def _scores(last: date, *, session: Session) -> list[tuple[Criterion, str, str]]:
    """Scores with judgements in the recent days."""
    first = last - timedelta(days=RECENT - 1)
    found = session.exec(
        select(ScoreCell.criterion_id, ScoreCell.judge, ScoreCell.subject_type)
        .where(
            col(ScoreCell.split) == "",
            col(ScoreCell.day) >= first.isoformat(),
            col(ScoreCell.day) <= last.isoformat(),
        )
        .distinct()
    ).all()
    return [
        (session.get_one(Criterion, criterion_id), judge, subject_type)
        for criterion_id, judge, subject_type in sorted(found)
    ]


def _scopes(
    criterion: Criterion, judge: str, subject_type: str, last: date, *, session: Session
) -> list[_Scope]:
    first = last - timedelta(days=RECENT + BEFORE - 1)
    query = ScoreQuery(criterion.name, judge, subject_type, first, last, version=criterion.version)
    whole, links = read_days(query, criterion.key, session=session)
    split = ScoreQuery(
        criterion.name, judge, subject_type, first, last, by="channel", version=criterion.version
    )
    channels, channel_links = read_days(split, criterion.key, session=session)
    found = []
    for scope, days, shared in (
        ("", whole.get("", {}), links.get("", {})),
        *(
            (f"{CHANNEL}{name}", channels[name], channel_links.get(name, {}))
            for name in sorted(channels)
            if len(channels) > 1
        ),
    ):
        since = max(first, _accepted_since(criterion.key, judge, subject_type, scope, session=session))
        found.append(_windows(criterion.key, judge, subject_type, scope, days, shared, since, last))
    return found


def _windows(
    criterion_id: int,
    judge: str,
    subject_type: str,
    scope: str,
    days: Days,
    links: Links,
    since: date,
    last: date,
) -> _Scope:
    middle = last - timedelta(days=RECENT)
    before = together(days, links, since.isoformat(), middle.isoformat())
    recent = together(days, links, (middle + timedelta(days=1)).isoformat(), last.isoformat())
    return _Scope(criterion_id, judge, subject_type, scope, before, recent, since)


def _accepted_since(
    criterion_id: int, judge: str, subject_type: str, scope: str, *, session: Session
) -> date:
    """Whoever dismissed an alert accepted what it found: what was before does not count any more.

    Nor does it after an alert is over: getting back to normal is no news.
    """
    decided = session.exec(
        select(ScoreAlert)
        .where(
            ScoreAlert.criterion_id == criterion_id,
            ScoreAlert.judge == judge,
            ScoreAlert.subject_type == subject_type,
            ScoreAlert.scope == scope,
            ScoreAlert.state != "open",
        )
        .order_by(col(ScoreAlert.id).desc())
        .limit(1)
    ).first()
    if decided is None:
        return date.min
    if decided.state == "over" and decided.decided_at is not None:
        return decided.decided_at.astimezone(UTC).date() - timedelta(days=RECENT)
    return date.fromisoformat(decided.evidence["since"])


def _open_alerts(*, session: Session) -> dict[tuple[int, str, str, str], ScoreAlert]:
    found = session.exec(select(ScoreAlert).where(ScoreAlert.state == "open"))
    return {(each.criterion_id, each.judge, each.subject_type, each.scope): each for each in found}


def _open(scope: _Scope, shift: ScoreShift, last: date, *, session: Session) -> int:
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    statement = make(ScoreAlert).values(
        criterion_id=scope.criterion_id,
        judge=scope.judge,
        subject_type=scope.subject_type,
        scope=scope.scope,
        state="open",
        evidence={
            "before": as_json(shift.before),
            "after": as_json(shift.after),
            "difference": shift.difference,
            "low": shift.low,
            "high": shift.high,
            "p": shift.p,
            "looks": LOOKS,
            "before_since": scope.since.isoformat(),
            "since": (last - timedelta(days=RECENT - 1)).isoformat(),
            "until": last.isoformat(),
        },
        reason="",
        created_at=now(),
    )
    opened = session.execute(statement.on_conflict_do_nothing().returning(col(ScoreAlert.id))).scalars()
    return len(opened.all())


def _close(alerts: Sequence[int], *, session: Session) -> int:
    closed = 0
    for key in alerts:
        statement = select(ScoreAlert).where(ScoreAlert.id == key).with_for_update()
        alert = session.exec(statement.execution_options(populate_existing=True)).one()
        if alert.state == "open":
            alert.state, alert.decided_at = "over", now()
            session.add(alert)
            closed += 1
    return closed


def as_json(rate: Rate) -> dict[str, Any]:
    """A rate as evidence keeps it."""
    return {
        "successes": rate.successes,
        "n": rate.n,
        "estimate": rate.estimate,
        "low": rate.low,
        "high": rate.high,
    }


def rate_of(stored: dict[str, Any]) -> Rate:
    """A rate that evidence kept."""
    empty = summed_rate(ClusterSums())
    return Rate(
        stored["successes"],
        stored["n"],
        stored["estimate"],
        stored["low"],
        stored["high"],
        empty.level,
        empty.method,
    )
