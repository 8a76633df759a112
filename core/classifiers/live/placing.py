"""The moment a stage gets another version: swap, cursor, release and audit, in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.classifiers.live import cursors
from core.classifiers.live.posts import JUDGED, LIVE, SHADOW, STAGES
from core.classifiers.live.releases import who_shipped
from core.classifiers.tables import Classifier, ClassifierRelease, ClassifierVersion
from core.criteria import current_criterion
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor

MAX_REASON = 2_000
_WENT_LIVE = "It went live."


def put(
    actor: Actor,
    classifier: Classifier,
    stage: str,
    version: ClassifierVersion,
    *,
    session: Session,
    reason: str,
    evidence: dict[str, Any],
    rollback: bool = False,
) -> ClassifierRelease:
    """Put a version into a stage. What goes live leaves the shadow, and judges from the next subject on.

    Raises:
        Conflict: somebody else was first.
    """
    old = in_stage(classifier, stage)
    swap(classifier, stage, old, version.key, session=session)
    if stage == LIVE and classifier.shadow_version_id == version.key:
        swap(classifier, SHADOW, version.key, None, session=session)
        note_release(
            actor,
            classifier,
            SHADOW,
            None,
            version.key,
            session=session,
            reason=_WENT_LIVE,
            audited=False,
        )
    cursors.begin(version.key, version.subject_type, session=session)
    return note_release(
        actor,
        classifier,
        stage,
        version.key,
        old,
        session=session,
        reason=reason,
        evidence=evidence,
        rollback=rollback,
    )


def swap(classifier: Classifier, stage: str, old: int | None, new: int | None, *, session: Session) -> None:
    """Compare and swap: nobody's release is overwritten by one that did not know of it."""
    name = "live_version_id" if stage == LIVE else "shadow_version_id"
    column = col(getattr(Classifier, name))
    swapped = session.execute(
        update(Classifier)
        .where(col(Classifier.id) == classifier.key, column.is_(None) if old is None else column == old)
        .values({name: new})
        .returning(col(Classifier.id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if swapped is None:
        raise Conflict(overtaken(classifier, stage, session=session))
    session.refresh(classifier)


def note_release(
    actor: Actor,
    classifier: Classifier,
    stage: str,
    version_id: int | None,
    previous_id: int | None,
    *,
    session: Session,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
    rollback: bool = False,
    audited: bool = True,
) -> ClassifierRelease:
    """Keep who put what where. ``audited``: False for what follows from another release."""
    made = ClassifierRelease(
        classifier_id=classifier.key,
        stage=stage,
        version_id=version_id,
        previous_version_id=previous_id,
        rollback=rollback,
        reason=reason,
        evidence=evidence or {},
        person_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    if audited:
        deed = "withdrawn" if version_id is None else "rolled_back" if rollback else "shipped"
        audit.record(
            actor.person_id,
            actor.name,
            f"classifier.{deed}",
            session=session,
            subject_type="classifier",
            subject_id=classifier.key,
            stage=stage,
            version_id=version_id,
            previous_version_id=previous_id,
            with_reason=bool(reason),
        )
    return made


def checked(
    classifier_id: int, version_id: int, *, stage: str, session: Session
) -> tuple[Classifier, ClassifierVersion]:
    """The classifier, locked, and its version, if that may be shipped.

    Raises:
        InvalidInput, NotFound, Conflict: it may not; see :func:`core.classifiers.live.shipping.ship`.
    """
    if stage not in STAGES:
        raise InvalidInput(f"There is no stage {stage!r}: choose {' or '.join(STAGES)}.")
    classifier = locked(classifier_id, session=session)
    version = session.get(ClassifierVersion, version_id)
    if version is None or version.classifier_id != classifier_id:
        raise NotFound(f"“{classifier.title}” has no such version. Reload the page to see those it has.")
    if classifier.archived_at is not None:
        raise Conflict(f"“{classifier.title}” is archived. Restore it first.")
    criterion = current_criterion(classifier.criterion_name, session=session)
    if criterion is None or criterion.retired_at is not None:
        raise Conflict(
            f"The question “{classifier.criterion_name}” has been retired, so no answers to it are kept. "
            "Restore it under Criteria first."
        )
    if version.subject_type not in JUDGED:
        raise InvalidInput(
            f"This version judges a {version.subject_type}. What is judged as it arrives is a "
            f"{', '.join(JUDGED[:-1])} or {JUDGED[-1]}."
        )
    return classifier, version


def locked(classifier_id: int, *, session: Session) -> Classifier:
    """The classifier, kept from others until the transaction ends."""
    statement = select(Classifier).where(Classifier.id == classifier_id).with_for_update()
    found = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(f"There is no classifier {classifier_id}.")
    return found


def checked_reason(reason: str) -> str:
    """A reason as it is stored.

    Raises:
        InvalidInput: it is too long.
    """
    reason = reason.replace("\0", "").strip()
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    return reason


def in_stage(classifier: Classifier, stage: str) -> int | None:
    """The version that is in a stage now."""
    return classifier.live_version_id if stage == LIVE else classifier.shadow_version_id


def newest_release(classifier_id: int, stage: str, *, session: Session) -> ClassifierRelease | None:
    """The last release of a stage."""
    return session.exec(
        select(ClassifierRelease)
        .where(ClassifierRelease.classifier_id == classifier_id, ClassifierRelease.stage == stage)
        .order_by(col(ClassifierRelease.id).desc())
        .limit(1)
    ).first()


def overtaken(classifier: Classifier, stage: str, *, session: Session) -> str:
    """Who was first, in words."""
    where = "live" if stage == LIVE else "in shadow"
    newest = newest_release(classifier.key, stage, session=session)
    if newest is None:
        return f"What is {where} has just changed, so nothing was done. Look again and decide."
    who = who_shipped(newest, session=session)
    number = None
    if newest.version_id is not None:
        version = session.get(ClassifierVersion, newest.version_id)
        number = version.version if version is not None else None
    did = f"put version {number} {where}" if number is not None else f"withdrew what was {where}"
    return f"{who} has just {did}, so nothing was done. Look again and decide."
