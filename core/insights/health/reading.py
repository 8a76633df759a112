"""All of it at once, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Reply
from core.database import now
from core.identity import Actor, Permission, require
from core.insights.health.articles import (
    ArticleFinding,
    EditedArticle,
    contradicted,
    edited,
    stale,
    unused,
)
from core.insights.health.coverage import Coverage, Gap, read_coverage
from core.insights.tables import Suggestion
from core.knowledge import Article


@dataclass(frozen=True, slots=True)
class KnowledgeHealth:
    """What wants a look. ``unused_count``: all unused articles; ``unused`` are the oldest of them."""

    since: datetime
    unused: list[ArticleFinding]
    unused_count: int
    stale: list[ArticleFinding]
    contradicted: list[ArticleFinding]
    edited: list[EditedArticle]
    coverage: list[Coverage]
    gaps: list[Gap]


def read_health(
    actor: Actor, *, session: Session, days: int = 90, at: datetime | None = None
) -> KnowledgeHealth:
    """How well knowledge is kept, by the work of the last ``days``.

    Raises:
        PermissionDenied: the actor may not read knowledge.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    moment = at or now()
    since = moment - timedelta(days=days)
    alone, count = unused(since, session=session)
    coverage, gaps = read_coverage(since, session=session)
    return KnowledgeHealth(
        since=since,
        unused=alone,
        unused_count=count,
        stale=stale(moment, session=session),
        contradicted=contradicted(session=session),
        edited=edited(since, session=session),
        coverage=coverage,
        gaps=gaps,
    )


def health_stamp(*, session: Session) -> tuple[str, ...]:
    """Differs once there is a new draft or reply, or an article or suggestion changed."""
    newest = (col(Draft.id), col(Reply.id), col(Article.updated_at), col(Suggestion.updated_at))
    return tuple(str(session.execute(select(func.max(each))).scalar_one()) for each in newest)
