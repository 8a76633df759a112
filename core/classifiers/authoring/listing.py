"""All classifiers at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.classifiers.tables import Classifier, ClassifierExample, ClassifierVersion
from core.criteria import Criterion, list_criteria
from core.identity import Actor, Permission, Person, require


@dataclass(frozen=True, slots=True)
class ClassifierSummary:
    """A classifier as a list shows it.

    Attributes:
        criterion: the newest version of its question; None where that is gone.
        examples: in use.
        newest, live, shadow: numbers of versions; None where there is none.
        updated_by: name of whoever changed it last.
    """

    classifier: Classifier
    criterion: Criterion | None
    examples: int
    newest: int | None
    live: int | None
    shadow: int | None
    updated_by: str


def list_classifiers(
    actor: Actor, *, session: Session, with_archived: bool = False
) -> list[ClassifierSummary]:
    """All classifiers by title, archived ones last.

    Raises:
        PermissionDenied: the actor may not see classifiers.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    statement = (
        select(Classifier, Person.name)
        .outerjoin(Person, col(Person.id) == col(Classifier.updated_by_id))
        .order_by(
            col(Classifier.archived_at).is_not(None),
            func.lower(Classifier.title),
            col(Classifier.id),
        )
    )
    if not with_archived:
        statement = statement.where(col(Classifier.archived_at).is_(None))
    criteria = {each.name: each for each in list_criteria(session=session, with_retired=True)}
    examples = dict(
        session.exec(
            select(ClassifierExample.classifier_id, func.count())
            .where(col(ClassifierExample.removed_at).is_(None))
            .group_by(col(ClassifierExample.classifier_id))
        ).all()
    )
    versions = session.exec(
        select(ClassifierVersion.id, ClassifierVersion.classifier_id, ClassifierVersion.version)
    ).all()
    numbers = {key: number for key, _, number in versions}
    newest: dict[int, int] = {}
    for _, classifier_id, number in versions:
        newest[classifier_id] = max(number, newest.get(classifier_id, 0))
    return [
        ClassifierSummary(
            classifier=each,
            criterion=criteria.get(each.criterion_name),
            examples=examples.get(each.key, 0),
            newest=newest.get(each.key),
            live=numbers.get(each.live_version_id),
            shadow=numbers.get(each.shadow_version_id),
            updated_by=name or "",
        )
        for each, name in session.exec(statement)
    ]
