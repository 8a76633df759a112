"""Subjects on which people differ, with what each of them said and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.criteria.doubles import Doubles, Subject, judge_names, read_doubles
from core.criteria.judgements import in_force
from core.criteria.tables import Adjudication, Judgement

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Answered:
    """One person's judgement. ``name`` is the person's, ``span`` as stored."""

    judgement_id: int
    judge: str
    name: str
    answer: str
    reason: str
    span: dict[str, Any] | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision that counts."""

    name: str
    answer: str
    reason: str
    span: dict[str, Any] | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One subject with the different answers it got, oldest first. ``decided``: None while open."""

    subject_type: str
    subject_id: int
    answers: list[Answered]
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class DisagreementPage:
    """Disagreements, newest first.

    Attributes:
        total: of the criterion, on all pages.
        open: of these, how many nobody has decided.
        cursor: to give for the next page; None when this is the last.
    """

    rows: list[Disagreement]
    total: int
    open: int
    cursor: int | None


def disagreements(
    criterion_id: int,
    *,
    session: Session,
    limit: int = 50,
    cursor: int | None = None,
    only_open: bool = False,
) -> DisagreementPage:
    """Where people differ on one version of a criterion. Checks no permission.

    Args:
        limit: subjects a page.
        cursor: of the page before; its place is the newest judgement of a subject, so that new
            disagreements never move what comes after.
        only_open: leaves out what has been decided.

    Raises:
        NotFound: there is no such criterion.
    """
    doubles = read_doubles(criterion_id, session=session)
    differing: Doubles = {
        subject: opinions
        for subject, opinions in doubles.items()
        if len({opinion.answer for opinion in opinions}) > 1
    }
    decisions = _decisions(criterion_id, differing, session=session)
    place = {subject: opinions[-1].judgement_id for subject, opinions in differing.items()}
    listed = sorted(
        (
            subject
            for subject in differing
            if not (only_open and subject in decisions) and (cursor is None or place[subject] < cursor)
        ),
        key=place.__getitem__,
        reverse=True,
    )
    shown = listed[:limit]
    rows = _rows(shown, differing, decisions, session=session)
    return DisagreementPage(
        rows=rows,
        total=len(differing),
        open=len(differing) - len(decisions),
        cursor=place[shown[-1]] if len(listed) > limit else None,
    )


def _decisions(criterion_id: int, differing: Doubles, *, session: Session) -> dict[Subject, Adjudication]:
    """The decision that counts about each subject: the newest whose judgement still stands."""
    made = session.exec(
        select(Adjudication)
        .join(Judgement, col(Judgement.id) == col(Adjudication.judgement_id))
        .where(
            Adjudication.criterion_id == criterion_id,
            col(Adjudication.superseded_by_id).is_(None),
            *in_force(),
        )
        .order_by(col(Adjudication.id))
    )
    found = {(each.subject_type, each.subject_id): each for each in made}
    return {subject: each for subject, each in found.items() if subject in differing}


def _rows(
    shown: Sequence[Subject],
    differing: Doubles,
    decisions: dict[Subject, Adjudication],
    *,
    session: Session,
) -> list[Disagreement]:
    wanted = [opinion.judgement_id for subject in shown for opinion in differing[subject]]
    wanted += [decisions[subject].judgement_id for subject in shown if subject in decisions]
    judgements = _judgements(wanted, session=session)
    deciders = {str(decisions[subject].decided_by_id) for subject in shown if subject in decisions}
    names = judge_names({each.judge for each in judgements.values()} | deciders, session=session)
    rows = []
    for subject in shown:
        decision = decisions.get(subject)
        rows.append(
            Disagreement(
                *subject,
                answers=[
                    _answered(judgements[opinion.judgement_id], names) for opinion in differing[subject]
                ],
                decided=_decided(decision, judgements, names) if decision else None,
            )
        )
    return rows


def _judgements(keys: Iterable[int], *, session: Session) -> dict[int, Judgement]:
    listed = list(keys)
    found: dict[int, Judgement] = {}
    for start in range(0, len(listed), _CHUNK):
        chunk = listed[start : start + _CHUNK]
        read = session.exec(select(Judgement).where(col(Judgement.id).in_(chunk)))
        found |= {each.key: each for each in read}
    return found


def _answered(judgement: Judgement, names: dict[str, str]) -> Answered:
    return Answered(
        judgement_id=judgement.key,
        judge=judgement.judge,
        name=names[judgement.judge],
        answer=judgement.answer,
        reason=judgement.reason,
        span=judgement.span,
        given_at=judgement.created_at,
    )


def _decided(decision: Adjudication, judgements: dict[int, Judgement], names: dict[str, str]) -> Decided:
    judgement = judgements[decision.judgement_id]
    return Decided(
        name=names[str(decision.decided_by_id)],
        answer=judgement.answer,
        reason=decision.reason,
        span=judgement.span,
        decided_at=decision.created_at,
    )
