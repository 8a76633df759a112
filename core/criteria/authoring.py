"""Publishing versions of criteria, retiring and restoring them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from core import audit
from core.criteria.content import Content, problems, slug
from core.criteria.shipped import current_criterion
from core.criteria.tables import Criterion
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require

NEW = 0
"""``based_on`` of a criterion that must not exist yet."""

MAX_NAME = 100
MAX_CHANGE_NOTE = 500

_NAME = re.compile(rf"[a-z0-9][a-z0-9_]{{0,{MAX_NAME - 1}}}")


def publish_criterion(
    actor: Actor,
    *,
    session: Session,
    name: str = "",
    question: str,
    guidance: str = "",
    kind: str,
    subjects: Sequence[str],
    answers: Sequence[str] = (),
    good: Sequence[str] = (),
    examples: Sequence[Mapping[str, Any]] = (),
    change_note: str = "",
    based_on: int | None = None,
) -> Criterion:
    """Publish version 1 of a criterion, or the next version of one that exists.

    Judgements of earlier versions stay as they are. Safe to repeat: what the newest version already
    says is not published again.

    Args:
        name: lower-case letters, digits and ``_``; made from the question when empty.
        kind: one of :data:`core.criteria.KINDS`.
        subjects: some of :data:`core.criteria.SUBJECTS`; the first is the default one.
        answers: of one_of and many_of, in the order of the keys; other kinds have their own.
        good: the answers that speak for us; empty where that cannot be said.
        examples: ``[{"text": str, "answer": str, "why": str}]``.
        change_note: what is different from the last version, for those who labelled by it.
        based_on: key of the version the author saw, :data:`NEW` when they saw none, None to build
            on whatever is newest.

    Returns:
        The newest version.

    Raises:
        PermissionDenied: the actor may not write criteria.
        InvalidInput: something is missing or does not fit together.
        Conflict: somebody else published or retired it in the meantime. Nothing was stored.
    """
    require(actor, Permission.CRITERIA_EDIT)
    content = Content.written(
        question=question,
        guidance=guidance,
        kind=kind,
        subjects=subjects,
        answers=answers,
        good=good,
        examples=examples,
    )
    wrong = problems(content)
    if wrong:
        raise InvalidInput(" ".join(f"{field.capitalize()}: {what}" for field, what in wrong.items()))
    name = checked_name(name or slug(content.question))
    note = " ".join(change_note.replace("\0", "").split())
    if len(note) > MAX_CHANGE_NOTE:
        raise InvalidInput(f"The note on what changes may have {MAX_CHANGE_NOTE} characters.")
    newest = current_criterion(name, session=session)
    if newest is not None and Content.of(newest) == content and newest.retired_at is None:
        return newest
    _check_base(name, newest, based_on)
    version = content.as_criterion(
        name=name,
        version=newest.version + 1 if newest else 1,
        change_note=note,
        created_by_id=actor.person_id,
    )
    try:
        with session.begin_nested():
            session.add(version)
    except IntegrityError:  # another transaction took this version number first
        raise _overtaken(name) from None
    audit.record(
        actor.person_id,
        actor.name,
        "criterion.published",
        session=session,
        subject_type="criterion",
        subject_id=version.key,
        name=name,
        version=version.version,
    )
    return version


def retire_criterion(actor: Actor, name: str, *, session: Session) -> Criterion:
    """Take a criterion out of use, in every version. Its judgements stay. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not write criteria.
        NotFound: no criterion has this name.
    """
    return _set_retired(actor, name, session=session, retired=True)


def restore_criterion(actor: Actor, name: str, *, session: Session) -> Criterion:
    """Put a retired criterion back to use, in every version. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not write criteria.
        NotFound: no criterion has this name.
    """
    return _set_retired(actor, name, session=session, retired=False)


def checked_name(name: str) -> str:
    """The name, if it can be one.

    Raises:
        InvalidInput: it is empty, too long, or has other characters than a-z, 0-9 and ``_``.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name[:MAX_NAME]!r} cannot be the name of a criterion: write a short one with the letters a to "
            "z, digits and _, for example tone_of_reply."
        )
    return name


def _check_base(name: str, newest: Criterion | None, based_on: int | None) -> None:
    if newest is not None and newest.retired_at is not None:
        raise Conflict(f"The criterion {name} has been retired. Restore it first, then publish.")
    if newest is not None and based_on == NEW:
        raise Conflict(
            f"There is a criterion {name} already: “{newest.question}” Choose another name, or publish "
            "a new version of that one."
        )
    if based_on not in (None, NEW) and (newest is None or newest.key != based_on):
        raise _overtaken(name)


def _overtaken(name: str) -> Conflict:
    return Conflict(
        f"Somebody else has just published a version of {name}. Nothing of yours is lost: compare it with "
        "the newest version, then publish again."
    )


def _set_retired(actor: Actor, name: str, *, session: Session, retired: bool) -> Criterion:
    require(actor, Permission.CRITERIA_EDIT)
    newest = current_criterion(name, session=session)
    if newest is None:
        raise NotFound(f"There is no criterion {name!r}.")
    if (newest.retired_at is not None) is retired:
        return newest
    session.execute(
        update(Criterion).where(col(Criterion.name) == name).values(retired_at=now() if retired else None)
    )
    session.refresh(newest)
    audit.record(
        actor.person_id,
        actor.name,
        "criterion.retired" if retired else "criterion.restored",
        session=session,
        subject_type="criterion",
        subject_id=newest.key,
        name=name,
    )
    return newest
