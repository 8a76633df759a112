"""Cases as plain values, for files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from core.errors import InvalidInput
from core.evals.cases.fields import CASE_STATES
from core.evals.cases.filtering import CaseFilter, conditions
from core.evals.held_out import readable
from core.evals.tables import EvalCase, KnowledgeSnapshot
from core.identity import Actor, Permission, require
from core.knowledge.tables import Article, ArticleVersion

_AT_ONCE = 200
_OURS = {"created_by_id", "decided_by_id", "updated_by_id", "owner_id"}


def export_cases(
    actor: Actor, *, session: Session, state: str = "accepted", suite_id: int | None = None
) -> Iterator[dict[str, Any]]:
    """Cases as plain values, oldest first, with the articles they knew by name.

    Those the actor may not read, because they are held out, are left out.

    Args:
        state: candidate, accepted or dismissed; empty for all.
        suite_id: only those that belong to this suite now.

    Raises:
        PermissionDenied: the actor may not export conversations.
        InvalidInput: an unknown state.
    """
    require(actor, Permission.CONVERSATIONS_EXPORT)
    if state and state not in CASE_STATES:
        raise InvalidInput(f"A case is {', '.join(CASE_STATES[:-1])} or {CASE_STATES[-1]}, not {state!r}.")
    return _exported(actor, CaseFilter(state=state, suite_id=suite_id), session)


def _exported(actor: Actor, wanted: CaseFilter, session: Session) -> Iterator[dict[str, Any]]:
    snapshots: dict[str, list[dict[str, Any]]] = {}
    narrowed = [readable(actor), *conditions(wanted, session=session)]
    last = 0
    while True:
        query = select(EvalCase).where(*narrowed, col(EvalCase.id) > last)
        some = session.exec(query.order_by(col(EvalCase.id)).limit(_AT_ONCE)).all()
        for case in some:
            if case.snapshot_id not in snapshots:
                snapshots[case.snapshot_id] = _articles(case.snapshot_id, session=session)
            facts = case.model_dump(mode="json", exclude=_OURS)
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
