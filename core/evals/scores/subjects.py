"""What scores are about, and where it lies in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, literal
from sqlmodel import Session, col

from core.assist.tables import Draft
from core.conversations import Conversation, Message, Reply
from core.criteria import Judgement

SCORED = ("reply", "draft", "conversation", "message")
"""Subjects of which scores are kept, in the order they are offered."""
NOUNS = {"reply": "replies", "draft": "drafts", "conversation": "conversations", "message": "messages"}
CHUNK = 500
"""Keys given to the database in one statement."""

_TABLES: dict[str, Any] = {"reply": Reply, "draft": Draft, "conversation": Conversation, "message": Message}
_Thing = TypeVar("_Thing")


def table_of(subject_type: str) -> Any:
    """The table that holds the subjects."""
    return _TABLES[subject_type]


def conversation_of(subject_type: str) -> Any:
    """The column that says which conversation a subject is of."""
    table = _TABLES[subject_type]
    return col(table.id) if subject_type == "conversation" else col(table.conversation_id)


def judged(subject_type: str, criteria: Sequence[int], *, session: Session) -> ColumnElement[bool]:
    """SQL: that a judgement is about a subject and answers one of some criteria. Subjects are read first.

    SQLite has no figures about the tables, and would read all judgements by a criterion, or about all
    replies, to find those of one day. A kind that depends on the subject keeps it from that, and a sum
    from the index of the criterion.
    """
    key = col(_TABLES[subject_type].id)
    kind: Any = literal(subject_type)
    asked: Any = col(Judgement.criterion_id)
    if session.get_bind().dialect.name == "sqlite":
        kind = func.substr(subject_type, 1, len(subject_type) + key)
        asked = asked + 0
    return and_(col(Judgement.subject_id) == key, col(Judgement.subject_type) == kind, asked.in_(criteria))


def build_of(subject_type: str) -> Any:
    """The column that says which build made a subject; empty of those no build makes."""
    table = _TABLES[subject_type]
    return col(table.build_id) if hasattr(table, "build_id") else literal("")


def day_of(moment: Any, *, session: Session) -> ColumnElement[str]:
    """SQL: the day of a column of instants, UTC, ISO."""
    if session.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD")
    return func.substr(moment, 1, 10)


def beginning(day: date) -> datetime:
    """The first instant of a day, UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def within(moment: Any, since: date, until: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """SQL conditions that a column of instants falls on one of the days, both included."""
    return moment >= beginning(since), moment < beginning(until + timedelta(days=1))


def chunks(things: Iterable[_Thing], size: int = CHUNK) -> Iterator[Sequence[_Thing]]:
    """The things in pieces of at most ``size``."""
    everything = list(things)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]
