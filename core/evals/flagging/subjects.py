"""What can be flagged: a finished draft, a reply that was sent, or an imported message of ours."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Message, Reply
from core.errors import Conflict, InvalidInput, NotFound

DRAFT, REPLY, MESSAGE = "draft", "reply", "message"
SUBJECT_TYPES = (DRAFT, REPLY, MESSAGE)
_OURS = ("rep", "assistant")
_UNFINISHED = {"running": "is still being written", "waiting": "still waits for a decision"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Something of ours in a conversation.

    Attributes:
        type: draft, reply or message.
        text: what spans are counted in.
        about_person_id: who sent it; None for drafts and where it is not known.
        build_id: of the build that wrote it, or the draft behind it.
        draft: the draft itself, or the one a reply was sent from.
        message: of a reply or a message.
    """

    type: str
    id: int
    conversation_id: int
    text: str
    about_person_id: int | None = None
    build_id: str = ""
    draft: Draft | None = field(default=None, repr=False)
    message: Message | None = field(default=None, repr=False)


def read_subject(subject_type: str, subject_id: int, *, session: Session) -> Subject:
    """The draft, reply or message. A message that was sent as a reply from here is that reply.

    Raises:
        InvalidInput: it is of a kind that cannot be flagged, or not ours.
        NotFound: it does not exist.
        Conflict: it is not finished, or was taken back.
    """
    if subject_type == DRAFT:
        return _draft(subject_id, session=session)
    if subject_type == REPLY:
        reply = session.get(Reply, subject_id)
        if reply is None:
            raise NotFound(f"There is no reply {subject_id}.")
        return _reply(reply, session.get_one(Message, reply.message_id), session=session)
    if subject_type != MESSAGE:
        raise InvalidInput(f"A flag is about a draft, a reply or a message, not a {subject_type!r}.")
    message = session.get(Message, subject_id)
    if message is None:
        raise NotFound(f"There is no message {subject_id}.")
    sent = session.exec(select(Reply).where(col(Reply.message_id) == subject_id)).one_or_none()
    if sent is not None:
        return _reply(sent, message, session=session)
    if message.author not in _OURS:
        raise InvalidInput("Only what we wrote can be flagged, not what others wrote to us.")
    _refuse_recalled(message)
    return Subject(
        MESSAGE, subject_id, message.conversation_id, message.text, message.person_id, message=message
    )


def sent_subjects(conversation_id: int, *, session: Session) -> dict[int, tuple[str, int]]:
    """What each message of ours is as a subject: message id to its type and id. Checks no permission."""
    ours = session.execute(
        select(Message.id, Reply.id)
        .outerjoin(Reply, col(Reply.message_id) == col(Message.id))
        .where(
            col(Message.conversation_id) == conversation_id,
            col(Message.author).in_(_OURS),
            col(Message.recalled_at).is_(None),
        )
    )
    return {message: (MESSAGE, message) if reply is None else (REPLY, reply) for message, reply in ours}


def _draft(draft_id: int, *, session: Session) -> Subject:
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound(f"There is no draft {draft_id}.")
    if draft.state in _UNFINISHED:
        raise Conflict(f"This draft {_UNFINISHED[draft.state]}: flag it when it is finished.")
    if draft.state != "ready":
        raise Conflict("This draft was never finished, so there is nothing to judge.")
    return Subject(DRAFT, draft_id, draft.conversation_id, draft.text, build_id=draft.build_id, draft=draft)


def _reply(reply: Reply, message: Message, *, session: Session) -> Subject:
    _refuse_recalled(message)
    return Subject(
        REPLY,
        reply.key,
        reply.conversation_id,
        message.text,
        about_person_id=reply.person_id,
        build_id=reply.build_id,
        draft=session.get(Draft, reply.draft_id) if reply.draft_id is not None else None,
        message=message,
    )


def _refuse_recalled(message: Message) -> None:
    if message.recalled_at is not None:
        raise Conflict("This reply was taken back before it left, so there is nothing to judge.")
