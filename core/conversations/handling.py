"""What a rep decides about a conversation: who has it, how urgent it is, where it stands.

Each is one change in the caller's transaction with its entry in the audit. Setting what is set
already changes nothing and is not recorded.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from core import audit
from core.conversations.records import PRIORITIES, STATUSES
from core.conversations.tables import Conversation
from core.conversations.threads import lock_conversation, standing_of, visible_messages
from core.database import now
from core.errors import InvalidInput
from core.identity import Actor, Permission, Person, actor_of, require

AI_OUTCOMES = ("", "answer", "abstain", "escalate")


def assign(actor: Actor, conversation_id: int, *, session: Session, assignee_id: int | None) -> Conversation:
    """Give the conversation to somebody, or with None to nobody.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: there is no such conversation.
        InvalidInput: the assignee does not exist, is deactivated or may not work on conversations.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    if assignee_id is not None:
        _check_assignee(session.get(Person, assignee_id))
    conversation = lock_conversation(conversation_id, session=session)
    return _change(actor, conversation, "assigned", session=session, assignee_id=assignee_id)


def set_status(actor: Actor, conversation_id: int, *, session: Session, status: str) -> Conversation:
    """Set open, waiting, resolved or closed. Opening it makes it wait since the customer's last question.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: there is no such conversation.
        InvalidInput: the status is not one of the four.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    if status not in STATUSES:
        raise InvalidInput(f"Unknown status {status!r}: choose one of {', '.join(STATUSES)}.")
    conversation = lock_conversation(conversation_id, session=session)
    if status == conversation.status:
        return conversation
    messages = visible_messages(conversation_id, session=session) if status == "open" else []
    conversation.waiting_since = standing_of(messages).waiting_since
    return _change(actor, conversation, "status_set", session=session, status=status)


def set_priority(actor: Actor, conversation_id: int, *, session: Session, priority: int) -> Conversation:
    """Set 1 (urgent) to 4 (low).

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: there is no such conversation.
        InvalidInput: the priority is not one of the four.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    if priority not in PRIORITIES:
        raise InvalidInput(f"Unknown priority {priority!r}: choose 1 (urgent) to 4 (low).")
    conversation = lock_conversation(conversation_id, session=session)
    return _change(actor, conversation, "priority_set", session=session, priority=priority)


def escalate(actor: Actor, conversation_id: int, *, session: Session, reason: str) -> Conversation:
    """Put the conversation into the escalated view, saying why.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: there is no such conversation.
        InvalidInput: no reason, or one of more than 500 characters.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    reason = " ".join(reason.split())
    if not reason or len(reason) > 500:
        raise InvalidInput("Say in 1 to 500 characters why this is escalated.")
    conversation = lock_conversation(conversation_id, session=session)
    return _change(actor, conversation, "escalated", session=session, escalation_reason=reason)


def note_ai_outcome(conversation_id: int, *, session: Session, outcome: str) -> None:
    """Keep what the latest draft decided (answer, abstain, escalate) where the queue can see it.

    Raises:
        NotFound: there is no such conversation.
        InvalidInput: the outcome is none of these.
    """
    if outcome not in AI_OUTCOMES:
        raise InvalidInput(f"Unknown outcome {outcome!r}.")
    conversation = lock_conversation(conversation_id, session=session)
    conversation.ai_outcome = outcome
    session.add(conversation)
    session.flush()


def _check_assignee(person: Person | None) -> None:
    if person is None:
        raise InvalidInput("There is no such person to assign this to.")
    if not person.active:
        raise InvalidInput(f"{person.name} is deactivated: choose somebody else.")
    if not actor_of(person).can(Permission.CONVERSATIONS_WORK):
        raise InvalidInput(f"{person.name} does not work on conversations: choose somebody else.")


def _change(
    actor: Actor, conversation: Conversation, deed: str, *, session: Session, **values: Any
) -> Conversation:
    before = {name: getattr(conversation, name) for name in values}
    if before == values:
        return conversation
    for name, value in values.items():
        setattr(conversation, name, value)
    conversation.updated_at = now()
    session.add(conversation)
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        f"conversation.{deed}",
        session=session,
        subject_type="conversation",
        subject_id=conversation.key,
        **values,
        before=next(iter(before.values())),
    )
    return conversation
