"""Write an entry at the end of the chain, and list entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from core.audit.digest import clean, clean_text, digest_of, same, sign_head
from core.audit.tables import AuditEntry, AuditHead
from core.database import now
from core.errors import Conflict, InvalidInput
from core.settings import get_settings


def record(
    actor_id: int | None,
    who: str,
    action: str,
    *,
    session: Session,
    subject_type: str = "",
    subject_id: str | int = "",
    **detail: Any,
) -> AuditEntry:
    """Append one entry, in the caller's transaction: it is there exactly if the change is.

    The end of the chain is locked until that transaction ends, so record late in it.

    Args:
        actor_id: the person, or None for the system.
        who: how to name them later, also when the person is gone.
        action: "noun.verb" in the past tense, for example ``reply.sent``.
        detail: plain values that explain the entry. Never passwords or message texts.

    Raises:
        InvalidInput: the action is not "noun.verb", or a detail has no plain JSON form.
        Conflict: the end of the chain does not carry our signature. Run ``verify-audit``.
    """
    noun, _, verb = action.partition(".")
    if not noun or not verb:
        raise InvalidInput(f"An audit action is written noun.verb, not {action!r}.")
    key = get_settings().signing_key()
    head = _locked_head(session, key)
    entry = AuditEntry(
        id=head.sequence + 1,
        sequence=head.sequence + 1,
        at=now(),
        person_id=actor_id,
        who=clean_text(who),
        action=clean_text(action),
        subject_type=clean_text(subject_type),
        subject_id=clean_text(str(subject_id)),
        detail=clean(detail),
        previous=head.digest,
        digest="",
    )
    entry.digest = digest_of(entry, key=key)
    head.sequence = entry.sequence
    head.digest = entry.digest
    head.signature = sign_head(head.sequence, head.digest, key=key)
    session.add_all([entry, head])
    session.flush()
    return entry


def list_entries(
    *,
    session: Session,
    before_sequence: int | None = None,
    limit: int = 100,
    action: str | None = None,
    person_id: int | None = None,
    subject_types: Collection[str] | None = None,
) -> Sequence[AuditEntry]:
    """Entries, newest first; ``before_sequence`` is the last one of the page before.

    Args:
        action: exact ("reply.sent"), or a noun with a dot ("reply.") for all of its verbs.
        subject_types: only entries about these kinds of subject.
    """
    query = select(AuditEntry).order_by(col(AuditEntry.sequence).desc()).limit(limit)
    if before_sequence is not None:
        query = query.where(col(AuditEntry.sequence) < before_sequence)
    if action:
        name = col(AuditEntry.action)
        query = query.where(name.startswith(action, autoescape=True) if action[-1] == "." else name == action)
    if person_id is not None:
        query = query.where(col(AuditEntry.person_id) == person_id)
    if subject_types is not None:
        query = query.where(col(AuditEntry.subject_type).in_(subject_types))
    return session.scalars(query).all()


def list_actions(*, session: Session) -> list[str]:
    """Every action name that occurs, sorted."""
    return list(session.scalars(select(col(AuditEntry.action)).distinct().order_by(col(AuditEntry.action))))


def list_actors(*, session: Session) -> list[tuple[int, str]]:
    """Everybody who did something: person id and the name they had then, by name."""
    name = func.max(col(AuditEntry.who))
    rows = session.execute(
        select(col(AuditEntry.person_id), name)
        .where(col(AuditEntry.person_id).is_not(None))
        .group_by(col(AuditEntry.person_id))
        .order_by(name)
    )
    return [(int(row[0]), str(row[1])) for row in rows]


def _locked_head(session: Session, key: bytes) -> AuditHead:
    """The end of the chain, locked for this transaction and checked."""
    query = select(AuditHead).where(col(AuditHead.id) == 1).with_for_update()
    query = query.execution_options(populate_existing=True)
    head = session.scalars(query).one_or_none()
    if head is None:
        try:
            with session.begin_nested():
                session.execute(
                    insert(AuditHead).values(id=1, sequence=0, digest="", signature=sign_head(0, "", key=key))
                )
        except IntegrityError:
            pass  # another transaction started the chain in this moment
        head = session.scalars(query).one()
    if not same(head.signature, sign_head(head.sequence, head.digest, key=key)):
        raise Conflict(
            "The end of the audit record is not signed with this installation's secret: either the "
            "secret changed or the record was edited. Restore the secret, or run "
            "`python -m core verify-audit`."
        )
    return head
