"""The words of many subjects at once, and the conversations they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.assist.tables import Draft
from core.conversations import Message, Reply

MOST_CHARACTERS = 8_000
"""Of one subject's text; a model reads no more of it, and its beginning says what it is about."""

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SubjectText:
    """The text of one subject, shortened, and its conversation."""

    conversation_id: int
    text: str


def read_texts(subject_type: str, ids: Iterable[int], *, session: Session) -> dict[int, SubjectText]:
    """What each subject says, by its key; those that are gone or say nothing are left out.

    A conversation says what its customer says. Checks no permission.

    Args:
        subject_type: conversation, message, draft or reply.
    """
    found: dict[int, SubjectText] = {}
    for chunk in _chunks(ids):
        if subject_type == "conversation":
            found |= _conversations(chunk, session=session)
            continue
        for key, conversation_id, text in session.execute(_one_text(subject_type, chunk)):
            if text.strip():
                found[key] = SubjectText(conversation_id, text[:MOST_CHARACTERS])
    return found


def conversations_of(subject_type: str, ids: Sequence[int], *, session: Session) -> dict[int, int]:
    """The conversation of each subject, by its key. Checks no permission."""
    if subject_type == "conversation":
        return {key: key for key in ids}
    table: Any = {"message": Message, "draft": Draft, "reply": Reply}[subject_type]
    found: dict[int, int] = {}
    for chunk in _chunks(ids):
        rows = session.execute(select(table.id, table.conversation_id).where(table.id.in_(chunk)))
        found.update((key, conversation_id) for key, conversation_id in rows)
    return found


def _one_text(subject_type: str, ids: Sequence[int]) -> Any:
    if subject_type == "message":
        return select(col(Message.id), col(Message.conversation_id), col(Message.text)).where(
            col(Message.id).in_(ids), col(Message.recalled_at).is_(None)
        )
    if subject_type == "draft":
        return select(col(Draft.id), col(Draft.conversation_id), col(Draft.text)).where(
            col(Draft.id).in_(ids)
        )
    return select(col(Reply.id), col(Reply.conversation_id), col(Reply.final_text)).where(
        col(Reply.id).in_(ids)
    )


def _conversations(ids: Sequence[int], *, session: Session) -> dict[int, SubjectText]:
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
    return {
        key: SubjectText(key, "\n".join(texts)[:MOST_CHARACTERS])
        for key, texts in said.items()
        if any(text.strip() for text in texts)
    }


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    listed = list(ids)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]
