"""Answers to criteria, by people, classifiers and customers. Corrected by newer ones, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import text, update
from sqlmodel import Session, col, select

from core.criteria.answers import checked_answer, may_ask
from core.criteria.shipped import current_criterion
from core.criteria.tables import Criterion, Judgement
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import Actor, Permission, require

MAX_REASON = 10_000


@dataclass(frozen=True, slots=True)
class Judge:
    """Who answers. Make one with :meth:`person`, :meth:`classifier` or take :data:`CUSTOMER`."""

    kind: str
    name: str

    @classmethod
    def person(cls, actor: Actor) -> Self:
        """The signed-in person, who may label or work on conversations.

        Raises:
            PermissionDenied: the actor may not, or is no person.
        """
        require(actor, Permission.LABELS_GIVE)
        if actor.person_id is None:
            raise PermissionDenied("Only a person who is signed in can judge as a person.")
        return cls("person", str(actor.person_id))

    @classmethod
    def outside(cls, name: str) -> Self:
        """A person who has no account here, by the name an import gives them."""
        return cls("person", f"outside:{name}"[:200])

    @classmethod
    def classifier(cls, name: str) -> Self:
        """A classifier by its name."""
        return cls("classifier", name)


CUSTOMER = Judge("customer", "customer")


def record_judgement(
    judge: Judge,
    criterion: str | Criterion,
    *,
    session: Session,
    subject_id: int,
    answer: str | Sequence[str],
    subject_type: str = "",
    origin: str = "",
    reason: str = "",
    span: dict[str, Any] | None = None,
    confidence: float | None = None,
    build_id: str = "",
    external_id: str = "",
) -> Judgement:
    """Keep one answer to a criterion about one subject.

    An earlier answer by the same judge on the same subject and version is marked as superseded.

    Args:
        criterion: its name, for the newest version, or one version of it.
        subject_id: key of the conversation, message, draft or reply the criterion is about.
        answer: see :func:`core.criteria.checked_answer`.
        subject_type: needed when the criterion may be asked about several kinds of subject.
        origin: label, flag, adjudication, assist, questionnaire or import.
        span: what part it is about: ``{"start": int, "end": int, "text": str}``.
        confidence: 0 to 1, of a classifier.
        build_id: of the build that made the subject, where one did.
        external_id: SOURCE/ID of an imported judgement; unique.

    Raises:
        NotFound: no criterion has this name.
        InvalidInput: the answer is not one of the criterion's, or a value is out of range.
        Conflict: the criterion has been retired.
    """
    asked = current_criterion(criterion, session=session) if isinstance(criterion, str) else criterion
    if asked is None:
        raise NotFound(f"There is no criterion {criterion!r}.")
    if asked.retired_at is not None:
        raise Conflict(
            f"“{asked.question}” has been retired, so this answer was not stored. Earlier answers are kept."
        )
    kind = subject_type or asked.subjects[0]
    if not may_ask(asked, kind):
        raise InvalidInput(
            f"“{asked.question}” is asked about a {' or '.join(asked.subjects)}, not a {kind}."
        )
    if confidence is not None and not 0 <= confidence <= 1:
        raise InvalidInput("A confidence is between 0 and 1.")
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    judgement = Judgement(
        criterion_id=asked.key,
        subject_type=kind,
        subject_id=subject_id,
        answer=checked_answer(asked, answer),
        judge_type=judge.kind,
        judge=judge.name,
        origin=origin,
        reason=reason.replace("\0", ""),
        span=_checked_span(asked, answer, span),
        confidence=confidence,
        build_id=build_id,
        external_id=external_id,
    )
    _take_turns(judge, session)
    session.add(judgement)
    session.flush()
    session.execute(
        update(Judgement)
        .where(
            *_same(judgement), col(Judgement.superseded_by_id).is_(None), col(Judgement.id) < judgement.key
        )
        .values(superseded_by_id=judgement.key)
    )
    return judgement


def withdraw_judgement(judge: Judge, judgement_id: int, *, session: Session) -> Judgement:
    """Take back one's own answer; what it superseded is in force again. Safe to repeat.

    Raises:
        NotFound: there is no such judgement by this judge.
    """
    _take_turns(judge, session)
    found = session.get(Judgement, judgement_id)
    if found is None or (found.judge_type, found.judge) != (judge.kind, judge.name):
        raise NotFound("This answer is not yours, or it does not exist.")
    if found.withdrawn_at is None:
        found.withdrawn_at = now()
        session.add(found)
        session.flush()
        session.execute(
            update(Judgement)
            .where(*_same(found), col(Judgement.superseded_by_id) == found.key)
            .values(superseded_by_id=found.superseded_by_id)
        )
    return found


def list_judgements(subject_type: str, subject_id: int, *, session: Session) -> list[Judgement]:
    """The answers in force about one subject, oldest first. Checks no permission."""
    about = select(Judgement).where(
        Judgement.subject_type == subject_type, Judgement.subject_id == subject_id, *in_force()
    )
    return list(session.exec(about.order_by(col(Judgement.id))))


def in_force() -> tuple[Any, Any]:
    """SQL conditions of judgements that are neither superseded nor withdrawn."""
    return col(Judgement.superseded_by_id).is_(None), col(Judgement.withdrawn_at).is_(None)


def _take_turns(judge: Judge, session: Session) -> None:
    """Let two windows of one person answer one after the other, or neither would supersede the other.

    SQLite has one writer at a time anyhow. Classifiers and imports run alone, and may judge as so many
    that a lock for each would be too much.
    """
    if judge.kind == "person" and judge.name.isdecimal() and session.get_bind().dialect.name == "postgresql":
        turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:judge, 0))")
        session.execute(turn, {"judge": f"judgement:{judge.name}"})


def _same(judgement: Judgement) -> tuple[Any, ...]:
    """SQL conditions of the judgements by the same judge about the same question and subject.

    A decision between judges corrects nobody's own answer, not even the decider's: agreement is measured
    on those.
    """
    decided = col(Judgement.origin) == "adjudication"
    return (
        decided if judgement.origin == "adjudication" else ~decided,
        col(Judgement.criterion_id) == judgement.criterion_id,
        col(Judgement.subject_type) == judgement.subject_type,
        col(Judgement.subject_id) == judgement.subject_id,
        col(Judgement.judge_type) == judgement.judge_type,
        col(Judgement.judge) == judgement.judge,
    )


def _checked_span(
    asked: Criterion, answer: str | Sequence[str], span: dict[str, Any] | None
) -> dict[str, Any] | None:
    if asked.kind == "span" and answer == "marked" and not span:
        raise InvalidInput("Select the words first, or answer that nothing is to be marked.")
    if span is None:
        return None
    start, end = span.get("start"), span.get("end")
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
        raise InvalidInput("The marked words need a start and an end after it.")
    return span
