"""Making classifiers, and putting them away and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from core import audit
from core.classifiers.authoring.access import find_classifier, retired
from core.classifiers.kind import Question, get_kind
from core.classifiers.tables import Classifier
from core.criteria import current_criterion, slug
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require

MAX_NAME = 100
MAX_TITLE = 200
MAX_PURPOSE = 2000

_NAME = re.compile(rf"[a-z0-9][a-z0-9_.-]{{0,{MAX_NAME - 1}}}")


def create_classifier(
    actor: Actor,
    *,
    session: Session,
    name: str = "",
    title: str,
    criterion_name: str,
    kind: str,
    subject_type: str = "",
    purpose: str = "",
    settings: Mapping[str, Any] | None = None,
) -> Classifier:
    """Make a classifier that answers a criterion. It judges nothing until a version of it is shipped.

    Safe to repeat: the same one by the same author is not made twice.

    Args:
        name: letters, digits, ``_``, ``-`` and ``.``; kept in lower case; made from the title when empty.
        subject_type: one the criterion is asked about; its first when empty.
        settings: the work in progress of its kind; may be incomplete until a version is made.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such criterion.
        Conflict: the name is taken, or the criterion has been retired.
        InvalidInput: something is missing or does not fit together.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    title = checked_title(title)
    name = _checked_name(name.strip().lower() or slug(title))
    get_kind(kind)
    criterion = current_criterion(criterion_name, session=session)
    if criterion is None:
        raise NotFound(f"There is no criterion {criterion_name!r}. Write the question under Criteria first.")
    if criterion.retired_at is not None:
        raise Conflict(retired(criterion))
    Question.of(criterion)  # refuses questions that ask for words
    subject_type = subject_type or criterion.subjects[0]
    if subject_type not in criterion.subjects:
        raise InvalidInput(
            f"“{criterion.question}” is not asked about a {subject_type}: choose "
            f"{', '.join(criterion.subjects)}."
        )
    made = Classifier(
        name=name,
        title=title,
        purpose=checked_purpose(purpose),
        criterion_name=criterion_name,
        kind=kind,
        subject_type=subject_type,
        settings=dict(settings or {}),
        created_by_id=actor.person_id,
        updated_by_id=actor.person_id,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return _already(made, session=session)
    audit.record(
        actor.person_id,
        actor.name,
        "classifier.created",
        session=session,
        subject_type="classifier",
        subject_id=made.key,
        name=name,
        criterion=criterion_name,
        kind=kind,
    )
    return made


def archive_classifier(actor: Actor, classifier_id: int, *, session: Session) -> Classifier:
    """Put a classifier away; its examples, versions and answers stay. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier.
        Conflict: a version of it is live or in shadow.
    """
    return _set_archived(actor, classifier_id, session=session, archived=True)


def restore_classifier(actor: Actor, classifier_id: int, *, session: Session) -> Classifier:
    """Take an archived classifier back to work. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier.
    """
    return _set_archived(actor, classifier_id, session=session, archived=False)


def checked_title(title: str) -> str:
    """The title without stray white space.

    Raises:
        InvalidInput: it is empty or too long.
    """
    tidy = " ".join(title.replace("\0", "").split())
    if not tidy:
        raise InvalidInput("Give the classifier a title that says what it finds.")
    if len(tidy) > MAX_TITLE:
        raise InvalidInput(f"A title has at most {MAX_TITLE} characters; this one has {len(tidy):,}.")
    return tidy


def checked_purpose(purpose: str) -> str:
    """The purpose without stray white space around it.

    Raises:
        InvalidInput: it is too long.
    """
    tidy = purpose.replace("\0", "").strip()
    if len(tidy) > MAX_PURPOSE:
        raise InvalidInput(f"The purpose has at most {MAX_PURPOSE:,} characters; this one has {len(tidy):,}.")
    return tidy


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name[:MAX_NAME]!r} cannot be the name of a classifier: write a short one with the letters "
            "a to z, digits, _, - and ., for example refund_intent."
        )
    return name


def _already(made: Classifier, *, session: Session) -> Classifier:
    """The one that has the name, when it is what was to be made."""
    known = session.exec(select(Classifier).where(Classifier.name == made.name)).one()
    compared = ("title", "purpose", "criterion_name", "kind", "subject_type", "settings", "created_by_id")
    if all(getattr(known, field) == getattr(made, field) for field in compared):
        return known
    archived = " It is archived: restore it, or choose another name." if known.archived_at else ""
    raise Conflict(
        f"There is a classifier {made.name} already: “{known.title}”.{archived or ' Choose another name.'}"
    )


def _set_archived(actor: Actor, classifier_id: int, *, session: Session, archived: bool) -> Classifier:
    require(actor, Permission.CLASSIFIERS_EDIT)
    found = find_classifier(classifier_id, session=session, lock=True)
    if (found.archived_at is not None) is archived:
        return found
    if archived and (found.live_version_id or found.shadow_version_id):
        stage = "live" if found.live_version_id else "in shadow"
        raise Conflict(f"“{found.title}” is {stage}. Withdraw it first, then archive it.")
    found.archived_at = now() if archived else None
    session.add(found)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        "classifier.archived" if archived else "classifier.restored",
        session=session,
        subject_type="classifier",
        subject_id=found.key,
        name=found.name,
    )
    return found
