"""Take a reply back while it has not left."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.conversations.composer import open_composer, sender_id
from core.conversations.tables import Composer, Conversation, Message, OutboxItem, Reply
from core.conversations.threads import apply_standing, lock_conversation, standing_of, visible_messages
from core.database import now
from core.errors import Conflict, NotFound, PermissionDenied
from core.identity import Actor


def recall_reply(actor: Actor, message_id: int, *, session: Session) -> Composer:
    """Take back a reply that has not left: it vanishes from the thread, its text is in the composer again.

    What the person has typed since stays, below it.

    Raises:
        PermissionDenied: somebody else wrote it.
        NotFound: there is no such reply.
        Conflict: it has left already, or an attempt was made.
    """
    person_id = sender_id(actor)
    reply = session.exec(select(Reply).where(Reply.message_id == message_id)).one_or_none()
    if reply is None:
        raise NotFound("There is no such reply.")
    if reply.person_id != person_id:
        raise PermissionDenied("Only who sent a reply can take it back.")
    conversation = lock_conversation(reply.conversation_id, session=session)
    recalled = session.execute(
        update(OutboxItem)
        .where(
            col(OutboxItem.message_id) == message_id,
            col(OutboxItem.state) == "pending",
            col(OutboxItem.attempts) == 0,  # after a failed attempt it may have arrived all the same
        )
        .values(state="recalled")
    )
    if not recalled.rowcount:  # type: ignore[attr-defined]
        raise Conflict("This reply is on its way already and cannot be taken back.")
    message = session.get_one(Message, message_id)
    message.recalled_at = now()
    session.add(message)
    session.flush()
    _restore(conversation, reply, session=session)
    composer = open_composer(actor, reply.conversation_id, session=session)
    composer.text = f"{reply.final_text}\n\n{composer.text}" if composer.text.strip() else reply.final_text
    composer.draft_id, composer.updated_at = composer.draft_id or reply.draft_id, now()
    session.add(composer)
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        "reply.recalled",
        session=session,
        subject_type="conversation",
        subject_id=reply.conversation_id,
        message_id=message_id,
    )
    return composer


def _restore(conversation: Conversation, reply: Reply, *, session: Session) -> None:
    """The conversation as if the reply had not been sent, unless somebody wrote since."""
    messages = visible_messages(conversation.key, session=session)
    standing = standing_of(messages)
    nothing_since = not messages or messages[-1].key < reply.message_id
    if nothing_since:
        conversation.status = reply.status_before
    apply_standing(conversation, standing)
    if conversation.status != "open":
        conversation.waiting_since = None
    session.add(conversation)
