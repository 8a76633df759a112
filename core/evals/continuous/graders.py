"""Who grades what of production: set, pause, list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from core import audit
from core.classifiers import get_classifier
from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import Criterion, current_criterion
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.evals.continuous.finding import newest_id
from core.evals.continuous.sampling import seed_of
from core.evals.tables import LiveGrade, LiveGrader
from core.identity import Actor, Permission, require

GRADED = ("reply", "draft")
"""What is graded as it is sent or finished."""


@dataclass(frozen=True, slots=True)
class LiveGraderView:
    """A live grader and how it is doing.

    Attributes:
        version: that grades now; None when the classifier has none yet.
        covered: the version is live and judges every reply anyhow, so nothing is sampled.
        graded: subjects graded so far, by all versions; ``failed`` of them only errors.
        error: why it cannot grade at present; empty when it can.
    """

    grader_id: int
    classifier: str
    title: str
    question: str
    scored: bool
    subject_type: str
    share: float
    active: bool
    version: int | None
    covered: bool
    graded: int
    failed: int
    graded_at: datetime | None
    error: str
    retry_at: datetime | None


def set_live_grader(
    actor: Actor, classifier: int | str, *, session: Session, subject_type: str, share: float
) -> LiveGrader:
    """Let a classifier grade a share of what is sent or finished from now on. Repeating changes nothing.

    Args:
        classifier: its id or name.
        subject_type: reply or draft.
        share: more than 0, at most 1.

    Raises:
        PermissionDenied: the actor may not ship classifiers.
        NotFound: there is no such classifier.
        InvalidInput: the share is out of range, or its question is not asked about these.
        Conflict: it is archived, or has no version yet.
    """
    require(actor, Permission.CLASSIFIERS_SHIP)
    found = get_classifier(actor, classifier, session=session)
    if subject_type not in GRADED:
        raise InvalidInput(f"Live graders grade a {' or a '.join(GRADED)}, not a {subject_type!r}.")
    if not 0 < share <= 1:
        raise InvalidInput("Choose a share of more than 0 and at most 100 %. Pause the grader to stop it.")
    if found.archived_at is not None:
        raise Conflict(f"“{found.title}” is archived. Restore it first.")
    if version_of(found, session=session) is None:
        raise Conflict(f"“{found.title}” has no version yet. Make one on its Write tab first.")
    asked = current_criterion(found.criterion_name, session=session)
    if asked is None or subject_type not in asked.subjects:
        raise InvalidInput(
            f"“{found.title}” answers “{found.criterion_name}”, which is not asked about a {subject_type}."
        )
    grader = _find(found.key, subject_type, session=session)
    if grader is not None and grader.active and grader.share == share:
        return grader
    if grader is None:
        place = newest_id(subject_type, session=session)
        grader = LiveGrader(
            classifier_id=found.key,
            subject_type=subject_type,
            share=share,
            seed=seed_of(subject_type),
            started_at_id=place,
            reached_id=place,
            mark_id=place,
            swept_id=place,
            person_id=actor.person_id,
        )
    grader.share, grader.active = share, True
    grader.failures, grader.error, grader.retry_at = 0, "", None
    session.add(grader)
    session.flush()
    _record(actor, "set", grader, found, session=session)
    return grader


def pause_live_grader(actor: Actor, grader_id: int, *, session: Session) -> LiveGrader:
    """Let it grade nothing until it is resumed. What is sent meanwhile is not graded later.

    Raises:
        PermissionDenied: the actor may not ship classifiers.
        NotFound: there is no such grader.
    """
    return _switch(actor, grader_id, active=False, session=session)


def resume_live_grader(actor: Actor, grader_id: int, *, session: Session) -> LiveGrader:
    """Let it grade what is sent or finished from now on.

    Raises:
        PermissionDenied: the actor may not ship classifiers.
        NotFound: there is no such grader.
    """
    return _switch(actor, grader_id, active=True, session=session)


def list_live_graders(actor: Actor, *, session: Session) -> list[LiveGraderView]:
    """Every live grader, by title.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    counts: dict[int, dict[str, int]] = {}
    for grader_id, state, times in session.execute(
        select(col(LiveGrade.grader_id), col(LiveGrade.state), func.count()).group_by(
            col(LiveGrade.grader_id), col(LiveGrade.state)
        )
    ):
        counts.setdefault(grader_id, {})[state] = times
    rows = session.execute(
        select(LiveGrader, Classifier)
        .join(Classifier, col(Classifier.id) == col(LiveGrader.classifier_id))
        .order_by(col(Classifier.title), col(LiveGrader.subject_type).desc())
    ).all()
    return [
        _view(grader, classifier, counts.get(grader.key, {}), session=session) for grader, classifier in rows
    ]


