"""What customers said: their satisfaction and their answers to questionnaires."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.conversations import Conversation
from core.criteria import Criterion, Judgement, in_force
from core.identity import Actor, Permission, require
from core.reporting.asked import asked_of
from core.reporting.estimates import Estimate
from core.reporting.filters import Filters
from core.statistics import too_few, wilson_rate

_SATISFIED = (4, 5)
_CHOSE = "Customers chose whether to answer; those who did not may think otherwise."


@dataclass(frozen=True, slots=True)
class CustomerAnswers:
    """Rates among those who answered.

    Attributes:
        csat: share of 4 and 5 of the satisfaction that came with conversations.
        questions: one for each question, most answers first.
        conversations: in the period, answered or not.
    """

    csat: Estimate
    questions: list[Estimate]
    conversations: int


def customer_answers(actor: Actor, *, session: Session, filters: Filters) -> CustomerAnswers:
    """Count what customers answered about conversations that began in the period.

    A customer answers a question once a conversation, so conversations are the observations.

    Raises:
        PermissionDenied: the actor may not see quality.
    """
    require(actor, Permission.QUALITY_READ)
    chosen = [*filters.by_conversation, *filters.within(col(Conversation.created_at))]
    counted = select(col(Conversation.csat), func.count()).where(*chosen).group_by(col(Conversation.csat))
    scores: dict[int | None, int] = {row[0]: row[1] for row in session.execute(counted)}
    everything = sum(scores.values())
    answered = everything - scores.get(None, 0)
    satisfied = sum(scores.get(score, 0) for score in _SATISFIED)
    return CustomerAnswers(
        csat=_estimate("Customer satisfaction", satisfied, answered, everything, what="4 or 5 of 5"),
        questions=_questions(filters, everything, session=session),
        conversations=everything,
    )


def _questions(filters: Filters, everything: int, *, session: Session) -> list[Estimate]:
    query = (
        select(col(Judgement.criterion_id), col(Judgement.answer), func.count())
        .where(
            col(Judgement.criterion_id).in_(select(col(Criterion.id))),  # lets the index be used
            col(Judgement.judge_type) == "customer",
            col(Judgement.subject_type) == "conversation",
            *in_force(),
        )
        .group_by(col(Judgement.criterion_id), col(Judgement.answer))
    )
    chosen = [*filters.by_conversation, *filters.within(col(Conversation.created_at))]
    if chosen:
        query = query.join(Conversation, col(Conversation.id) == col(Judgement.subject_id)).where(*chosen)
    answers: dict[int, dict[str, int]] = defaultdict(dict)
    for criterion_id, answer, times in session.execute(query):
        answers[criterion_id][answer] = times
    criteria = session.scalars(select(Criterion).where(col(Criterion.id).in_(answers))).all()
    newest: dict[str, int] = {}
    for criterion in criteria:
        newest[criterion.name] = max(criterion.version, newest.get(criterion.name, 0))
    found = [
        _estimate(
            _label(criterion, newest[criterion.name]),
            sum(times for answer, times in answers[criterion.key].items() if asked.counts(answer)),
            sum(answers[criterion.key].values()),
            everything,
            what=asked.what,
        )
        for criterion in criteria
        for asked in asked_of(criterion)
    ]
    return sorted(found, key=lambda each: (-each.n, each.label, each.what))


def _label(criterion: Criterion, newest: int) -> str:
    older = "" if criterion.version == newest else f" (version {criterion.version})"
    return criterion.question + older


def _estimate(label: str, hits: int, answered: int, everything: int, *, what: str) -> Estimate:
    rate = wilson_rate(hits, answered)
    return Estimate(
        label=label,
        rate=rate if answered else None,
        n=answered,
        clusters=answered,
        sample=f"customers who answered, in {answered:,} of {everything:,} conversations",
        probability=False,
        warning=" ".join(filter(None, [too_few(rate), _CHOSE if answered < everything else ""])),
        what=what,
    )
