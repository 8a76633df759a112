"""The answers that stand: what people agree on, and what was decided where they did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.criteria.judgements import in_force
from core.criteria.listing import get_criterion
from core.criteria.tables import Adjudication, Judgement

How = Literal["adjudicated", "agreed", "single"]


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer about one subject, and whether somebody decided it, several agree, or one person said it."""

    answer: str
    how: How


def settled_answers(criterion_id: int, *, session: Session, subject_type: str = "") -> dict[int, Settled]:
    """The answer that stands about each subject people judged by one version of a criterion.

    A decision counts before everything else, then what all people say alike, then what the only one
    says. Subjects on which people disagree are left out until somebody decides. Checks no permission.

    Args:
        subject_type: of the criterion's subjects; its first when empty.

    Returns:
        Subject key to its answer, as stored (several of many_of are joined).

    Raises:
        NotFound: there is no such criterion.
    """
    criterion = get_criterion(criterion_id, session=session)
    kind = subject_type or criterion.subjects[0]
    said = (
        select(
            Judgement.subject_id,
            func.min(Judgement.answer),
            func.count(),
        )
        .where(
            Judgement.criterion_id == criterion_id,
            Judgement.subject_type == kind,
            Judgement.judge_type == "person",
            *in_force(),
        )
        .group_by(col(Judgement.subject_id))
        .having(func.min(Judgement.answer) == func.max(Judgement.answer))
    )
    settled = {
        subject_id: Settled(answer, "agreed" if people > 1 else "single")
        for subject_id, answer, people in session.exec(said)
    }
    decided = (
        select(Adjudication.subject_id, Judgement.answer)
        .join(Judgement, col(Judgement.id) == col(Adjudication.judgement_id))
        .where(
            Adjudication.criterion_id == criterion_id,
            Adjudication.subject_type == kind,
            col(Judgement.withdrawn_at).is_(None),
        )
        .order_by(col(Adjudication.id))
    )
    for subject_id, answer in session.exec(decided):  # the newest comes last and stays
        settled[subject_id] = Settled(answer, "adjudicated")
    return settled
