"""Who may look after an article."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.identity import Actor, Permission, Person, actor_of, require


def article_owners(actor: Actor, *, session: Session) -> dict[int, str]:
    """Active people who may edit knowledge, by name.

    Raises:
        PermissionDenied: the actor may not read knowledge.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    people = session.execute(select(Person).where(col(Person.active)).order_by(func.lower(col(Person.name))))
    return {each.key: each.name for each in people.scalars() if actor_of(each).can(Permission.KNOWLEDGE_EDIT)}
