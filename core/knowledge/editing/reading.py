"""Look at shared working copies: one with what is around it, or many in a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.errors import NotFound
from core.identity import Actor, Permission, Person, require
from core.knowledge.editing.conflicts import TextConflict, conflicts_of
from core.knowledge.editing.edits import AT_WORK, name_of
from core.knowledge.editing.text import EditText, text_of
from core.knowledge.standing import WAITING, moved_on
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion


@dataclass(frozen=True, slots=True)
class EditView:
    """A working copy with what is around it.

    Attributes:
        article: None while it is to become a new one.
        basis: the version it was made from.
        basis_moved: the version that is current now, when that is another one: see
            :func:`rebase_edit`.
        conflicts: what lies aside, see :func:`settle_conflict`.
    """

    edit: ArticleEdit
    text: EditText
    article: Article | None
    basis: ArticleVersion | None
    basis_moved: ArticleVersion | None
    conflicts: tuple[TextConflict, ...]
    created_by: str
    updated_by: str


@dataclass(frozen=True, slots=True)
class EditRow:
    """A working copy in a list."""

    edit_id: int
    title: str
    state: str
    article_id: int | None
    article_title: str
    locale: str
    updated_at: datetime
    updated_by: str
    conflicts: int
    basis_moved: bool
    revision: int


def get_edit(actor: Actor, edit_id: int, *, session: Session) -> EditView:
    """One working copy.

    Raises:
        PermissionDenied: the actor may not read knowledge.
        NotFound: there is no such working copy.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    edit = session.get(ArticleEdit, edit_id)
    if edit is None:
        raise NotFound("This edit does not exist.")
    article = session.get(Article, edit.article_id) if edit.article_id is not None else None
    basis = session.get(ArticleVersion, edit.basis_version_id) if edit.basis_version_id is not None else None
    moved = None
    if article is not None and edit.state in AT_WORK:
        moved = moved_on(article, edit.basis_version_id, session=session)
    return EditView(
        edit,
        text_of(edit),
        article,
        basis,
        moved,
        conflicts_of(edit),
        name_of(edit.created_by_id, session=session),
        name_of(edit.updated_by_id, session=session),
    )


def list_edits(
    actor: Actor,
    *,
    session: Session,
    states: Sequence[str] = AT_WORK,
    article_id: int | None = None,
    limit: int = 200,
) -> list[EditRow]:
    """Working copies, the latest changed first.

    Raises:
        PermissionDenied: the actor may not read knowledge.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    basis = aliased(ArticleVersion)
    query = (
        select(
            col(ArticleEdit.id),
            col(ArticleEdit.title),
            col(ArticleEdit.state),
            col(ArticleEdit.article_id),
            col(Article.title),
            col(ArticleEdit.locale),
            col(ArticleEdit.updated_at),
            col(Person.name),
            col(ArticleEdit.aside),
            col(ArticleEdit.basis_version_id),
            col(Article.live_version_id),
            col(basis.start_state),
            col(ArticleEdit.revision),
        )
        .outerjoin(Article, col(Article.id) == col(ArticleEdit.article_id))
        .outerjoin(basis, col(basis.id) == col(ArticleEdit.basis_version_id))
        .outerjoin(Person, col(Person.id) == col(ArticleEdit.updated_by_id))
        .where(col(ArticleEdit.state).in_(states))
        .order_by(col(ArticleEdit.updated_at).desc(), col(ArticleEdit.id).desc())
        .limit(limit)
    )
    if article_id is not None:
        query = query.where(col(ArticleEdit.article_id) == article_id)
    return [
        EditRow(
            edit_id=row[0],
            title=row[1],
            state=row[2],
            article_id=row[3],
            article_title=row[4] or "",
            locale=row[5],
            updated_at=row[6],
            updated_by=row[7] or "",
            conflicts=len(row[8]),
            basis_moved=row[2] in AT_WORK and None not in (row[9], row[10]) and row[9] != row[10]
            and row[11] != WAITING,
            revision=row[12],
        )
        for row in session.execute(query)
    ]  # fmt: skip
