"""Markers: releases, incidents and notes worth a line in the chart of scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import InvalidInput, NotFound
from core.evals.tables import ScoreMarker
from core.identity import Actor, Permission, require

MARKER_KINDS = ("release", "incident", "note")
BY_HAND = ("incident", "note")
"""Kinds people add; releases are found."""
_MAX_TITLE, _MAX_DETAIL = 200, 2_000
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewMarker:
    """A marker from elsewhere. Source and external id say which one: bringing it again adds nothing."""

    kind: str
    title: str
    started_at: datetime
    external_id: str
    ended_at: datetime | None = None
    detail: str = ""
    build_id: str = ""


def list_markers(
    actor: Actor, *, session: Session, since: datetime, until: datetime, limit: int = 200
) -> list[ScoreMarker]:
    """Markers that touch a stretch of time, oldest first.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    ended = col(ScoreMarker.ended_at)
    found = session.exec(
        select(ScoreMarker)
        .where(
            col(ScoreMarker.started_at) < until,
            or_(col(ScoreMarker.started_at) >= since, ended >= since),
        )
        .order_by(col(ScoreMarker.started_at).desc(), col(ScoreMarker.id).desc())
        .limit(limit)
    )
    return list(reversed(found.all()))


def add_marker(
    actor: Actor,
    *,
    session: Session,
    kind: str,
    title: str,
    started_at: datetime,
    ended_at: datetime | None = None,
    detail: str = "",
) -> ScoreMarker:
    """Add an incident or a note. The same one again is the one that is there.

    Raises:
        PermissionDenied: the actor may not run evals.
        InvalidInput: the kind, the title or the times cannot be.
    """
    require(actor, Permission.EVALS_RUN)
    if kind not in BY_HAND:
        raise InvalidInput(f"Add an {' or a '.join(BY_HAND)}; releases are found by themselves.")
    title, detail = _checked(title, detail, started_at, ended_at)
    same = session.exec(
        select(ScoreMarker).where(
            ScoreMarker.kind == kind,
            ScoreMarker.title == title,
            ScoreMarker.started_at == started_at,
            ScoreMarker.source == "",
        )
    ).first()
    if same is not None:
        return same
    marker = ScoreMarker(
        kind=kind,
        title=title,
        detail=detail,
        started_at=started_at,
        ended_at=ended_at,
        person_id=actor.person_id,
    )
    session.add(marker)
    session.flush()
    _record(actor, "added", marker, session=session)
    return marker


def change_marker(
    actor: Actor,
    marker_id: int,
    *,
    session: Session,
    title: str,
    started_at: datetime,
    ended_at: datetime | None = None,
    detail: str = "",
) -> ScoreMarker:
    """Change an incident or a note; of a release only its words.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such marker.
        InvalidInput: the title or the times cannot be.
    """
    require(actor, Permission.EVALS_RUN)
    marker = _marker(marker_id, session=session)
    title, detail = _checked(title, detail, started_at, ended_at)
    if marker.kind == "release":
        started_at, ended_at = marker.started_at, marker.ended_at
    fresh = (title, detail, started_at, ended_at)
    if (marker.title, marker.detail, marker.started_at, marker.ended_at) == fresh:
        return marker
    marker.title, marker.detail, marker.started_at, marker.ended_at = fresh
    session.add(marker)
    _record(actor, "changed", marker, session=session)
    return marker


def remove_marker(actor: Actor, marker_id: int, *, session: Session) -> None:
    """Take an incident or a note away. Removing it again does nothing.

    Raises:
        PermissionDenied: the actor may not run evals.
        InvalidInput: it is a release, which would be found again.
    """
    require(actor, Permission.EVALS_RUN)
    marker = session.get(ScoreMarker, marker_id)
    if marker is None:
        return
    if marker.kind == "release":
        raise InvalidInput("A release cannot be removed: it happened. Incidents and notes can.")
    _record(actor, "removed", marker, session=session)
    session.delete(marker)
    session.flush()


def import_markers(source: str, markers: Sequence[NewMarker], *, session: Session) -> int:
    """Bring markers from elsewhere; those known by source and external id are left as people see them.

    Checks no permission: for the system's own work. Returns how many are new.

    Raises:
        InvalidInput: a marker has no external id, or its kind, title or times cannot be.
    """
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    added = 0
    for each in markers:
        if each.kind not in MARKER_KINDS or not each.external_id or not source:
            raise InvalidInput(f"A marker needs a kind of {', '.join(MARKER_KINDS)} and an id of its source.")
        title, detail = _checked(
            each.title[:_MAX_TITLE], each.detail[:_MAX_DETAIL], each.started_at, each.ended_at
        )
        statement = make(ScoreMarker).values(
            kind=each.kind,
            title=title,
            detail=detail,
            build_id=each.build_id,
            source=source,
            external_id=each.external_id,
            started_at=each.started_at,
            ended_at=each.ended_at,
            created_at=now(),
        )
        stored = session.execute(statement.on_conflict_do_nothing().returning(col(ScoreMarker.id)))
        added += len(stored.scalars().all())
    return added


def _checked(title: str, detail: str, started_at: datetime, ended_at: datetime | None) -> tuple[str, str]:
    title, detail = title.replace("\0", "").strip(), detail.replace("\0", "").strip()
    if not title:
        raise InvalidInput("Give it a title: it stands in the chart.")
    if len(title) > _MAX_TITLE or len(detail) > _MAX_DETAIL:
        raise InvalidInput(f"A title has at most {_MAX_TITLE} characters, a detail {_MAX_DETAIL:,}.")
    if started_at > now() + _AHEAD:
        raise InvalidInput("It begins in the future. Markers say what has happened.")
    if ended_at is not None and ended_at < started_at:
        raise InvalidInput("It ends before it begins. Choose the times the other way round.")
    return title, detail


def _marker(marker_id: int, *, session: Session) -> ScoreMarker:
    found = session.get(ScoreMarker, marker_id)
    if found is None:
        raise NotFound("This marker has been removed meanwhile.")
    return found


def _record(actor: Actor, deed: str, marker: ScoreMarker, *, session: Session) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        f"score_marker.{deed}",
        session=session,
        subject_type="score_marker",
        subject_id=marker.key,
        kind=marker.kind,
        title=marker.title,
    )
