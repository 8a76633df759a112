"""Who shipped what when, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.classifiers.tables import Classifier, ClassifierCursor, ClassifierRelease, ClassifierVersion
from core.errors import NotFound
from core.identity import Actor, Permission, Person, require

SYSTEM_NAME = "Ratchet"


@dataclass(frozen=True, slots=True)
class Release:
    """One release as it is read. ``version``: its number, None when the stage was emptied."""

    release_id: int
    stage: str
    version_id: int | None
    version: int | None
    previous: int | None
    rollback: bool
    reason: str
    evidence: dict[str, Any]
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How live judging of one version is doing. ``error`` is empty when it works."""

    error: str
    failures: int
    retry_at: datetime | None
    judged_at: datetime | None


def list_releases(actor: Actor, classifier_id: int, *, session: Session, limit: int = 100) -> list[Release]:
    """The releases of a classifier, newest first.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    if session.get(Classifier, classifier_id) is None:
        raise NotFound(f"There is no classifier {classifier_id}.")
    numbers = {
        key: number
        for key, number in session.exec(
            select(ClassifierVersion.id, ClassifierVersion.version).where(
                ClassifierVersion.classifier_id == classifier_id
            )
        )
        if key is not None
    }
    found = session.execute(
        select(ClassifierRelease, Person.name)
        .join(Person, col(Person.id) == col(ClassifierRelease.person_id), isouter=True)
        .where(col(ClassifierRelease.classifier_id) == classifier_id)
        .order_by(col(ClassifierRelease.id).desc())
        .limit(limit)
    )
    return [
        Release(
            release_id=each.key,
            stage=each.stage,
            version_id=each.version_id,
            version=numbers.get(each.version_id or 0),
            previous=numbers.get(each.previous_version_id or 0),
            rollback=each.rollback,
            reason=each.reason,
            evidence=each.evidence,
            who=name or SYSTEM_NAME,
            at=each.created_at,
        )
        for each, name in found
    ]


def standing(version_id: int, *, session: Session) -> Standing:
    """Whether a version in use can judge at present. Checks no permission."""
    cursor = session.get(ClassifierCursor, version_id)
    if cursor is None:
        return Standing("", 0, None, None)
    return Standing(cursor.error, cursor.failures, cursor.retry_at, cursor.updated_at)


def who_shipped(release: ClassifierRelease, *, session: Session) -> str:
    """The name of whoever made a release."""
    person = session.get(Person, release.person_id) if release.person_id is not None else None
    return person.name if person is not None else SYSTEM_NAME
