"""The life of a draft's row: begun, kept alive, failed, cancelled, interrupted, discarded, used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from core import audit
from core.actions import withdraw
from core.assist.running.liveness import LEASE, interrupt_leftovers
from core.assist.tables import Draft
from core.conversations import Conversation
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require

MOST_NOTE = 2000
MOST_ANSWER = 4000
MOST_AUTOMATIC_ATTEMPTS = 3


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
    answer: str = "",
    lease: timedelta = LEASE,
) -> Begun:
    """Start a draft, or find the one that is being written.

    Args:
        note: what the rep asks for.
        answer: what the rep answers to the question of the newest draft.

    Raises:
        PermissionDenied: the actor may not ask for drafts.
        NotFound: there is no such conversation.
        InvalidInput: the customer has not written anything, or the note or answer is too long.
        Conflict: a draft with another note or answer is being written.
        sqlalchemy.exc.IntegrityError: another process began one in this moment; try again.
    """
    require(actor, Permission.DRAFTS_REQUEST)
    note = " ".join(note.split())
    if len(note) > MOST_NOTE:
        raise InvalidInput(f"The note is longer than {MOST_NOTE} characters.")
    answer = answer.strip()
    if len(answer) > MOST_ANSWER:
        raise InvalidInput(f"The answer is longer than {MOST_ANSWER} characters.")
    conversation = _conversation(conversation_id, session=session)
    if conversation.last_customer_message_id is None:
        raise InvalidInput("The customer has not written anything yet, so there is nothing to answer.")
    begun = _begin(actor, conversation, session=session, runner=runner, note=note, answer=answer, lease=lease)
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
            with_answer=bool(answer),
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
    return _begin(actor, conversation, session=session, runner=runner, note="", answer="", lease=lease)


def newest_draft(conversation_id: int, *, session: Session) -> Draft | None:
    """The latest draft of a conversation, as it is in the database now; none that was imported."""
    query = select(Draft).where(
        col(Draft.conversation_id) == conversation_id, col(Draft.message_id).is_(None)
    )
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


def _begin(
    actor: Actor,
    conversation: Conversation,
    *,
    session: Session,
    runner: str,
    note: str,
    answer: str,
    lease: timedelta,
) -> Begun:
    interrupt_leftovers(session=session, conversation_id=conversation.key, lease=lease)
    newest = newest_draft(conversation.key, session=session)
    if newest is not None and newest.state == "running":
        if (note and newest.note != note) or (answer and newest.answer != answer):
            raise Conflict("A draft is being written already: stop it, then ask again.")
        return Begun(newest.key, started=False)
    moment = now()
    give_up_waiting(conversation.key, session=session)
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
        answer=answer,
        requested_by_id=actor.person_id,
        runner=runner,
        heartbeat_at=moment,
        created_at=moment,
    )
    session.add(draft)
    session.flush()
    return Begun(draft.key, started=True)


def give_up_waiting(conversation_id: int, *, session: Session) -> None:
    """End paused runs of a conversation; what nobody has decided on yet is withdrawn."""
    given_up = session.execute(
        update(Draft)
        .where(col(Draft.conversation_id) == conversation_id, col(Draft.state) == "waiting")
        .values(state="cancelled", paused={}, finished_at=now())
        .returning(col(Draft.id))
    ).scalars()
    for draft_id in list(given_up):
        withdraw(conversation_id, session=session, draft_id=draft_id)


def _interrupted(newest: Draft, *, session: Session) -> int:
    """How often drafting was interrupted for the message of this draft."""
    count = select(func.count()).where(
        col(Draft.conversation_id) == newest.conversation_id,
        col(Draft.basis_message_id) == newest.basis_message_id,
        col(Draft.state) == "interrupted",
    )
    return session.scalar(count) or 0


def _conversation(conversation_id: int, *, session: Session) -> Conversation:
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    return found
