"""Send what a rep wrote, and note what became of the draft behind it."""

from __future__ import annotations

from sqlmodel import Session

from core.assist.running.outcomes import draft_used, record_use
from core.conversations import SentReply, open_composer, send_reply
from core.identity import Actor


def send_composed(
    actor: Actor, conversation_id: int, *, session: Session, text: str, token: str, seen_message_id: int
) -> SentReply:
    """Send the reply and, if a draft was inserted into it, mark that draft sent or edited.

    Everything is in the caller's transaction. Arguments and errors are those of
    :func:`core.conversations.send_reply`.
    """
    draft_id = open_composer(actor, conversation_id, session=session).draft_id
    sent = send_reply(
        actor,
        conversation_id,
        session=session,
        text=text,
        token=token,
        seen_message_id=seen_message_id,
        draft=draft_used(draft_id, session=session) if draft_id is not None else None,
    )
    if draft_id is not None and not sent.already_sent:
        record_use(actor, draft_id, session=session, edit_ratio=sent.reply.edit_ratio or 0.0)
    return sent
