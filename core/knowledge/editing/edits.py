"""Shared working copies: open one, make one, drop one, bring it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core import audit
from core.database import now
from core.errors import Conflict, NotFound
from core.identity import Actor, Permission, Person, require
from core.knowledge.editing.conflicts import lay_aside, merge_edit
from core.knowledge.editing.text import EditText, storable_text, text_of, write_text
from core.knowledge.records import PUBLIC
from core.knowledge.standing import current_version
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion

OPEN, PROPOSED, RELEASED, DROPPED = "open", "proposed", "released", "dropped"
AT_WORK = (OPEN, PROPOSED)
WRITERS = "writer_ids"
"""Where the origin of an edit, and of the version it becomes, names all who typed in it."""


def open_edit(actor: Actor, article_id: int, *, session: Session) -> ArticleEdit:
    """The working copy of an article: the one somebody has begun, else a new one of what is current.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    article = _locked_article(article_id, session=session)
    edit = _at_work(article_id, session=session)
    return edit or _begin(actor, article, {}, session=session)


def new_edit(
    actor: Actor,
    *,
    session: Session,
    title: str = "",
    body: str = "",
    audience: str = "",
    locale: str = "",
    translation_of: str = "",
    article_id: int | None = None,
    origin: Mapping[str, Any] | None = None,
    note: str = "",
) -> ArticleEdit:
    """A working copy with a text to start from: of a new article, or of ``article_id``.

    Where that article is being edited already, the text is merged into the copy there is; what cannot be
    placed lies aside in it. Fields that are not given keep what the article has.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        InvalidInput: a field is too long.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    given: dict[str, Any] = {
        "title": title,
        "body": body,
        "audience": audience,
        "locale": locale,
        "translation_of": translation_of,
        "note": note,
    }
    given = {name: value for name, value in given.items() if value}
    if article_id is None:
        text = storable_text(replace(EditText(audience=PUBLIC, owner_id=actor.person_id), **given))
        return _stored(actor, text, None, None, written_by(actor, origin or {}), session=session)
    article = _locked_article(article_id, session=session)
    current = current_version(article, session=session)
    base = _text_of_article(article, current)
    mine = storable_text(replace(base, **given))
    edit = _at_work(article_id, session=session)
    if edit is None:
        return _stored(actor, mine, article, current, written_by(actor, origin or {}), session=session)
    merged, found = merge_edit(base, mine, text_of(edit), person_id=actor.person_id, by=actor.name)
    write_text(edit, merged)
    lay_aside(edit, found)
    edit.origin = written_by(actor, _joined(edit.origin, origin or {}))
    edit.revision += 1
    edit.updated_by_id, edit.updated_at = actor.person_id, now()
    session.flush()
    record_edit(actor, "article.edit_extended", edit, session=session)
    return edit


def drop_edit(actor: Actor, edit_id: int, *, session: Session) -> ArticleEdit:
    """Put a working copy away. It stays stored: see :func:`reopen_edit`. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such working copy.
        Conflict: it is released, or part of a proposal.
    """
    edit = locked_edit(actor, edit_id, session=session)
    if edit.state == DROPPED:
        return edit
    if edit.state == RELEASED:
        raise Conflict("This edit has been released. To undo it, roll the release back.")
    if edit.state == PROPOSED:
        raise Conflict("This edit is part of a proposal. Take it out of the proposal first.")
    return _turn(actor, edit, DROPPED, "article.edit_dropped", session=session)


def reopen_edit(actor: Actor, edit_id: int, *, session: Session) -> ArticleEdit:
    """Bring a dropped working copy back. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such working copy.
        Conflict: it was released, or somebody has begun another one of the same article.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    known = session.get(ArticleEdit, edit_id)
    if known is not None and known.article_id is not None:
        _locked_article(known.article_id, session=session)  # first, as everywhere: articles, then edits
    edit = locked_edit(actor, edit_id, session=session)
    if edit.state in AT_WORK:
        return edit
    if edit.state == RELEASED:
        raise Conflict("This edit has been released. Open the article to edit it again.")
    if edit.article_id is not None and _at_work(edit.article_id, session=session) is not None:
        raise Conflict(
            "Somebody has begun another edit of this article. Open that one; the text of this one stays "
            "readable here."
        )
    return _turn(actor, edit, OPEN, "article.edit_reopened", session=session)


