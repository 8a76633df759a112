"""Releases as markers: builds that wrote a first draft, and classifiers that went live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.assist.tables import Build, Draft
from core.classifiers.tables import Classifier, ClassifierRelease, ClassifierVersion
from core.database import Database
from core.evals.scores.markers import NewMarker, import_markers
from core.evals.tables import ScoreMarker

BUILDS, CLASSIFIERS, RELEASES = "builds", "classifiers", "releases"
"""Sources of markers; releases make their own, and what they bring about needs no second one."""
RELEASED_WITH = "released_with"
"""In the evidence of a classifier's release: it was part of a release of several changes."""
_NAMES = {
    "instructions": "instructions",
    "model": "model",
    "agent": "agent settings",
    "verification": "what counts as supported",
    "actions": "actions",
    "classifiers": "classifiers that hold back",
    "answering": "the level for answering",
    "guardrails": "guardrails",
    "organisation": "organisation",
    "knowledge": "knowledge",
    "sdk": "libraries",
}


def note_releases(*, database: Database) -> int:
    """Make a marker of each release that has none yet. Returns how many. Safe in several processes."""
    with database.reading() as session:
        found = {
            BUILDS: list(_builds(session=session)),
            CLASSIFIERS: list(_classifiers(session=session)),
        }
    if not any(found.values()):
        return 0
    with database.transaction() as session:
        return sum(import_markers(source, new, session=session) for source, new in found.items())


def build_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    """What is different in a build, in words."""
    if before is None:
        return "The first build that wrote drafts."
    changed = sorted(
        {name for name in {*before, *after} if before.get(name) != after.get(name)},
        key=lambda name: list(_NAMES).index(name) if name in _NAMES else len(_NAMES),
    )
    words = [_change(name, before.get(name), after.get(name)) for name in changed if name in _NAMES]
    return f"Changed: {'; '.join(words)}." if words else "Nothing that has a name has changed."


def _title(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    if before is None:
        return "First build"
    names = ", ".join(_NAMES[name] for name in _NAMES if before.get(name) != after.get(name))
    return f"New build: {names}" if names else "New build"


def _change(name: str, before: Any, after: Any) -> str:
    if name == "model" and isinstance(before, Mapping) and isinstance(after, Mapping):
        return f"model from {before.get('name') or 'none'} to {after.get('name') or 'none'}"
    if name == "knowledge" and isinstance(after, str) and " " in after:
        return f"knowledge, {after}"  # a digest says nothing, a description does
    if name == "classifiers" and isinstance(before, list) and isinstance(after, list):
        return f"classifiers that hold back ({len(before)} before, {len(after)} now)"
    return _NAMES[name]


def _builds(*, session: Session) -> Iterator[NewMarker]:
    known = _known(BUILDS, session=session) | _brought_about(session=session)
    first = (
        select(col(Draft.build_id), func.min(col(Draft.created_at)).label("began"))
        .where(col(Draft.build_id) != "")
        .group_by(col(Draft.build_id))
        .subquery()
    )
    rows = session.execute(
        select(col(Build.id), col(Build.contents), first.c.began)
        .join(first, first.c.build_id == col(Build.id))
        .order_by(first.c.began)
    )
    before: Mapping[str, Any] | None = None
    for build_id, contents, began in rows:
        if build_id not in known:
            yield NewMarker(
                "release",
                _title(before, contents),
                began,
                build_id,
                detail=f"Build {build_id[:7]}. {build_changes(before, contents)}",
                build_id=build_id,
            )
        before = contents


def _classifiers(*, session: Session) -> Iterator[NewMarker]:
    known = _known(CLASSIFIERS, session=session)
    rows = session.execute(
        select(
            col(ClassifierRelease.id),
            col(ClassifierRelease.created_at),
            col(ClassifierRelease.rollback),
            col(ClassifierRelease.reason),
            col(ClassifierRelease.evidence),
            col(Classifier.title),
            col(ClassifierVersion.version),
            col(ClassifierVersion.note),
        )
        .join(Classifier, col(Classifier.id) == col(ClassifierRelease.classifier_id))
        .outerjoin(ClassifierVersion, col(ClassifierVersion.id) == col(ClassifierRelease.version_id))
        .where(col(ClassifierRelease.stage) == "live")
        .order_by(col(ClassifierRelease.id))
    )
    for row in rows:
        if str(row.id) in known or RELEASED_WITH in row.evidence:
            continue
        if row.version is None:
            title, detail = f"{row.title}: withdrawn", row.reason
        else:
            deed = "rolled back to" if row.rollback else "live with"
            title, detail = f"{row.title}: {deed} version {row.version}", row.reason or row.note
        yield NewMarker("release", title, row.created_at, str(row.id), detail=detail)


def _brought_about(*, session: Session) -> set[str]:
    """Builds that have the marker of their release."""
    return set(
        session.execute(
            select(col(ScoreMarker.build_id)).where(
                col(ScoreMarker.source) == RELEASES, col(ScoreMarker.build_id) != ""
            )
        ).scalars()
    )


def _known(source: str, *, session: Session) -> set[str]:
    return set(
        session.execute(
            select(col(ScoreMarker.external_id)).where(col(ScoreMarker.source) == source)
        ).scalars()
    )
