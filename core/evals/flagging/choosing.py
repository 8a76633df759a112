"""By which criteria something can be flagged, and which answer a flag gives."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.criteria import Criterion, choices, is_good, list_criteria
from core.errors import InvalidInput
from core.evals.flagging.subjects import DRAFT, MESSAGE, REPLY
from core.evals.tables import Flag
from core.identity import Actor

STRONG, WEAK = "strong", "weak"
STRENGTHS = (STRONG, WEAK)
_OF_WORDS = ("yes_no", "one_of", "many_of", "scale", "span")


def flaggable_criteria(subject_type: str, *, session: Session) -> list[Criterion]:
    """The criteria that say what is good and may be asked about such a subject, in the order they were made.

    What may be asked about messages but not about drafts or replies is about what customers say, and a
    flag is about what we say: such criteria are left out.
    """
    found = [
        each
        for each in list_criteria(session=session, subject=subject_type)
        if each.kind in _OF_WORDS and answers_of(each, STRONG) and answers_of(each, WEAK)
    ]
    if subject_type == MESSAGE:
        found = [each for each in found if {DRAFT, REPLY} & set(each.subjects)]
    made = session.execute(select(Criterion.name, func.min(Criterion.id)).group_by(col(Criterion.name)))
    order = {row[0]: row[1] for row in made}
    return sorted(found, key=lambda each: order[each.name])


def likely_criterion(
    actor: Actor, candidates: Sequence[Criterion], *, session: Session, subject_type: str, strength: str
) -> Criterion | None:
    """The best guess: what this person flagged such a subject by last time, else the first."""
    last = session.exec(
        select(Criterion.name)
        .join(Flag, col(Flag.criterion_id) == col(Criterion.id))
        .where(
            col(Flag.flagged_by_id) == actor.person_id,
            col(Flag.subject_type) == subject_type,
            col(Flag.strength) == strength,
        )
        .order_by(col(Flag.id).desc())
        .limit(1)
    ).first()
    fallback = candidates[0] if candidates else None
    return next((each for each in candidates if each.name == last), fallback)


def answers_of(criterion: Criterion, strength: str) -> tuple[str, ...]:
    """The answers that a strong or a weak flag may give, in the order of the criterion."""
    return tuple(each for each in choices(criterion) if is_good(criterion, each) is (strength == STRONG))


def answer_of(criterion: Criterion, strength: str, answer: str = "") -> str:
    """The answer a flag gives.

    Args:
        answer: which one, where several are possible; strong takes the first good one by itself.

    Raises:
        InvalidInput: the criterion does not say what is good, ``answer`` does not fit the strength, or
            it is weak and several answers are.
    """
    if strength not in STRENGTHS:
        raise InvalidInput("A flag is strong or weak.")
    fitting = answers_of(criterion, strength)
    if not fitting or not criterion.good:
        raise InvalidInput(
            f"“{criterion.question}” has no answer that makes something {strength}, so nothing can be "
            f"flagged {strength} by it. Choose another one."
        )
    if answer:
        if is_good(criterion, answer) is not (strength == STRONG):
            raise InvalidInput(f"“{answer}” does not make it {strength}. Choose one of {', '.join(fitting)}.")
        return answer
    if strength == WEAK and len(fitting) > 1:
        raise InvalidInput(f"Say which answer it is: {', '.join(fitting)}.")
    return fitting[0]
