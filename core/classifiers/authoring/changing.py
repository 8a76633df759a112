"""Changing the work in progress. Two authors at once cannot overwrite each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.audit import AuditEntry
from core.classifiers.authoring.access import find_classifier
from core.classifiers.authoring.creating import checked_purpose, checked_title
from core.classifiers.tables import Classifier
from core.database import now
from core.errors import Conflict
from core.identity import Actor, Permission, require

_CHANGED = "classifier.changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two authors wrote differently. ``field``: title, purpose or settings."""

    field: str
    theirs: Any
    yours: Any


class ChangedMeanwhile(Conflict):
    """Somebody else changed the classifier first; nothing was stored, and nothing of either is lost.

    Attributes:
        who: name of whoever changed it last.
        when: when that was.
        fields: what was changed since the revision the author saw.
        differences: what is stored beside what was to be stored.
        revision: to store over it, after looking.
    """

    def __init__(
        self,
        *,
        who: str,
        when: datetime,
        fields: tuple[str, ...],
        differences: tuple[Difference, ...],
        revision: int,
    ) -> None:
        what = " and ".join(f"the {field}" for field in fields) or "it"
        super().__init__(
            f"{who} changed {what} at {when:%H:%M} UTC on {when:%d %B %Y}, after you opened it. Your text is "
            "not stored and not lost: compare the two, then store yours again or keep theirs."
        )
        self.who = who
        self.when = when
        self.fields = fields
        self.differences = differences
        self.revision = revision


def change_classifier(
    actor: Actor,
    classifier_id: int,
    *,
    session: Session,
    revision: int,
    title: str | None = None,
    purpose: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Classifier:
    """Store the title, the purpose or the settings. Safe to repeat: what is stored already changes nothing.

    Args:
        revision: the one the author saw.
        title, purpose, settings: None leaves it as it is.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier.
        ChangedMeanwhile: ``revision`` is not the newest any more.
        Conflict: it is archived.
        InvalidInput: a text is missing or too long.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    wanted: dict[str, Any] = {}
    if title is not None:
        wanted["title"] = checked_title(title)
    if purpose is not None:
        wanted["purpose"] = checked_purpose(purpose)
    if settings is not None:
        wanted["settings"] = dict(settings)
    found = find_classifier(classifier_id, session=session, lock=True)
    differences = tuple(
        Difference(field, getattr(found, field), value)
        for field, value in wanted.items()
        if getattr(found, field) != value
    )
    if not differences:
        return found
    if found.archived_at is not None:
        raise Conflict(f"“{found.title}” is archived. Restore it first, then change it.")
    if found.revision != revision:
        raise _meanwhile(found, revision, differences, session=session)
    for difference in differences:
        setattr(found, difference.field, difference.yours)
    found.revision += 1
    found.updated_by_id = actor.person_id
    found.updated_at = now()
    session.add(found)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        _CHANGED,
        session=session,
        subject_type="classifier",
        subject_id=found.key,
        revision=found.revision,
        fields=[difference.field for difference in differences],
    )
    return found


def _meanwhile(
    found: Classifier, revision: int, differences: tuple[Difference, ...], *, session: Session
) -> ChangedMeanwhile:
    """Who changed what since ``revision``, as the audit has it."""
    entries = session.exec(
        select(AuditEntry)
        .where(
            AuditEntry.action == _CHANGED,
            AuditEntry.subject_type == "classifier",
            AuditEntry.subject_id == str(found.key),
            # as old as the classifier at most, which keeps the look short
            col(AuditEntry.at) >= found.created_at,
        )
        .order_by(col(AuditEntry.sequence).desc())
        .limit(100)
    ).all()
    since = [entry for entry in entries if entry.detail.get("revision", 0) > revision]
    fields = sorted({field for entry in since for field in entry.detail.get("fields", ())})
    return ChangedMeanwhile(
        who=since[0].who if since else "Somebody",
        when=found.updated_at,
        fields=tuple(fields),
        differences=differences,
        revision=found.revision,
    )