def version_of(classifier: Classifier, *, session: Session) -> ClassifierVersion | None:
    """The version that grades: the live one, else the newest; None before there is one."""
    if classifier.live_version_id is not None:
        return session.get(ClassifierVersion, classifier.live_version_id)
    return session.execute(
        select(ClassifierVersion)
        .where(col(ClassifierVersion.classifier_id) == classifier.key)
        .order_by(col(ClassifierVersion.version).desc())
        .limit(1)
    ).scalar_one_or_none()


def is_covered(classifier: Classifier, version: ClassifierVersion, subject_type: str) -> bool:
    """Whether live judging gives a judgement of every such subject already."""
    live = classifier.live_version_id == version.key
    return live and subject_type == version.subject_type == "reply"


def _view(
    grader: LiveGrader, classifier: Classifier, counts: dict[str, int], *, session: Session
) -> LiveGraderView:
    version = version_of(classifier, session=session)
    asked = session.get(Criterion, version.criterion_id) if version is not None else None
    return LiveGraderView(
        grader_id=grader.key,
        classifier=classifier.name,
        title=classifier.title,
        question=asked.question if asked is not None else classifier.criterion_name,
        scored=bool(asked is not None and asked.good),
        subject_type=grader.subject_type,
        share=grader.share,
        active=grader.active,
        version=version.version if version is not None else None,
        covered=version is not None and is_covered(classifier, version, grader.subject_type),
        graded=counts.get("graded", 0),
        failed=counts.get("failed", 0),
        graded_at=grader.graded_at,
        error="The classifier is archived." if classifier.archived_at is not None else grader.error,
        retry_at=grader.retry_at,
    )


def _switch(actor: Actor, grader_id: int, *, active: bool, session: Session) -> LiveGrader:
    require(actor, Permission.CLASSIFIERS_SHIP)
    grader = session.get(LiveGrader, grader_id, with_for_update=True, populate_existing=True)
    if grader is None:
        raise NotFound("There is no such live grader.")
    if grader.active == active:
        return grader
    grader.active = active
    if active:
        place = newest_id(grader.subject_type, session=session)
        grader.started_at_id = grader.reached_id = grader.mark_id = grader.swept_id = place
        grader.failures, grader.error, grader.retry_at = 0, "", None
        grader.swept_at = now()
    session.add(grader)
    classifier = session.get_one(Classifier, grader.classifier_id)
    _record(actor, "resumed" if active else "paused", grader, classifier, session=session)
    return grader


def _find(classifier_id: int, subject_type: str, *, session: Session) -> LiveGrader | None:
    return session.execute(
        select(LiveGrader)
        .where(col(LiveGrader.classifier_id) == classifier_id, col(LiveGrader.subject_type) == subject_type)
        .with_for_update()
    ).scalar_one_or_none()


def _record(actor: Actor, deed: str, grader: LiveGrader, classifier: Classifier, *, session: Session) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        f"live_grader.{deed}",
        session=session,
        subject_type="live_grader",
        subject_id=grader.key,
        classifier=classifier.name,
        about=grader.subject_type,
        share=grader.share,
    )
