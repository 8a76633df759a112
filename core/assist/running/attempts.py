"""The life of a draft's row: begun, kept alive, failed, cancelled, interrupted, discarded, used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from core import audit
from core.assist.running.liveness import LEASE, interrupt_leftovers
from core.assist.tables import Citation, Draft
from core.conversations import Conversation, DraftUsed
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require

MOST_NOTE = 2000
MOST_AUTOMATIC_ATTEMPTS = 3
_USED = ("sent", "edited")


@dataclass(frozen=True)
class Begun:
    """A draft for a conversation, and whether this call started it."""

    draft_id: int
    started: bool


def begin(
    actor: Actor,
    conversation_id: int,
    *,
    session: Session,
    runner: str,
    note: str = "",
    lease: timedelta = LEASE,
) -> Begun:
    """Start a draft, or find the one that is being written.

    Raises:
        PermissionDenied: the actor may not ask for drafts.
        NotFound: there is no such conversation.
        InvalidInput: the customer has not written anything, or the note is too long.
        Conflict: a draft with another note is being written.
        sqlalchemy.exc.IntegrityError: another process began one in this moment; try again.
    """
    require(actor, Permission.DRAFTS_REQUEST)
    note = " ".join(note.split())
    if len(note) > MOST_NOTE:
        raise InvalidInput(f"The note is longer than {MOST_NOTE} characters.")
    conversation = _conversation(conversation_id, session=session)
    if conversation.last_customer_message_id is None:
        raise InvalidInput("The customer has not written anything yet, so there is nothing to answer.")
    begun = _begin(actor, conversation, session=session, runner=runner, note=note, lease=lease)
    if begun.started:
        audit.record(
            actor.person_id,
            actor.who,
            "draft.requested",
            session=session,
            subject_type="draft",
            subject_id=begun.draft_id,
            conversation_id=conversation_id,
            with_note=bool(note),
        )
    return begun


def begin_if_needed(
    actor: Actor, conversation_id: int, *, session: Session, runner: str, lease: timedelta = LEASE
) -> Begun | None:
    """Start a draft when the customer waits and there is none that fits.

    That is: there is none at all, the newest is stale, or it was interrupted and not discarded. After
    three interrupted attempts at the same message a person has to ask, so that an input that brings
    the process down does not do so for ever. Failed and cancelled drafts are left to people too.

    Returns:
        The newest draft, or None when nothing waits for an answer or the actor may not ask for one.
    """
    if not actor.can(Permission.DRAFTS_REQUEST):
        return None
    conversation = _conversation(conversation_id, session=session)
    if conversation.last_customer_message_id is None or conversation.waiting_since is None:
        return None
    interrupt_leftovers(session=session, conversation_id=conversation_id, lease=lease)
    newest = newest_draft(conversation_id, session=session)
    if newest is not None and newest.state != "running":
        stale = newest.basis_message_id != conversation.last_customer_message_id
        again = newest.state == "interrupted" and newest.outcome != "discarded"
        if not stale and not (again and _interrupted(newest, session=session) < MOST_AUTOMATIC_ATTEMPTS):
            return Begun(newest.key, started=False)
    return _begin(actor, conversation, session=session, runner=runner, note="", lease=lease)


def newest_draft(conversation_id: int, *, session: Session) -> Draft | None:
    """The latest draft of a conversation, as it is in the database now."""
    query = select(Draft).where(col(Draft.conversation_id) == conversation_id)
    query = query.order_by(col(Draft.id).desc()).limit(1)
    return session.exec(query.execution_options(populate_existing=True)).first()


def end(
    draft_id: int, *, session: Session, state: str, text: str | None, error: str = "", runner: str = ""
) -> bool:
    """Move a running draft to ``failed``, ``cancelled`` or ``interrupted``, keeping what was written.

    Args:
        text: the partial reply; None keeps what was stored last.
        runner: only when this runner writes it; empty for whoever does.

    Returns:
        Whether it was running until now.
    """
    values: dict[str, object] = {"state": state, "error": error[:1000], "finished_at": now()}
    if text is not None:
        values["text"] = text
    statement = update(Draft).where(col(Draft.id) == draft_id, col(Draft.state) == "running")
    if runner:
        statement = statement.where(col(Draft.runner) == runner)
    return (
        session.execute(statement.values(**values).returning(col(Draft.id))).scalar_one_or_none() is not None
    )


def keep_alive(draft_id: int, *, session: Session, text: str, runner: str) -> bool:
    """Store the text so far and a heartbeat. False when the draft is not this runner's any more."""
    statement = (
        update(Draft)
        .where(col(Draft.id) == draft_id, col(Draft.state) == "running", col(Draft.runner) == runner)
        .values(text=text, heartbeat_at=now())
        .returning(col(Draft.id))
    )
    return session.execute(statement).scalar_one_or_none() is not None


