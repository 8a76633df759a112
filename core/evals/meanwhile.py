"""Two people change the same thing: the second one sees both, and nothing of either is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from core.audit import AuditEntry
from core.classifiers import ChangedMeanwhile, Difference


def changed_meanwhile(
    subject_type: str,
    subject_id: int,
    *,
    since: datetime,
    seen: int,
    revision: int,
    changed_at: datetime,
    differences: Sequence[Difference],
    session: Session,
) -> ChangedMeanwhile:
    """The refusal that names who changed what after revision ``seen``, as the audit has it.

    Args:
        subject_type: as audited; its changes are audited as ``SUBJECT_TYPE.changed`` with ``revision`` and
            ``fields``.
        since: when the subject was made, which keeps the look at the audit short.
    """
    entries = session.exec(
        select(AuditEntry)
        .where(
            AuditEntry.action == f"{subject_type}.changed",
            AuditEntry.subject_type == subject_type,
            AuditEntry.subject_id == str(subject_id),
            col(AuditEntry.at) >= since,
        )
        .order_by(col(AuditEntry.sequence).desc())
        .limit(100)
    ).all()
    newer = [entry for entry in entries if entry.detail.get("revision", 0) > seen]
    fields = sorted({field for entry in newer for field in entry.detail.get("fields", ())})
    return ChangedMeanwhile(
        who=newer[0].who if newer else "Somebody",
        when=changed_at,
        fields=tuple(field.replace("_", " ") for field in fields),
        differences=tuple(differences),
        revision=revision,
    )
