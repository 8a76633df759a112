"""Hold production scores after each release against those before it, once a day until its watch ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.database import Database, now
from core.errors import Conflict, InvalidInput
from core.evals import Since, scores_since
from core.identity import SYSTEM, Actor, Permission, require
from core.releases.shipping import locked_release
from core.releases.tables import Release

MAX_REASON = 2_000


def watch_releases(*, database: Database, at: datetime | None = None) -> int:
    """Look at every watched release whose day is over, once for each day. Safe in several processes.

    A release after which a score has fallen by more than chance is marked as fallen: its page then proposes
    to roll it back. One whose time is over without a fall is steady.

    Args:
        at: the moment to look from; now when None.

    Returns:
        How many releases are no longer just being watched.
    """
    moment = (at or now()).astimezone(UTC)
    yesterday = moment.date() - timedelta(days=1)
    with database.reading() as session:
        watched = session.exec(select(Release).where(col(Release.watch_state) == "watching")).all()
        looked = [
            (each.key, _look(each, moment, session=session))
            for each in watched
            if each.watch.get("looked_at", "") < yesterday.isoformat()
        ]
    done = 0
    for release_id, since in looked:
        with database.transaction() as session:
            release = locked_release(release_id, session=session)
            if (
                release.watch_state == "watching"
                and release.watch.get("looked_at", "") < yesterday.isoformat()
            ):
                done += _note(release, since, moment, session=session)
    return done


def close_watch(actor: Actor, release_id: int, reason: str, *, session: Session) -> Release:
    """Accept what a release brought, or stop watching it. A second time changes nothing.

    Args:
        reason: why; it stays visible.

    Raises:
        PermissionDenied: the actor may not release.
        NotFound: there is no such release.
        InvalidInput: there is no reason, or it is too long.
        Conflict: it is a rollback, which is not watched.
    """
    require(actor, Permission.RELEASES_SHIP)
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise InvalidInput("Write why it need not be watched: the reason stays visible.")
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    release = locked_release(release_id, session=session)
    if release.kind == "rollback":
        raise Conflict("A rollback is not watched.")
    if release.watch_state == "closed":
        return release
    release.watch_state = "closed"
    release.watch = {**release.watch, "closed_at": now().isoformat(), "closed_because": reason}
    session.add(release)
    session.flush()
    _record(actor, "watch_closed", release, session=session, reason=reason)
    return release


def _look(release: Release, moment: datetime, *, session: Session) -> Since:
    day = _since(release).date()
    last = moment.date() - timedelta(days=1)
    if release.watch_until is not None:
        last = min(last, release.watch_until.astimezone(UTC).date())
    looks = 1 if release.watch_until is None else max(1, (release.watch_until - _since(release)).days)
    return scores_since(day, until=last, looks=looks, session=session)


def _since(release: Release) -> datetime:
    """From when on it is watched: since all of it is in force."""
    stored = release.watch.get("from")
    return datetime.fromisoformat(stored) if stored else release.created_at.astimezone(UTC)


def _note(release: Release, since: Since, moment: datetime, *, session: Session) -> int:
    falls: list[dict[str, Any]] = [
        {
            "criterion": each.criterion,
            "judge": each.judge,
            "subject_type": each.subject_type,
            "before": each.shift.before.estimate,
            "after": each.shift.after.estimate,
            "low": each.shift.low,
            "high": each.shift.high,
            "words": each.words,
        }
        for each in since.falls
    ]
    release.watch = {
        **release.watch,
        "looked_at": (moment.date() - timedelta(days=1)).isoformat(),
        "compared": since.compared,
        "falls": falls,
    }
    over = release.watch_until is None or release.watch_until <= moment
    if falls:
        release.watch_state = "fallen"
    elif over:
        release.watch_state = "steady"
    session.add(release)
    session.flush()
    if release.watch_state == "watching":
        return 0
    deed = "fell" if falls else "held"
    _record(SYSTEM, deed, release, session=session, compared=since.compared, falls=len(falls))
    return 1


def _record(actor: Actor, deed: str, release: Release, *, session: Session, **detail: Any) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        f"release.{deed}",
        session=session,
        subject_type="release",
        subject_id=release.key,
        **detail,
    )
