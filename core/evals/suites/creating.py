"""Making suites, changing what they are for, and putting them away and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from core import audit
from core.classifiers import Difference
from core.database import now
from core.errors import Conflict
from core.evals.cases.fields import checked_theme
from core.evals.held_out import require_edit
from core.evals.meanwhile import changed_meanwhile
from core.evals.suites.access import check_in_use, lock_suite
from core.evals.suites.fields import (
    checked_graders,
    checked_kind,
    checked_name,
    checked_purpose,
    checked_title,
)
from core.evals.tables import EvalSuite
from core.identity import Actor, Permission, require

_SUBJECT = "eval_suite"


def create_suite(
    actor: Actor,
    *,
    session: Session,
    title: str,
    name: str = "",
    purpose: str = "",
    kind: str = "other",
    theme: str = "",
    held_out: bool = False,
    graders: Iterable[str] = (),
) -> EvalSuite:
    """Make an empty suite. Safe to repeat: the same one by the same author is not made twice.

    Args:
        name: letters, digits, ``_``, ``-`` and ``.``; kept in lower case; made from the title when empty.
        kind: smoke, core, theme or other.
        held_out: its cases are read by those only who may open held-out suites.
        graders: names of classifiers; empty: every live one that answers what is expected.

    Raises:
        PermissionDenied: the actor may not change suites.
        InvalidInput: something is missing or wrong.
        Conflict: the name is taken.
    """
    require(actor, Permission.EVALS_EDIT)
    tidy = checked_title(title)
    made = EvalSuite(
        name=checked_name(name, tidy),
        title=tidy,
        purpose=checked_purpose(purpose),
        kind=checked_kind(kind),
        theme=checked_theme(theme) if kind == "theme" else "",
        held_out=bool(held_out),
        graders=checked_graders(graders),
        created_by_id=actor.person_id,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return _already(made, session=session)
    _record(actor, made, "created", session=session, name=made.name, held_out=made.held_out)
    return made


def change_suite(
    actor: Actor,
    suite_id: int,
    *,
    session: Session,
    revision: int,
    title: str | None = None,
    purpose: str | None = None,
    kind: str | None = None,
    theme: str | None = None,
    held_out: bool | None = None,
    graders: Iterable[str] | None = None,
) -> EvalSuite:
    """Store what a suite is for. Safe to repeat: what is stored already changes nothing.

    Args:
        revision: the one the author saw.
        held_out: anybody who may change suites may hold one out; to open it again takes who may open it.

    Raises:
        PermissionDenied: the actor may not change suites, or not open this one.
        NotFound: there is no such suite.
        ChangedMeanwhile: ``revision`` is not the newest any more; nothing was stored.
        InvalidInput: something is missing or wrong.
        Conflict: it is archived.
    """
    wanted: dict[str, Any] = {}
    if title is not None:
        wanted["title"] = checked_title(title)
    if purpose is not None:
        wanted["purpose"] = checked_purpose(purpose)
    if kind is not None:
        wanted["kind"] = checked_kind(kind)
    if theme is not None:
        wanted["theme"] = checked_theme(theme)
    if held_out is not None:
        wanted["held_out"] = bool(held_out)
    if graders is not None:
        wanted["graders"] = checked_graders(graders)
    found = lock_suite(suite_id, session=session)
    opens = found.held_out and wanted.get("held_out") is False
    if set(wanted) == {"held_out"} and actor.can(Permission.EVALS_HELD_OUT):
        pass  # whoever may open held-out suites decides what is held out
    else:
        require(actor, Permission.EVALS_EDIT)
        require_edit(actor, held_out=opens)
    differences = [
        Difference(field, getattr(found, field), value)
        for field, value in wanted.items()
        if getattr(found, field) != value
    ]
    if not differences:
        return found
    check_in_use(found)
    if found.revision != revision:
        raise changed_meanwhile(
            _SUBJECT,
            suite_id,
            since=found.created_at,
            seen=revision,
            revision=found.revision,
            changed_at=found.updated_at,
            differences=differences,
            session=session,
        )
    for each in differences:
        setattr(found, each.field, each.yours)
    found.revision += 1
    found.updated_at = now()
    session.add(found)
    session.flush()
    fields = [each.field for each in differences]
    _record(actor, found, "changed", session=session, revision=found.revision, fields=fields)
    return found


def archive_suite(actor: Actor, suite_id: int, *, session: Session) -> EvalSuite:
    """Put a suite away; its versions and runs stay. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change suites.
        NotFound: there is no such suite.
    """
    return _set_archived(actor, suite_id, session=session, archived=True)


def restore_suite(actor: Actor, suite_id: int, *, session: Session) -> EvalSuite:
    """Take an archived suite back into use. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change suites.
        NotFound: there is no such suite.
    """
    return _set_archived(actor, suite_id, session=session, archived=False)


def _already(made: EvalSuite, *, session: Session) -> EvalSuite:
    """The one that has the name, when it is what was to be made."""
    known = session.exec(select(EvalSuite).where(EvalSuite.name == made.name)).one()
    compared = ("title", "purpose", "kind", "theme", "held_out", "graders", "created_by_id", "archived_at")
    if all(getattr(known, field) == getattr(made, field) for field in compared):
        return known
    archived = " It is archived: restore it, or choose another name." if known.archived_at else ""
    raise Conflict(
        f"There is a suite {made.name} already: “{known.title}”.{archived or ' Choose another name.'}"
    )


def _set_archived(actor: Actor, suite_id: int, *, session: Session, archived: bool) -> EvalSuite:
    require(actor, Permission.EVALS_EDIT)
    found = lock_suite(suite_id, session=session)
    if (found.archived_at is not None) is archived:
        return found
    found.archived_at = now() if archived else None
    session.add(found)
    session.flush()
    _record(actor, found, "archived" if archived else "restored", session=session, name=found.name)
    return found


def _record(actor: Actor, suite: EvalSuite, verb: str, *, session: Session, **detail: Any) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        f"{_SUBJECT}.{verb}",
        session=session,
        subject_type=_SUBJECT,
        subject_id=suite.key,
        **detail,
    )
