"""Put a version into shadow, let it go live, take it back. Each is a release that stays on record."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from sqlmodel import Session, col, select

from core.classifiers.live.evidence import NOT_ENOUGH, evidence_of, has_enough_labels
from core.classifiers.live.placing import (
    checked,
    checked_reason,
    in_stage,
    locked,
    newest_release,
    note_release,
    overtaken,
    put,
    swap,
)
from core.classifiers.live.posts import LIVE, STAGES
from core.classifiers.tables import Classifier, ClassifierRelease, ClassifierVersion
from core.errors import Conflict, InvalidInput
from core.identity import Actor, Permission, require


def ship(
    actor: Actor,
    classifier_id: int,
    version_id: int,
    *,
    session: Session,
    stage: str,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
    instead_of: int | EllipsisType | None = ...,
) -> ClassifierRelease:
    """Let a version judge what arrives from now on: in shadow, where nobody acts on it, or live.

    Shipping what is in that stage already changes nothing and gives its release. A version that goes live
    leaves the shadow.

    Args:
        reason: needed to go live with too few labels to say how good it is.
        evidence: the figures the decision rests on; the headline of the version's own measure when None.
        instead_of: version the person saw in this stage; refused when it is another by now.

    Raises:
        PermissionDenied: the actor may not ship classifiers.
        NotFound: there is no such classifier, or the version is not one of its own.
        InvalidInput: an unknown stage, a missing reason, or one that is too long.
        Conflict: the classifier is archived, its question retired, somebody else was first, or it changes
            what the AI drafts upon, which is proposed: see :func:`needs_proposal`.
    """
    require(actor, Permission.CLASSIFIERS_SHIP)
    classifier, version = checked(classifier_id, version_id, stage=stage, session=session)
    reason = checked_reason(reason)
    seen = in_stage(classifier, stage)
    if seen == version_id:
        return newest_release(classifier_id, stage, session=session) or note_release(
            actor, classifier, stage, version_id, seen, session=session, evidence=evidence_of(version)
        )
    if instead_of is not ... and instead_of != seen:
        raise Conflict(overtaken(classifier, stage, session=session))
    if stage == LIVE:
        _check_gate(actor, classifier, version_id, session=session)
    if stage == LIVE and not reason and not has_enough_labels(version):
        raise InvalidInput(
            f"{NOT_ENOUGH} Label more first, or write why it should go live all the same: "
            "the reason stays visible."
        )
    return put(
        actor,
        classifier,
        stage,
        version,
        session=session,
        reason=reason,
        evidence=dict(evidence) if evidence is not None else evidence_of(version),
    )


def withdraw(
    actor: Actor, classifier_id: int, *, session: Session, stage: str, reason: str = ""
) -> ClassifierRelease | None:
    """Let no version of a classifier judge in this stage. What was judged stays.

    Returns:
        The release that says so; None when there was never any.

    Raises:
        PermissionDenied, NotFound, InvalidInput, Conflict: see :func:`ship`.
    """
    require(actor, Permission.CLASSIFIERS_SHIP)
    if stage not in STAGES:
        raise InvalidInput(f"There is no stage {stage!r}: choose {' or '.join(STAGES)}.")
    reason = checked_reason(reason)
    classifier = locked(classifier_id, session=session)
    seen = in_stage(classifier, stage)
    if seen is None:
        return newest_release(classifier_id, stage, session=session)
    if stage == LIVE:
        _check_gate(actor, classifier, None, session=session)
    swap(classifier, stage, seen, None, session=session)
    return note_release(actor, classifier, stage, None, seen, session=session, reason=reason)


def roll_back(
    actor: Actor,
    classifier_id: int,
    *,
    session: Session,
    reason: str,
    instead_of: int | EllipsisType | None = ...,
) -> ClassifierRelease:
    """Let the version judge again that was live before this one; twice: the one before that.

    Args:
        reason: why; it stays visible.
        instead_of: version the person saw live; refused when it is another by now, so that two people who
            roll back at once go back one step.

    Raises:
        PermissionDenied, NotFound: see :func:`ship`.
        InvalidInput: the reason is missing or too long.
        Conflict: there is nothing to go back to, the classifier is archived, or somebody else was first.
    """
    require(actor, Permission.CLASSIFIERS_SHIP)
    reason = checked_reason(reason)
    if not reason:
        raise InvalidInput("Write why it is rolled back: the reason stays visible.")
    classifier = locked(classifier_id, session=session)
    if instead_of is not ... and instead_of != classifier.live_version_id:
        raise Conflict(overtaken(classifier, LIVE, session=session))
    target = rollback_target(classifier, session=session)
    if target is None:
        raise Conflict("No other version was live before, so there is nothing to roll back to.")
    _check_gate(actor, classifier, target, session=session)
    _, version = checked(classifier_id, target, stage=LIVE, session=session)
    return put(
        actor,
        classifier,
        LIVE,
        version,
        session=session,
        reason=reason,
        evidence=evidence_of(version),
        rollback=True,
    )


def needs_proposal(classifier: Classifier, version_id: int | None, *, session: Session) -> bool:
    """Whether this version cannot go live instead of the one that is without a proposal.

    So it is when either of them can keep the AI from drafting: it is part of the build then, and a build
    changes only through the gate. ``version_id`` None: no version.
    """
    wanted = [each for each in (classifier.live_version_id, version_id) if each is not None]
    held = session.exec(select(ClassifierVersion.hold_back).where(col(ClassifierVersion.id).in_(wanted)))
    return classifier.live_version_id != version_id and any(held)


def _check_gate(actor: Actor, classifier: Classifier, version_id: int | None, *, session: Session) -> None:
    if not actor.trusted and needs_proposal(classifier, version_id, session=session):
        raise Conflict(
            f"“{classifier.title}” decides where the AI drafts nothing, so a change of it is replayed and "
            "reviewed first. Propose it."
        )


def rollback_target(classifier: Classifier, *, session: Session) -> int | None:
    """The version :func:`roll_back` would bring back; None when there is none.

    What was live stands in a pile: going live puts a version on it, rolling back takes one off.
    """
    pile: list[int] = []
    releases = session.exec(
        select(ClassifierRelease.version_id, ClassifierRelease.rollback)
        .where(ClassifierRelease.classifier_id == classifier.key, ClassifierRelease.stage == LIVE)
        .order_by(col(ClassifierRelease.id))
    )
    for version_id, rollback in releases:
        if rollback:
            while pile and pile[-1] != version_id:
                pile.pop()
        elif version_id is not None and pile[-1:] != [version_id]:
            pile.append(version_id)
    if pile and pile[-1] == classifier.live_version_id:
        pile.pop()
    return pile[-1] if pile else None
