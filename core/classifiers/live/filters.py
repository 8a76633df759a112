"""What a queue can be filtered by: the live classifiers and their answers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from core.classifiers.tables import Classifier, ClassifierVersion
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """A live classifier and what it may answer, for :func:`core.classifiers.conversations_with`."""

    classifier_id: int
    name: str
    title: str
    answers: tuple[str, ...]


def queue_filters(actor: Actor, *, session: Session) -> list[QueueFilter]:
    """The live classifiers by title.

    Raises:
        PermissionDenied: the actor may not see classifiers.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    live = (
        select(
            col(Classifier.id), col(Classifier.name), col(Classifier.title), col(ClassifierVersion.answers)
        )
        .join(ClassifierVersion, col(ClassifierVersion.id) == col(Classifier.live_version_id))
        .where(col(Classifier.archived_at).is_(None))
        .order_by(col(Classifier.title), col(Classifier.id))
    )
    return [
        QueueFilter(row.id, row.name, row.title, tuple(row.answers)) for row in session.execute(live).all()
    ]