def locked_edit(actor: Actor, edit_id: int, *, session: Session) -> ArticleEdit:
    """A working copy that nobody else changes until the transaction ends.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such working copy.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    edit = session.get(ArticleEdit, edit_id, with_for_update=True, populate_existing=True)
    if edit is None:
        raise NotFound("This edit does not exist.")
    return edit


def written_by(actor: Actor, origin: Mapping[str, Any]) -> dict[str, Any]:
    """An origin that names somebody among its writers, who are not to approve their own words."""
    if actor.person_id is None:
        return dict(origin)
    return _joined(origin, {WRITERS: [*origin.get(WRITERS, ()), actor.person_id]})


def record_edit(actor: Actor, action: str, edit: ArticleEdit, *, session: Session) -> None:
    """Write down that somebody did something with a working copy."""
    audit.record(
        actor.person_id,
        actor.name,
        action,
        session=session,
        subject_type="article_edit",
        subject_id=str(edit.key),
        article_id=edit.article_id,
        title=edit.title[:200],
        revision=edit.revision,
    )


def name_of(person_id: int | None, *, session: Session) -> str:
    """The name of a person; empty for the system."""
    person = session.get(Person, person_id) if person_id is not None else None
    return person.name if person is not None else ""


def _begin(actor: Actor, article: Article, origin: Mapping[str, Any], *, session: Session) -> ArticleEdit:
    current = current_version(article, session=session)
    return _stored(actor, _text_of_article(article, current), article, current, origin, session=session)


def _stored(
    actor: Actor,
    text: EditText,
    article: Article | None,
    basis: ArticleVersion | None,
    origin: Mapping[str, Any],
    *,
    session: Session,
) -> ArticleEdit:
    edit = ArticleEdit(
        article_id=article.key if article is not None else None,
        basis_version_id=basis.key if basis is not None else None,
        origin=dict(origin),
        created_by_id=actor.person_id,
        updated_by_id=actor.person_id,
    )
    write_text(edit, text)
    session.add(edit)
    session.flush()
    record_edit(actor, "article.edit_begun", edit, session=session)
    return edit


def _text_of_article(article: Article, version: ArticleVersion | None) -> EditText:
    shown = version if version is not None else article
    return EditText(
        title=shown.title,
        body=version.body.replace("\r\n", "\n").replace("\r", "\n") if version is not None else "",
        audience=shown.audience,
        locale=shown.locale,
        tags=tuple(article.tags),
        translation_of=article.translation_of,
        owner_id=article.owner_id,
        review_on=article.review_on,
        effective_until=version.effective_until if version is not None else None,
    )


def _turn(actor: Actor, edit: ArticleEdit, state: str, action: str, *, session: Session) -> ArticleEdit:
    edit.state, edit.updated_by_id, edit.updated_at = state, actor.person_id, now()
    edit.revision += 1
    session.flush()
    record_edit(actor, action, edit, session=session)
    return edit


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Both origins: what both name is put together where it is a list, else the newer one counts."""
    joined = dict(old)
    for name, value in new.items():
        earlier = joined.get(name)
        if isinstance(earlier, list) and isinstance(value, list):
            joined[name] = list(dict.fromkeys([*earlier, *value]))
        else:
            joined[name] = value
    return joined


def _at_work(article_id: int, *, session: Session) -> ArticleEdit | None:
    query = select(ArticleEdit).where(
        col(ArticleEdit.article_id) == article_id, col(ArticleEdit.state).in_(AT_WORK)
    )
    locked = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(locked).scalar_one_or_none()


def _locked_article(article_id: int, *, session: Session) -> Article:
    """So that two people who begin at once get one working copy."""
    session.flush()
    article = session.get(Article, article_id, with_for_update=True, populate_existing=True)
    if article is None:
        raise NotFound(f"There is no article {article_id}.")
    return article
