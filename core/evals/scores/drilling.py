"""What is behind a point: its conversations, the worst first, with what was judged and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from core.conversations import Conversation, Customer
from core.criteria import Criterion, Judgement, in_force, is_good
from core.evals.scores.adding import CUSTOMER, PEOPLE
from core.evals.scores.progress import PRODUCTS, THEMES, read_progress
from core.evals.scores.querying import ScoreQuery, checked_criterion
from core.evals.scores.subjects import build_of, conversation_of, judged, table_of, within
from core.identity import Actor, Permission, require

PAGE = 20
_BEGINNING = 280


@dataclass(frozen=True, slots=True)
class Behind:
    """A conversation behind a point. ``text``, ``answer`` and ``reason`` are of its worst judgement."""

    conversation_id: int
    subject: str
    customer: str
    channel: str
    n: int
    good: int
    subject_id: int
    at: datetime
    text: str
    answer: str
    reason: str
    confidence: float | None
    build_id: str


@dataclass(frozen=True, slots=True)
class BehindPage:
    """One page of them; ``total`` counts all."""

    rows: tuple[Behind, ...]
    total: int
    page: int
    pages: int


def drill(
    actor: Actor,
    query: ScoreQuery,
    *,
    session: Session,
    since: date,
    until: date,
    line: str | None = None,
    page: int = 1,
) -> BehindPage:
    """The conversations behind a point, those with the smallest share of good answers first.

    Args:
        since, until: first and last day of the point.
        line: its line, where the query is split; None for all lines.
        page: from 1; a page that is not there gives the last one.

    Raises:
        PermissionDenied: the actor may not see evals or conversations.
        InvalidInput: the query cannot be answered.
    """
    require(actor, Permission.EVALS_READ)
    require(actor, Permission.CONVERSATIONS_READ)
    criterion = checked_criterion(query, session=session)
    conditions = _conditions(query, since, until, line, session=session)
    table, conversation_id = table_of(query.subject_type), conversation_of(query.subject_type)
    good = case((col(Judgement.answer).in_(_good_answers(criterion, session=session)), 1), else_=0)
    behind = (
        select(
            conversation_id.label("conversation_id"),
            func.count().label("n"),
            func.sum(good).label("good"),
        )
        .select_from(Judgement)
        .join(table, judged(query.subject_type, [criterion.key], session=session))
        .where(*conditions)
        .group_by(conversation_id)
    )
    total = session.execute(select(func.count()).select_from(behind.subquery())).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    listed = behind.subquery()
    rows = session.execute(
        select(listed)
        .order_by(listed.c.good * 1.0 / listed.c.n, listed.c.n.desc(), listed.c.conversation_id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return BehindPage(
        _details(
            query, criterion, conditions, [(row[0], row[1], int(row[2])) for row in rows], session=session
        ),
        total,
        page,
        pages,
    )


def _details(
    query: ScoreQuery,
    criterion: Criterion,
    conditions: list[Any],
    rows: list[tuple[int, int, int]],
    *,
    session: Session,
) -> tuple[Behind, ...]:
    table = table_of(query.subject_type)
    conversation_id = conversation_of(query.subject_type)
    ids = [row[0] for row in rows]
    about = {
        row[0]: (row[1], row[2], row[3])
        for row in session.execute(
            select(
                col(Conversation.id), col(Conversation.subject), col(Customer.name), col(Conversation.channel)
            )
            .join(Customer, col(Customer.id) == col(Conversation.customer_id))
            .where(col(Conversation.id).in_(ids))
        )
    }
    worst: dict[int, Any] = {}
    for found in session.execute(
        select(
            conversation_id.label("conversation_id"),
            col(table.id).label("subject_id"),
            col(table.created_at).label("at"),
            func.substr(_text(query.subject_type), 1, _BEGINNING + 1).label("text"),
            build_of(query.subject_type).label("build_id"),
            col(Judgement.answer).label("answer"),
            col(Judgement.reason).label("reason"),
            col(Judgement.confidence).label("confidence"),
        )
        .select_from(Judgement)
        .join(table, judged(query.subject_type, [criterion.key], session=session))
        .where(*conditions, conversation_id.in_(ids))
        .order_by(col(Judgement.id))
    ):
        known = worst.get(found.conversation_id)
        if known is None or (is_good(criterion, known.answer) and not is_good(criterion, found.answer)):
            worst[found.conversation_id] = found
    return tuple(
        Behind(
            conversation_id=key,
            subject=about[key][0],
            customer=about[key][1],
            channel=about[key][2],
            n=n,
            good=good,
            subject_id=worst[key].subject_id,
            at=worst[key].at,
            text=_shortened(worst[key].text),
            answer=worst[key].answer,
            reason=worst[key].reason,
            confidence=worst[key].confidence,
            build_id=worst[key].build_id,
        )
        for key, n, good in rows
        if key in about and key in worst
    )


def _conditions(
    query: ScoreQuery,
    since: date,
    until: date,
    line: str | None,
    *,
    session: Session,
) -> list[Any]:
    table, conversation_id = table_of(query.subject_type), conversation_of(query.subject_type)
    wanted = {name: getattr(query, name) for name in ("channel", "theme", "product", "build")}
    if query.by and line is not None:
        wanted[query.by] = line
    conditions: list[Any] = [
        *within(col(table.created_at), since, until),
        *_by(query.judge),
        *in_force(),
    ]
    if wanted["build"] is not None:
        conditions.append(build_of(query.subject_type) == wanted["build"])
    progress = read_progress(session=session)
    theme_criterion = progress.theme_criterion if progress is not None else THEMES
    product_fact = progress.product_fact if progress is not None else PRODUCTS
    if wanted["channel"] is not None:
        of = select(col(Conversation.id)).where(col(Conversation.channel) == wanted["channel"])
        conditions.append(conversation_id.in_(of))
    if wanted["product"] is not None:
        fact = col(Customer.facts)[product_fact].as_string()
        of = select(col(Conversation.id)).join(Customer, col(Customer.id) == col(Conversation.customer_id))
        conditions.append(conversation_id.in_(of.where(func.coalesce(fact, "") == wanted["product"])))
    if wanted["theme"] is not None:
        themed = (
            select(col(Judgement.subject_id))
            .join(Criterion, col(Criterion.id) == col(Judgement.criterion_id))
            .where(
                col(Criterion.name) == theme_criterion,
                col(Judgement.judge_type) == "classifier",
                col(Judgement.subject_type) == "conversation",
                *in_force(),
            )
        )
        named = conversation_id.in_(themed.where(col(Judgement.answer) == wanted["theme"]))
        conditions.append(named if wanted["theme"] else conversation_id.not_in(themed))
    return conditions


def _by(judge: str) -> tuple[Any, ...]:
    if judge == PEOPLE:
        return (col(Judgement.judge_type) == "person",)
    if judge == CUSTOMER:
        return (col(Judgement.judge_type) == "customer",)
    return (col(Judgement.judge_type) == "classifier", col(Judgement.judge) == judge)


def _good_answers(criterion: Criterion, *, session: Session) -> list[str]:
    given = session.execute(
        select(col(Judgement.answer)).where(col(Judgement.criterion_id) == criterion.key).distinct()
    ).scalars()
    return [answer for answer in given if is_good(criterion, answer)]


def _text(subject_type: str) -> Any:
    named = {"reply": "final_text", "conversation": "preview"}
    return col(getattr(table_of(subject_type), named.get(subject_type, "text")))


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _BEGINNING else f"{flat[:_BEGINNING].rstrip()} …"