def discard_draft(actor: Actor, draft_id: int, *, session: Session, reason: str) -> Draft:
    """Put a draft aside, saying why.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: there is no such draft.
        InvalidInput: no reason, or one of more than 500 characters.
        Conflict: it is being written (cancel it first), or it was used in a reply.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= 500:
        raise InvalidInput("Say in 1 to 500 characters why the draft is of no use.")
    draft = _draft(draft_id, session=session)
    if draft.state == "running":
        raise Conflict("This draft is still being written: stop it first.")
    if draft.outcome in _USED:
        raise Conflict("This draft was used in a reply and cannot be discarded any more.")
    _set_outcome(draft, "discarded", actor, reason=reason, session=session)
    audit.record(
        actor.person_id,
        actor.who,
        "draft.discarded",
        session=session,
        subject_type="draft",
        subject_id=draft_id,
        conversation_id=draft.conversation_id,
        reason=reason,
    )
    return draft


def draft_used(draft_id: int, *, session: Session) -> DraftUsed:
    """What ``core.conversations.send_reply`` wants to know about the draft behind a reply.

    Raises:
        NotFound: there is no such draft.
    """
    draft = _draft(draft_id, session=session)
    citations = session.exec(
        select(Citation).where(col(Citation.draft_id) == draft_id).order_by(col(Citation.position))
    )
    return DraftUsed(
        draft_id=draft_id,
        text=draft.text,
        citations=[
            {
                "start": each.start,
                "end": each.end,
                "passage_id": each.passage_id,
                "article_version_id": each.article_version_id,
                "quote": each.quote,
            }
            for each in citations
        ],
        build_id=draft.build_id,
    )


def record_use(actor: Actor, draft_id: int, *, session: Session, edit_ratio: float) -> Draft:
    """Note that a reply was sent from this draft: ``sent`` as it was, or ``edited``.

    Belongs into the transaction that sends the reply. A draft that was superseded or discarded in
    the meantime was used all the same.

    Raises:
        NotFound: there is no such draft.
    """
    draft = _draft(draft_id, session=session)
    _set_outcome(draft, "edited" if edit_ratio > 0 else "sent", actor, reason="", session=session)
    return draft


def _begin(
    actor: Actor, conversation: Conversation, *, session: Session, runner: str, note: str, lease: timedelta
) -> Begun:
    interrupt_leftovers(session=session, conversation_id=conversation.key, lease=lease)
    newest = newest_draft(conversation.key, session=session)
    if newest is not None and newest.state == "running":
        if note and newest.note != note:
            raise Conflict("A draft is being written already: stop it, then ask again with your note.")
        return Begun(newest.key, started=False)
    moment = now()
    session.execute(
        update(Draft)
        .where(col(Draft.conversation_id) == conversation.key, col(Draft.outcome) == "")
        .values(outcome="superseded", outcome_at=moment)
    )
    draft = Draft(
        conversation_id=conversation.key,
        basis_message_id=conversation.last_customer_message_id,
        locale=conversation.locale,
        note=note,
        requested_by_id=actor.person_id,
        runner=runner,
        heartbeat_at=moment,
        created_at=moment,
    )
    session.add(draft)
    session.flush()
    return Begun(draft.key, started=True)


def _interrupted(newest: Draft, *, session: Session) -> int:
    """How often drafting was interrupted for the message of this draft."""
    count = select(func.count()).where(
        col(Draft.conversation_id) == newest.conversation_id,
        col(Draft.basis_message_id) == newest.basis_message_id,
        col(Draft.state) == "interrupted",
    )
    return session.scalar(count) or 0


def _set_outcome(draft: Draft, outcome: str, actor: Actor, *, reason: str, session: Session) -> None:
    draft.outcome, draft.outcome_reason = outcome, reason
    draft.outcome_by_id, draft.outcome_at = actor.person_id, now()
    session.add(draft)
    session.flush()


def _conversation(conversation_id: int, *, session: Session) -> Conversation:
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    return found


def _draft(draft_id: int, *, session: Session) -> Draft:
    found = session.exec(
        select(Draft)
        .where(col(Draft.id) == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return found
