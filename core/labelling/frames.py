"""Which subjects a queue may be drawn from: the frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session, col

from core.assist.tables import Draft
from core.conversations import Conversation, Message, Reply
from core.criteria import Judgement, in_force

RESOLVED = ("resolved", "closed")
_NOUNS = {
    "conversation": "conversations",
    "message": "customers' messages",
    "draft": "finished drafts",
    "reply": "replies that were sent",
}
_TABLE: dict[str, Any] = {
    "conversation": Conversation,
    "message": Message,
    "draft": Draft,
    "reply": Reply,
}
_CHUNK = 2_000
"""Ids given to the database in one statement."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Frame:
    """All subjects of one kind that pass the filters.

    Attributes:
        since: conversations that began at this moment or later; ``until``: before this one.
        status: ``resolved`` leaves out conversations that are not over; empty takes any.
        unjudged: leaves out what a person has judged by this version of the criterion.
        within: further SQL conditions, about the subject or its conversation.
    """

    subject_type: str
    criterion_id: int
    channel: str = ""
    locale: str = ""
    since: datetime | None = None
    until: datetime | None = None
    status: str = ""
    unjudged: bool = True
    within: tuple[Any, ...] = ()

    @property
    def words(self) -> str:
        """The frame as a noun phrase."""
        parts = [_NOUNS[self.subject_type]]
        if self.status:
            parts.append("resolved" if self.subject_type == "conversation" else "of resolved conversations")
        if self.channel:
            parts.append(f"channel {self.channel}")
        if self.locale:
            parts.append(f"language {self.locale}")
        if self.since:
            parts.append(f"begun since {self.since:%d %b %Y}")
        if self.until:
            parts.append(f"begun before {self.until:%d %b %Y}")
        if self.unjudged:
            parts.append("not yet judged by a person")
        return ", ".join(parts)

    @property
    def id(self) -> Any:
        """The column of the subject's id."""
        return id_column(self.subject_type)

    @property
    def cluster(self) -> Any:
        """The column of the id of the subject's conversation."""
        return cluster_column(self.subject_type)

    def select(self, *columns: Any, with_conversation: bool = False) -> Select[Any]:
        """A query of ``columns`` of the subjects; what was judged is still among them.

        Args:
            with_conversation: ``columns`` name some of the conversation's.
        """
        query = select(*columns).select_from(self.id.table)
        if self.subject_type == "conversation":
            query = query.where(col(Conversation.message_count) > 0)
        elif self.subject_type == "message":
            query = query.where(col(Message.author) == "customer", col(Message.recalled_at).is_(None))
        elif self.subject_type == "draft":
            declined = col(Draft.decision).in_(("abstain", "escalate"))
            query = query.where(col(Draft.state) == "ready", or_(declined, col(Draft.text) != ""))
        else:
            query = query.join(Message, col(Message.id) == col(Reply.message_id))
            query = query.where(col(Message.recalled_at).is_(None))
        conditions = self._of_conversation()
        if self.subject_type != "conversation" and (conditions or with_conversation or self.within):
            query = query.join(Conversation, col(Conversation.id) == self.cluster)
        return query.where(*conditions, *self.within)

    def count(self, *, session: Session) -> int:
        """How many subjects there are, without those that were judged where they do not belong to it."""
        total = session.execute(self.select(func.count())).scalar_one()
        return int(total) - len(self._kept(self.judged(session=session), session=session))

    def judged(self, *, session: Session) -> frozenset[int]:
        """Ids of the subjects that are left out because a person has judged them."""
        if not self.unjudged:
            return frozenset()
        by_people = select(col(Judgement.subject_id)).where(
            col(Judgement.criterion_id) == self.criterion_id,
            col(Judgement.judge_type) == "person",
            col(Judgement.subject_type) == self.subject_type,
            *in_force(),
        )
        return frozenset(session.execute(by_people).scalars())

    def keep(self, ids: Iterable[int], *, session: Session, without: frozenset[int]) -> list[int]:
        """Those of ``ids`` that are in the frame, in their order, each once, and not in ``without``."""
        wanted = [key for key in dict.fromkeys(ids) if key not in without]
        kept = self._kept(wanted, session=session)
        return [key for key in wanted if key in kept]

    def clusters(self, ids: Sequence[int], *, session: Session) -> dict[int, int]:
        """The conversation of each subject."""
        found: dict[int, int] = {}
        for chunk in chunked(ids, _CHUNK):
            rows = session.execute(select(self.id, self.cluster).where(self.id.in_(chunk)))
            found.update((int(key), int(conversation)) for key, conversation in rows)
        return found

    def _kept(self, ids: Iterable[int], *, session: Session) -> set[int]:
        kept: set[int] = set()
        for chunk in chunked(ids, _CHUNK):
            kept.update(session.execute(self.select(self.id).where(self.id.in_(chunk))).scalars())
        return kept

    def _of_conversation(self) -> list[Any]:
        conditions: list[Any] = []
        if self.channel:
            conditions.append(col(Conversation.channel) == self.channel)
        if self.locale:
            conditions.append(col(Conversation.locale) == self.locale)
        if self.since:
            conditions.append(col(Conversation.created_at) >= self.since)
        if self.until:
            conditions.append(col(Conversation.created_at) < self.until)
        if self.status:
            conditions.append(col(Conversation.status).in_(RESOLVED))
        return conditions


def chunked(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """``values`` in lists of at most ``size``."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def id_column(subject_type: str) -> Any:
    """The column of the id of subjects of this kind."""
    return _TABLE[subject_type].id


def cluster_column(subject_type: str) -> Any:
    """The column of the conversation's id."""
    return Conversation.id if subject_type == "conversation" else _TABLE[subject_type].conversation_id


def text_column(subject_type: str) -> Any:
    """The column of the text of messages, drafts and replies."""
    return Reply.final_text if subject_type == "reply" else _TABLE[subject_type].text
