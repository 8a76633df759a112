"""What history is: which subjects of a type were said when, in the order in which a backtest reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from core.classifiers.tables import Backtest
from core.conversations import Conversation, Customer, Message, Reply
from core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of history. Empty or None: all of it."""

    since: datetime | None = None
    until: datetime | None = None
    """Not included."""
    channel: str = ""
    locale: str = ""
    """Of the conversation, or of its customer where the conversation does not say."""


class Said(NamedTuple):
    """One subject of history, without its text."""

    subject_id: int
    conversation_id: int
    occurred_at: datetime
    changed_at: datetime | None
    """When its text may have changed last; None: texts of this type never change."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the subjects of a type are.

    ``statement`` selects the columns of :class:`Said`, and its tables include :class:`Conversation`.
    """

    key: Any
    occurred_at: Any
    statement: Callable[..., Select[Any]]


def _conversations(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(Conversation)


def _messages(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(col(Message.author) == "customer", col(Message.recalled_at).is_(None))
    )


def _replies(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Reply)
        .join(Message, col(Message.id) == col(Reply.message_id))
        .join(Conversation, col(Conversation.id) == col(Reply.conversation_id))
        .where(col(Message.recalled_at).is_(None))
    )


_SOURCES = {
    "conversation": Source(col(Conversation.id), col(Conversation.created_at), _conversations),
    "message": Source(col(Message.id), col(Message.created_at), _messages),
    "reply": Source(col(Reply.id), col(Reply.created_at), _replies),
}
_LASTING = {"message", "reply"}  # their texts are never edited


def check_type(subject_type: str) -> None:
    """Refuse what has no history to judge.

    Raises:
        InvalidInput: says what has.
    """
    if subject_type not in _SOURCES:
        raise InvalidInput(
            f"There is no history of {subject_type}s to judge: backtests read conversations, messages and "
            "replies. Run this version in shadow instead, and see what it says from now on."
        )


def count_subjects(subject_type: str, scope: Scope, *, session: Session) -> int:
    """How many there are."""
    source = _SOURCES[subject_type]
    return int(session.execute(_within(source.statement(func.count()), source, scope)).scalar_one())


def next_subjects(
    subject_type: str, scope: Scope, *, after_id: int, limit: int, session: Session
) -> list[Said]:
    """The next ones, by ascending id."""
    source = _SOURCES[subject_type]
    changed = [] if subject_type in _LASTING else [col(Conversation.updated_at)]
    statement = source.statement(source.key, col(Conversation.id), source.occurred_at, *changed)
    found = session.execute(
        _within(statement, source, scope).where(source.key > after_id).order_by(source.key).limit(limit)
    )
    return [Said(row[0], row[1], row[2], row[3] if changed else None) for row in found]


def id_range(subject_type: str, *, session: Session) -> tuple[int, int]:
    """The lowest and the highest id there is; zeros when there is none."""
    key = _SOURCES[subject_type].key
    lowest, highest = session.execute(select(func.min(key), func.max(key))).one()
    return lowest or 0, highest or 0


def narrowed(statement: Select[Any], conversation_id: Any, scope: Scope) -> Select[Any]:
    """A statement about answers, kept to the channel and locale of a scope. Joins only where need be."""
    if not scope.channel and not scope.locale:
        return statement
    return _of_channel(statement.join(Conversation, col(Conversation.id) == conversation_id), scope)


def _within(statement: Select[Any], source: Source, scope: Scope) -> Select[Any]:
    if scope.since is not None:
        statement = statement.where(source.occurred_at >= scope.since)
    if scope.until is not None:
        statement = statement.where(source.occurred_at < scope.until)
    return _of_channel(statement, scope)


def _of_channel(statement: Select[Any], scope: Scope) -> Select[Any]:
    if scope.channel:
        statement = statement.where(col(Conversation.channel) == scope.channel)
    if scope.locale:
        own = func.nullif(col(Conversation.locale), "")
        statement = statement.join(Customer, col(Customer.id) == col(Conversation.customer_id)).where(
            func.coalesce(own, col(Customer.locale)) == scope.locale
        )
    return statement


def said_ids(said: Sequence[Said]) -> list[int]:
    """Their ids, in order."""
    return [each.subject_id for each in said]


def scope_of(backtest: Backtest) -> Scope:
    """The part of history a backtest is about."""
    return Scope(backtest.since, backtest.until, backtest.channel, backtest.locale)
