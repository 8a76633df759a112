"""The versions of a classifier: what judges. They never change."""

from __future__ import annotations

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.classifiers.authoring.access import get_classifier
from core.classifiers.tables import Classifier, ClassifierVersion
from core.errors import NotFound
from core.identity import Actor


def list_versions(actor: Actor, classifier_id: int, *, session: Session) -> list[ClassifierVersion]:
    """All versions of a classifier, newest first; their models stay where they are until asked for.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier.
    """
    get_classifier(actor, classifier_id, session=session)
    without_models = _newest_first(classifier_id).options(defer(ClassifierVersion.model))  # type: ignore[arg-type]
    return list(session.exec(without_models))


def get_version(
    actor: Actor, classifier_id: int, version: int | None = None, *, session: Session
) -> ClassifierVersion:
    """One version by its number, or the newest.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier or version; says which there are.
    """
    classifier = get_classifier(actor, classifier_id, session=session)
    newest = newest_version(classifier_id, session=session)
    if newest is None:
        raise NotFound(f"“{classifier.title}” has no version yet: make one first.")
    if version in (None, newest.version):
        return newest
    found = session.exec(_newest_first(classifier_id).where(ClassifierVersion.version == version)).first()
    if found is None:
        raise NotFound(f"“{classifier.title}” has the versions 1 to {newest.version}, not {version}.")
    return found


def default_version(actor: Actor, classifier: Classifier, *, session: Session) -> ClassifierVersion:
    """What answers when nobody says which version: the live one, else the newest.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: it has no version yet.
    """
    if classifier.live_version_id is not None:
        live = session.get(ClassifierVersion, classifier.live_version_id)
        if live is not None:
            return live
    return get_version(actor, classifier.key, session=session)


def newest_version(classifier_id: int, *, session: Session) -> ClassifierVersion | None:
    """The newest version; None when there is none. Checks no permission."""
    return session.exec(_newest_first(classifier_id).limit(1)).first()


def _newest_first(classifier_id: int) -> SelectOfScalar[ClassifierVersion]:
    return (
        select(ClassifierVersion)
        .where(ClassifierVersion.classifier_id == classifier_id)
        .order_by(col(ClassifierVersion.version).desc())
    )
