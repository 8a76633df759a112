"""What is judged, read from the database: conversations, messages, replies, and whatever registers here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.classifiers.kind import Subject
from core.conversations import Conversation, Customer, Message, Reply
from core.errors import InvalidInput
from core.knowledge.tables import Passage

MOST_CHARACTERS = 8_000
"""Of what a customer says in a whole conversation: its beginning says what it is about."""

CHUNK = 500
"""Subjects read by one statement."""


class Reader(Protocol):
    """Reads at most :data:`CHUNK` subjects of one type."""

    def __call__(self, ids: Sequence[int], *, session: Session) -> dict[int, Subject]:
        """The subjects by id; those that are gone or say nothing are left out."""


class Finder(Protocol):
    """Finds subjects of one type."""

    def __call__(
        self, *, session: Session, limit: int, conversation_ids: Sequence[int] | None = None
    ) -> list[int]:
        """Ids, the newest first; with ``conversation_ids`` only of these conversations."""


_READERS: dict[str, Reader] = {}
_FINDERS: dict[str, Finder] = {}

_Read = TypeVar("_Read", bound=Reader)
_Find = TypeVar("_Find", bound=Finder)


def subject_reader(subject_type: str) -> Callable[[_Read], _Read]:
    """Decorator that makes a function the reader of a subject type."""

    def register(read: _Read) -> _Read:
        _READERS[subject_type] = read
        return read

    return register


def subject_finder(subject_type: str) -> Callable[[_Find], _Find]:
    """Decorator that makes a function the one that finds recent subjects of a type."""

    def register(find: _Find) -> _Find:
        _FINDERS[subject_type] = find
        return find

    return register


def read_subjects(subject_type: str, ids: Iterable[int], *, session: Session) -> dict[int, Subject]:
    """The subjects by id, in the order asked for. Checks no permission.

    A conversation is what its customer says, at most :data:`MOST_CHARACTERS`; a message is one of the
    customer's; a reply is what was sent. Left out is what is gone, was taken back, or says nothing.

    Args:
        subject_type: conversation, message, reply, or another that registered a reader.

    Raises:
        InvalidInput: nobody reads this type.
    """
    read = _registered(_READERS, subject_type)
    wanted = list(dict.fromkeys(ids))
    found: dict[int, Subject] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        read_now = read(chunk, session=session)
        found.update((key, read_now[key]) for key in chunk if key in read_now)
    return found


def recent_subjects(
    subject_type: str, *, session: Session, limit: int, conversation_ids: Sequence[int] | None = None
) -> list[int]:
    """Ids of the newest subjects of a type, newest first. Checks no permission.

    Args:
        conversation_ids: only subjects of these conversations.

    Raises:
        InvalidInput: nobody finds this type.
    """
    return _registered(_FINDERS, subject_type)(
        session=session, limit=limit, conversation_ids=conversation_ids
    )


_Registered = TypeVar("_Registered")


def _registered(known: dict[str, _Registered], subject_type: str) -> _Registered:
    if subject_type not in known:
        raise InvalidInput(f"No classifier judges a {subject_type!r}: choose {', '.join(sorted(known))}.")
    return known[subject_type]


_SURROUNDINGS: tuple[Any, ...] = (
    col(Conversation.id).label("conversation_id"),
    col(Conversation.channel),
    col(Conversation.locale),
    col(Customer.locale).label("customer_locale"),
    col(Customer.facts),
)


@subject_reader("conversation")
def _conversations(ids: Sequence[int], *, session: Session) -> dict[int, Subject]:
    said: dict[int, list[str]] = defaultdict(list)
    by_customers = (
        select(col(Message.conversation_id), col(Message.text))
        .where(
            col(Message.conversation_id).in_(ids),
            col(Message.author) == "customer",
            col(Message.recalled_at).is_(None),
        )
        .order_by(col(Message.conversation_id), col(Message.position))
    )
    for conversation_id, text in session.execute(by_customers):
        said[conversation_id].append(text)
    found = session.execute(
        select(*_SURROUNDINGS, col(Conversation.created_at))
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .where(col(Conversation.id).in_(ids))
    )
    return {
        row.conversation_id: _subject(
            row, "conversation", row.conversation_id, "\n".join(said[row.conversation_id])[:MOST_CHARACTERS]
        )
        for row in found
        if any(text.strip() for text in said[row.conversation_id])
    }


@subject_reader("message")
def _messages(ids: Sequence[int], *, session: Session) -> dict[int, Subject]:
    found = session.execute(
        select(*_SURROUNDINGS, col(Message.id), col(Message.text), col(Message.created_at))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .where(
            col(Message.id).in_(ids),
            col(Message.author) == "customer",
            col(Message.recalled_at).is_(None),
        )
    )
    return {row.id: _subject(row, "message", row.id, row.text) for row in found if row.text.strip()}


@subject_reader("reply")
def _replies(ids: Sequence[int], *, session: Session) -> dict[int, Subject]:
    asked = aliased(Message)
    question = (
        select(col(asked.text))
        .where(
            col(asked.conversation_id) == col(Message.conversation_id),
            col(asked.position) < col(Message.position),
            col(asked.author) == "customer",
            col(asked.recalled_at).is_(None),
        )
        .order_by(col(asked.position).desc())
        .limit(1)
        .correlate(Message)
        .scalar_subquery()
    )
    found = session.execute(
        select(
            *_SURROUNDINGS,
            col(Reply.id),
            col(Reply.final_text),
            col(Reply.citations),
            col(Reply.created_at),
            question.label("question"),
        )
        .join(Message, col(Message.id) == col(Reply.message_id))
        .join(Conversation, col(Conversation.id) == col(Reply.conversation_id))
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .where(col(Reply.id).in_(ids), col(Message.recalled_at).is_(None))
    ).all()
    cited = with_passages({row.id: row.citations for row in found}, session=session)
    return {
        row.id: _subject(
            row, "reply", row.id, row.final_text, question=row.question or "", citations=cited[row.id]
        )
        for row in found
        if row.final_text.strip()
    }


def with_passages(
    cited: Mapping[int, Sequence[Mapping[str, Any]]], *, session: Session
) -> dict[int, tuple[Mapping[str, Any], ...]]:
    """Stored citations by subject, each with the text of its ``passage`` where that still exists."""
    wanted = {each.get("passage_id") for citations in cited.values() for each in citations} - {None}
    texts: dict[int, str] = {}
    if wanted:
        found = select(col(Passage.id), col(Passage.text)).where(col(Passage.id).in_(wanted))
        texts = {row.id: row.text for row in session.execute(found)}

    def whole(citation: Mapping[str, Any]) -> Mapping[str, Any]:
        passage = texts.get(citation.get("passage_id", 0))
        return citation if passage is None else {**citation, "passage": passage}

    return {key: tuple(map(whole, citations)) for key, citations in cited.items()}


def _subject(row: Any, subject_type: str, subject_id: int, text: str, **others: Any) -> Subject:
    return Subject(
        text=text,
        subject_type=subject_type,
        subject_id=subject_id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        locale=row.locale or row.customer_locale,
        facts=row.facts,
        occurred_at=row.created_at,
        **others,
    )


@subject_finder("conversation")
def _recent_conversations(
    *, session: Session, limit: int, conversation_ids: Sequence[int] | None = None
) -> list[int]:
    return _newest(col(Conversation.id), col(Conversation.id), session, limit, conversation_ids)


@subject_finder("message")
def _recent_messages(
    *, session: Session, limit: int, conversation_ids: Sequence[int] | None = None
) -> list[int]:
    customers = (col(Message.author) == "customer", col(Message.recalled_at).is_(None))
    return _newest(
        col(Message.id), col(Message.conversation_id), session, limit, conversation_ids, *customers
    )


@subject_finder("reply")
def _recent_replies(
    *, session: Session, limit: int, conversation_ids: Sequence[int] | None = None
) -> list[int]:
    return _newest(col(Reply.id), col(Reply.conversation_id), session, limit, conversation_ids)


def _newest(
    key: Any,
    conversation: Any,
    session: Session,
    limit: int,
    conversation_ids: Sequence[int] | None,
    *conditions: Any,
) -> list[int]:
    statement = select(key).where(*conditions).order_by(key.desc()).limit(limit)
    if conversation_ids is not None:
        statement = statement.where(conversation.in_(conversation_ids))
    return list(session.execute(statement).scalars())
