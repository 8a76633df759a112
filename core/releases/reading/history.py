"""Releases and rollbacks, newest first, with what can be done about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from core.database import now
from core.errors import NotFound
from core.identity import Actor, Permission, require
from core.releases.kinds import Undo
from core.releases.opening import names_of
from core.releases.shipping import rollback_of, why_not
from core.releases.tables import Release


@dataclass(frozen=True, slots=True)
class ReleasedChange:
    """One thing a release changed. The versions are those of an article that were live; None: none was."""

    kind: str
    title: str
    words: str
    article_id: int | None
    classifier_id: int | None
    before_version_id: int | None
    after_version_id: int | None


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A release. ``why_not``: why it cannot be rolled back; empty when it can."""

    release: Release
    who: str
    override_by: str
    changes: tuple[ReleasedChange, ...]
    rolled_back_by: Release | None
    rolls_back: Release | None
    why_not: str
    watch_words: str


def list_releases(
    actor: Actor, *, session: Session, limit: int = 50, before_id: int | None = None
) -> list[ReleaseView]:
    """Releases and rollbacks, newest first.

    Args:
        before_id: the last one of the page before.

    Raises:
        PermissionDenied: the actor may not see releases.
    """
    require(actor, Permission.RELEASES_READ)
    query = select(Release).order_by(col(Release.id).desc()).limit(limit)
    if before_id is not None:
        query = query.where(col(Release.id) < before_id)
    return [_view(each, session=session) for each in session.exec(query).all()]


def get_release(actor: Actor, release_id: int, *, session: Session) -> ReleaseView:
    """One release.

    Raises:
        PermissionDenied: the actor may not see releases.
        NotFound: there is no such release.
    """
    require(actor, Permission.RELEASES_READ)
    found = session.get(Release, release_id)
    if found is None:
        raise NotFound("There is no such release.")
    return _view(found, session=session)


def watch_words(release: Release) -> str:
    """How the watch of a release stands, in a sentence; empty for a rollback, which is not watched."""
    falls = release.watch.get("falls") or []
    match release.watch_state:
        case "watching" if release.watch_until is not None:
            compared = int(release.watch.get("compared") or 0)
            so_far = "no score has fallen so far" if compared else "too few scores to compare so far"
            begins = datetime.fromisoformat(release.watch.get("from") or release.created_at.isoformat())
            if begins > now():
                return (
                    f"Watched from {begins.astimezone(UTC):%d %B %Y}, when it starts, until "
                    f"{release.watch_until.astimezone(UTC):%d %B %Y}."
                )
            return f"Watched until {release.watch_until.astimezone(UTC):%d %B %Y}: {so_far}."
        case "fallen":
            said = " ".join(each["words"] for each in falls)
            return f"Scores have fallen since this release: {said} Consider rolling it back."
        case "steady":
            compared = int(release.watch.get("compared") or 0)
            return (
                "Watched to the end: no score has fallen."
                if compared
                else "Watched to the end: there were too few scores to compare."
            )
        case "closed" if release.watch.get("closed_because"):
            return f"No longer watched: {str(release.watch['closed_because']).rstrip('.')}."
    return ""


def _view(release: Release, *, session: Session) -> ReleaseView:
    made = [Undo.from_json(each) for each in release.changes]
    names = names_of((release.person_id, release.override_by_id), session=session)
    target = session.get(Release, release.rolls_back_id) if release.rolls_back_id is not None else None
    return ReleaseView(
        release=release,
        who=names[release.person_id],
        override_by=names[release.override_by_id] if release.override_reason else "",
        changes=tuple(
            ReleasedChange(
                each.kind,
                each.title,
                each.words,
                each.article_id,
                each.classifier_id,
                each.before.get("live_version_id"),
                each.after.get("live_version_id"),
            )
            for each in made
        ),
        rolled_back_by=rollback_of(release.key, session=session),
        rolls_back=target,
        why_not=why_not(release, session=session),
        watch_words=watch_words(release),
    )
