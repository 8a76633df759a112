"""Deciding between judgements that disagree, on the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.criteria.answers import checked_answer
from core.criteria.judgements import Judge, in_force, record_judgement
from core.criteria.listing import get_criterion
from core.criteria.tables import Adjudication, Judgement
from core.errors import InvalidInput
from core.identity import Actor, Permission, require

ADJUDICATION = "adjudication"


def adjudicate(
    actor: Actor,
    criterion_id: int,
    subject_type: str,
    subject_id: int,
    *,
    session: Session,
    answer: str | Sequence[str],
    reason: str = "",
    span: dict[str, Any] | None = None,
) -> Adjudication:
    """Settle what the answer about one subject is.

    The decider's answer becomes a judgement of theirs with origin ``adjudication``; those it decides
    between stay in force, so that agreement can still be measured. A later decision supersedes an
    earlier one. Safe to repeat: the same decision by the same person is not stored twice.

    Raises:
        PermissionDenied: the actor may not settle labels.
        NotFound: there is no such criterion.
        InvalidInput: nobody has judged the subject yet, or the answer is not one of the criterion's.
        Conflict: the criterion has been retired.
    """
    require(actor, Permission.LABELS_MANAGE)
    judge = Judge.person(actor)
    decider = int(judge.name)
    criterion = get_criterion(criterion_id, session=session)
    about = (
        col(Judgement.criterion_id) == criterion_id,
        col(Judgement.subject_type) == subject_type,
        col(Judgement.subject_id) == subject_id,
    )
    said = session.exec(select(Judgement).where(*about, *in_force()).order_by(col(Judgement.id)))
    between = [judgement.key for judgement in said]
    if not between:
        raise InvalidInput("There is nothing to decide: nobody has judged this yet.")
    standing = _standing(criterion_id, subject_type, subject_id, session=session)
    if standing is not None and standing.decided_by_id == decider:
        earlier = session.get_one(Judgement, standing.judgement_id)
        if (earlier.answer, earlier.reason, earlier.span) == (
            checked_answer(criterion, answer),
            reason,
            span,
        ):
            return standing
    judgement = record_judgement(
        judge,
        criterion,
        session=session,
        subject_type=subject_type,
        subject_id=subject_id,
        answer=answer,
        origin=ADJUDICATION,
        reason=reason,
        span=span,
    )
    decided = Adjudication(
        criterion_id=criterion_id,
        subject_type=subject_type,
        subject_id=subject_id,
        judgement_id=judgement.key,
        between=between,
        decided_by_id=decider,
        reason=judgement.reason,
    )
    session.add(decided)
    session.flush()
    session.execute(
        update(Adjudication)
        .where(
            col(Adjudication.criterion_id) == criterion_id,
            col(Adjudication.subject_type) == subject_type,
            col(Adjudication.subject_id) == subject_id,
            col(Adjudication.superseded_by_id).is_(None),
            col(Adjudication.id) < decided.key,
        )
        .values(superseded_by_id=decided.key)
    )
    audit.record(
        actor.person_id,
        actor.name,
        "judgement.adjudicated",
        session=session,
        subject_type=subject_type,
        subject_id=subject_id,
        criterion=criterion.name,
        version=criterion.version,
        between=len(between),
    )
    return decided


def _standing(
    criterion_id: int, subject_type: str, subject_id: int, *, session: Session
) -> Adjudication | None:
    """The decision that counts: the newest whose judgement was neither withdrawn nor corrected."""
    query = (
        select(Adjudication)
        .join(Judgement, col(Judgement.id) == col(Adjudication.judgement_id))
        .where(
            Adjudication.criterion_id == criterion_id,
            Adjudication.subject_type == subject_type,
            Adjudication.subject_id == subject_id,
            col(Adjudication.superseded_by_id).is_(None),
            *in_force(),
        )
        .order_by(col(Adjudication.id).desc())
    )
    return session.exec(query).first()
