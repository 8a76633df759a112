"""Eval cases as people and files see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from core.errors import InvalidInput
from core.evals.tables import EvalCase, KnowledgeSnapshot
from core.identity import Actor, Permission, require
from core.knowledge.tables import Article, ArticleVersion

CASE_STATES = ("candidate", "accepted", "dismissed")
_AT_ONCE = 200


def export_cases(actor: Actor, *, session: Session, state: str = "accepted") -> Iterator[dict[str, Any]]:
    """Cases as plain values, oldest first, with the articles they knew by name.

    Args:
        state: candidate, accepted or dismissed; empty for all.

    Raises:
        PermissionDenied: the actor may not export conversations.
        InvalidInput: an unknown state.
    """
    require(actor, Permission.CONVERSATIONS_EXPORT)
    if state and state not in CASE_STATES:
        raise InvalidInput(f"A case is {', '.join(CASE_STATES[:-1])} or {CASE_STATES[-1]}, not {state!r}.")
    return _exported(session, state)


def _exported(session: Session, state: str) -> Iterator[dict[str, Any]]:
    snapshots: dict[str, list[dict[str, Any]]] = {}
    last = 0
    while True:
        query = select(EvalCase).where(col(EvalCase.id) > last).order_by(col(EvalCase.id)).limit(_AT_ONCE)
        if state:
            query = query.where(col(EvalCase.state) == state)
        some = session.exec(query).all()
        for case in some:
            if case.snapshot_id not in snapshots:
                snapshots[case.snapshot_id] = _articles(case.snapshot_id, session=session)
            facts = case.model_dump(mode="json", exclude={"created_by_id", "decided_by_id"})
            yield {**facts, "articles": snapshots[case.snapshot_id]}
        if len(some) < _AT_ONCE:
            return
        last = some[-1].key


def _articles(snapshot_id: str, *, session: Session) -> list[dict[str, Any]]:
    wanted = set(session.get_one(KnowledgeSnapshot, snapshot_id).version_ids)
    rows = session.execute(
        select(ArticleVersion.id, Article.source, Article.external_id, ArticleVersion.number)
        .join(Article, col(Article.id) == col(ArticleVersion.article_id))
        .order_by(col(ArticleVersion.id))
    )
    return [
        {"version_id": row[0], "source": row[1], "external_id": row[2], "version": row[3]}
        for row in rows
        if row[0] in wanted
    ]
