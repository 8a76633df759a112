"""Take a release back: also a release, and as atomic as one."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.releases.kinds import Undo, kind_of
from core.releases.opening import lock_releases
from core.releases.shipping.applying import undo_changes
from core.releases.shipping.shipping import note
from core.releases.standing import catalogue_digest, standing_build
from core.releases.tables import Release
from core.settings import Settings

MAX_REASON = 4_000


def roll_back(
    actor: Actor, release_id: int, reason: str, *, database: Database, settings: Settings
) -> Release:
    """Bring back what was there before a release: the same article versions, so the same build.

    A second call gives the same rollback.

    Args:
        reason: why; it stays visible.

    Raises:
        PermissionDenied: the actor may not release.
        NotFound: there is no such release.
        InvalidInput: there is no reason, or it is a rollback itself.
        Conflict: something it changed has been changed since; the message names what.
    """
    require(actor, Permission.RELEASES_SHIP)
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise InvalidInput("Write why it is rolled back: the reason stays visible.")
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    actions = catalogue_digest(database=database, settings=settings)
    with database.transaction() as session:
        lock_releases(session)
        target = locked_release(release_id, session=session)
        if target.kind == "rollback":
            raise InvalidInput(
                "A rollback cannot be rolled back. Propose the change again, so that it is replayed first."
            )
        done = rollback_of(release_id, session=session)
        if done is not None:
            return done
        problem = why_not(target, session=session)
        if problem:
            raise Conflict(problem)
        before = standing_build(session=session, settings=settings, actions=actions)
        made = undo_changes(actor, [Undo.from_json(each) for each in target.changes], session=session)
        after = standing_build(session=session, settings=settings, actions=actions)
        release = Release(
            kind="rollback",
            title=f"Rollback: {target.title}"[:200],
            rolls_back_id=target.key,
            before_build=before.id,
            after_build=after.id,
            before_knowledge=before.contents["knowledge"],
            after_knowledge=after.contents["knowledge"],
            changes=[each.as_json() for each in made],
            person_id=actor.person_id,
            note=reason,
        )
        session.add(release)
        session.flush()
        target.watch_state = "closed"
        target.watch = {**target.watch, "closed_at": now().isoformat(), "closed_because": "rolled back"}
        session.add(target)
        note(actor, release, made, session=session)
    return release


def why_not(release: Release, *, session: Session) -> str:
    """Why a release cannot be taken back, naming what came later; empty when it can."""
    if release.kind == "rollback":
        return "A rollback cannot be rolled back. Propose the change again."
    if rollback_of(release.key, session=session) is not None:
        return "It has been rolled back already."
    changed = [
        each
        for each in map(Undo.from_json, release.changes)
        if kind_of(each.kind).changed_since(each, session=session)
    ]
    if not changed:
        return ""
    titles = ", ".join(f"“{each.title}”" for each in changed)
    later = _later(release, changed, session=session)
    if later is not None:
        return (
            f"{titles} changed again with “{later.title}” ({later.created_at:%d %B %Y, %H:%M} UTC). "
            "Roll that back first."
        )
    return f"{titles} changed since, by something other than a release. Edit it and propose the change."


def _later(release: Release, changed: list[Undo], *, session: Session) -> Release | None:
    """The newest release after this one that touched the same and still stands."""
    rolled_back = set(
        session.exec(select(Release.rolls_back_id).where(col(Release.rolls_back_id).is_not(None)))
    )
    following = select(Release).where(col(Release.id) > release.key, Release.kind == "release")
    for each in session.exec(following.order_by(col(Release.id).desc())):
        theirs = [Undo.from_json(made) for made in each.changes]
        if each.id not in rolled_back and any(one.touches(two) for one in changed for two in theirs):
            return each
    return None


def locked_release(release_id: int, *, session: Session) -> Release:
    """The release, kept from others until the transaction ends.

    Raises:
        NotFound: there is no such release.
    """
    statement = select(Release).where(Release.id == release_id).with_for_update()
    found = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("There is no such release.")
    return found


def rollback_of(release_id: int, *, session: Session) -> Release | None:
    """The rollback that took a release back."""
    return session.exec(select(Release).where(Release.rolls_back_id == release_id)).one_or_none()
