"""Save a working copy while others do, settle what clashed, and follow the article when it moved on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import Session

from core.database import now
from core.errors import Conflict, InvalidInput
from core.identity import Actor, Person
from core.knowledge.editing.conflicts import (
    Keep,
    TextConflict,
    conflicts_of,
    lay_aside,
    merge_edit,
    settled,
)
from core.knowledge.editing.edits import AT_WORK, DROPPED, locked_edit, name_of, record_edit, written_by
from core.knowledge.editing.text import EditText, storable_text, text_of, write_text
from core.knowledge.standing import moved_on, stored_article
from core.knowledge.tables import ArticleEdit, ArticleVersion

_AUDIT_EVERY = timedelta(minutes=10)
"""The record names a person's stretch of work once, not each of its autosaves."""


@dataclass(frozen=True, slots=True)
class SavedEdit:
    """What is stored now.

    Attributes:
        text: to show, and the ``base`` of the next save.
        merged: somebody else's changes are in it that were not in what was sent.
        conflicts: all that lie aside; the newest last.
        by: who saved in between; empty when nobody did.
    """

    edit: ArticleEdit
    text: EditText
    merged: bool
    conflicts: tuple[TextConflict, ...]
    by: str = ""


def save_edit(actor: Actor, edit_id: int, *, base: EditText, mine: EditText, session: Session) -> SavedEdit:
    """Store what somebody typed, together with what others stored since ``base``. Safe to repeat.

    Where both changed the same words the stored text keeps theirs, and mine lies aside until somebody
    settles it: see :func:`settle_conflict`.

    Args:
        base: what the fields said before the typing: the text of the last save, or of :func:`get_edit`.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        InvalidInput: a field is too long, or the owner is unknown.
        NotFound: there is no such working copy.
        Conflict: it was released or dropped.
    """
    edit = _at_work(actor, edit_id, session=session)
    base, mine, theirs = storable_text(base), storable_text(mine), text_of(edit)
    _check_owner(mine.owner_id, base.owner_id, session=session)
    text, found = merge_edit(base, mine, theirs, person_id=actor.person_id, by=actor.name)
    by = name_of(edit.updated_by_id, session=session) if theirs not in (base, mine) else ""
    aside = len(edit.aside)
    lay_aside(edit, found)
    if text != theirs or len(edit.aside) != aside:
        edit.origin = written_by(actor, edit.origin)
        _store(actor, edit, text, session=session)
    return SavedEdit(edit, text, text != mine, conflicts_of(edit), by)


def settle_conflict(
    actor: Actor, edit_id: int, conflict_id: str, *, keep: Keep, session: Session
) -> SavedEdit:
    """Decide one conflict: ``theirs`` leaves the text, ``mine`` takes its place, ``both`` stand in a row.

    Settling what is settled already changes nothing.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such working copy.
        Conflict: it was released or dropped.
    """
    edit = _at_work(actor, edit_id, session=session)
    conflict = next((each for each in conflicts_of(edit) if each.id == conflict_id), None)
    text = text_of(edit)
    if conflict is not None:
        chosen = storable_text(settled(text, conflict, keep))
        edit.aside = [each for each in edit.aside if each["id"] != conflict_id]
        edit.origin = written_by(actor, edit.origin)
        _store(actor, edit, chosen, session=session)
        text = chosen
    return SavedEdit(edit, text, False, conflicts_of(edit))


def rebase_edit(actor: Actor, edit_id: int, *, session: Session) -> SavedEdit:
    """Merge a working copy with the version that is current by now, for instance after an import.

    Where both changed the same words, the text says what is current and the edit's words lie aside. A
    working copy that is up to date stays as it is.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such working copy.
        Conflict: it was released or dropped.
    """
    edit = _at_work(actor, edit_id, session=session)
    text = text_of(edit)
    if edit.article_id is None:
        return SavedEdit(edit, text, False, conflicts_of(edit))
    article = stored_article(edit.article_id, session=session)
    current = moved_on(article, edit.basis_version_id, session=session)
    if current is None:
        return SavedEdit(edit, text, False, conflicts_of(edit))
    basis = session.get(ArticleVersion, edit.basis_version_id)
    before = text if basis is None else _with_version(text, basis)
    person_id, by = edit.updated_by_id, name_of(edit.updated_by_id, session=session)
    merged, found = merge_edit(before, text, _with_version(text, current), person_id=person_id, by=by)
    lay_aside(edit, found)
    edit.basis_version_id = current.key
    _store(actor, edit, merged, session=session)
    record_edit(actor, "article.edit_rebased", edit, session=session)
    return SavedEdit(edit, merged, merged != text, conflicts_of(edit))


def _at_work(actor: Actor, edit_id: int, *, session: Session) -> ArticleEdit:
    edit = locked_edit(actor, edit_id, session=session)
    if edit.state in AT_WORK:
        return edit
    what = "dropped" if edit.state == DROPPED else "released"
    raise Conflict(
        f"Somebody has {what} this edit meanwhile. What you typed is still in the fields: open the article "
        "for editing again and put it in there."
    )


def _store(actor: Actor, edit: ArticleEdit, text: EditText, *, session: Session) -> None:
    news = edit.updated_by_id != actor.person_id or now() - edit.updated_at > _AUDIT_EVERY
    write_text(edit, text)
    edit.revision += 1
    edit.updated_by_id, edit.updated_at = actor.person_id, now()
    session.flush()
    if news:
        record_edit(actor, "article.edit_saved", edit, session=session)


def _with_version(text: EditText, version: ArticleVersion) -> EditText:
    body = version.body.replace("\r\n", "\n").replace("\r", "\n")
    return replace(text, title=version.title, body=body, audience=version.audience, locale=version.locale)


def _check_owner(owner_id: int | None, before: int | None, *, session: Session) -> None:
    if owner_id is None or owner_id == before:
        return
    person = session.get(Person, owner_id)
    if person is None or not person.active:
        raise InvalidInput("This owner is not here any more. Choose another one.")
