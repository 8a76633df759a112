"""Answers to criteria, by people, classifiers and customers. Corrected by newer ones, never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.criteria.shipped import current_criterion
from core.criteria.tables import Judgement
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import Actor, Permission, require

MAX_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Judge:
    """Who answers. Make one with :meth:`person`, :meth:`classifier` or take :data:`CUSTOMER`."""

    kind: str
    name: str

    @classmethod
    def person(cls, actor: Actor) -> Self:
        """The signed-in person, who may work on conversations.

        Raises:
            PermissionDenied: the actor may not, or is no person.
        """
        require(actor, Permission.CONVERSATIONS_WORK)
        if actor.person_id is None:
            raise PermissionDenied("Only a person who is signed in can judge as a person.")
        return cls("person", str(actor.person_id))

    @classmethod
    def classifier(cls, name: str) -> Self:
        """A classifier by its name."""
        return cls("classifier", name)


CUSTOMER = Judge("customer", "customer")


def record_judgement(
    judge: Judge,
    criterion: str,
    *,
    session: Session,
    subject_id: int,
    answer: str,
    reason: str = "",
    span: dict[str, Any] | None = None,
    confidence: float | None = None,
    build_id: str = "",
) -> Judgement:
    """Keep one answer to the newest version of ``criterion`` about its kind of subject.

    An earlier answer by the same judge on the same subject and version is marked as superseded.

    Args:
        criterion: its name.
        subject_id: key of the conversation, message, draft or reply the criterion is about.
        span: what part it is about: ``{"start": int, "end": int, "text": str}``.
        confidence: 0 to 1, of a classifier.
        build_id: of the build that made the subject, where one did.

    Raises:
        NotFound: no criterion has this name.
        InvalidInput: the answer is not one of the criterion's, or a value is out of range.
    """
    asked = current_criterion(criterion, session=session)
    if asked is None:
        raise NotFound(f"There is no criterion {criterion!r}.")
    if answer not in asked.answers:
        raise InvalidInput(
            f"{answer!r} does not answer {criterion}: choose one of {', '.join(asked.answers)}."
        )
    if confidence is not None and not 0 <= confidence <= 1:
        raise InvalidInput("A confidence is between 0 and 1.")
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    judgement = Judgement(
        criterion_id=asked.key,
        subject_type=asked.subject,
        subject_id=subject_id,
        answer=answer,
        judge_type=judge.kind,
        judge=judge.name,
        reason=reason.replace("\0", ""),
        span=span,
        confidence=confidence,
        build_id=build_id,
    )
    session.add(judgement)
    session.flush()
    session.execute(
        update(Judgement)
        .where(
            col(Judgement.criterion_id) == asked.key,
            col(Judgement.subject_type) == asked.subject,
            col(Judgement.subject_id) == subject_id,
            col(Judgement.judge_type) == judge.kind,
            col(Judgement.judge) == judge.name,
            col(Judgement.superseded_by_id).is_(None),
            col(Judgement.id) < judgement.key,
        )
        .values(superseded_by_id=judgement.key)
    )
    return judgement


def list_judgements(subject_type: str, subject_id: int, *, session: Session) -> list[Judgement]:
    """The answers in force about one subject, oldest first. Checks no permission."""
    in_force = select(Judgement).where(
        Judgement.subject_type == subject_type,
        Judgement.subject_id == subject_id,
        col(Judgement.superseded_by_id).is_(None),
    )
    return list(session.exec(in_force.order_by(col(Judgement.id))))
