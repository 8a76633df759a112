"""What a release takes of a working copy: its text frozen as JSON, and that text made live.

Nothing here checks a permission: the release has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.knowledge.editing.edits import OPEN, PROPOSED
from core.knowledge.editing.text import EditText, new_external_id, text_of
from core.knowledge.publishing import put_live
from core.knowledge.records import checked
from core.knowledge.standing import Who
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion


def freeze_edit(edit: ArticleEdit, *, session: Session) -> dict[str, Any]:
    """Everything :func:`put_frozen` needs, as JSON that stays the same while people go on typing.

    Raises:
        InvalidInput: the text cannot be published yet, for instance without a title.
        Conflict: there are conflicts nobody has settled.
    """
    if edit.aside:
        raise Conflict("Some words lie aside because two people changed the same place. Settle that first.")
    if not edit.title.strip():
        raise InvalidInput("The article has no title yet. Give it one, then propose it.")
    article = session.get(Article, edit.article_id) if edit.article_id is not None else None
    external_id = article.external_id if article is not None else new_external_id(edit.title, edit.key)
    text = text_of(edit)
    checked(text.record(external_id))
    return {
        "text": text.to_json(),
        "external_id": external_id,
        "edit_id": edit.key,
        "article_id": edit.article_id,
        "basis_version_id": edit.basis_version_id,
        "origin": dict(edit.origin),
    }


def put_frozen(person: Who, content: Mapping[str, Any], *, session: Session) -> ArticleVersion:
    """Make a frozen text live: the same text gives the same version wherever it is applied.

    Raises:
        Conflict: the article has another version by now than the text was made from.
        NotFound: the working copy is gone.
    """
    session.flush()
    edit = session.get(ArticleEdit, content["edit_id"], populate_existing=True)
    if edit is None:
        raise NotFound("The edit behind this change does not exist any more.")
    text = EditText.from_json(content["text"])
    return put_live(
        person,
        text.record(content["external_id"]),
        session=session,
        edit=edit,
        basis_version_id=content["basis_version_id"],
        origin=content["origin"],
        effective_from=text.effective_from,
        effective_until=text.effective_until,
        note=text.note,
        owner_id=text.owner_id,
        review_on=text.review_on,
    )


def mark_proposed(edit: ArticleEdit, *, session: Session) -> None:
    """Part of a proposal from now on. Typing on stays possible: the proposal has its frozen text."""
    _mark(edit, OPEN, PROPOSED, session=session)


def mark_open(edit: ArticleEdit, *, session: Session) -> None:
    """Not part of a proposal any more."""
    _mark(edit, PROPOSED, OPEN, session=session)


def _mark(edit: ArticleEdit, before: str, after: str, *, session: Session) -> None:
    if edit.state == before:
        edit.state, edit.updated_at = after, now()
        edit.revision += 1
        session.flush()
