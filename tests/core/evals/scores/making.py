"""Replies, drafts and judgements for these tests, written straight into the tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select as rows_of
from sqlmodel import Session, col, select

from core.assist.tables import Build, Draft
from core.conversations import Conversation, Customer, Message, Reply
from core.criteria import Criterion, Judgement, current_criterion
from core.database import Database
from core.evals.scores.rolling import is_rolled_up, roll_up
from core.identity import Person

DAY = date(2026, 9, 7)
"""A Monday."""


def at(day: int, hour: int = 12) -> datetime:
    """An instant, ``day`` days after :data:`DAY`."""
    return datetime.combine(DAY + timedelta(days=day), time(hour), tzinfo=UTC)


def add_conversation(
    session: Session, number: int, *, channel: str = "chat", plan: str = "", day: int = 0
) -> int:
    """A conversation; returns its id."""
    customer = Customer(
        source="test", external_id=f"u{number}", name=f"Person {number}", facts={"plan": plan} if plan else {}
    )
    session.add(customer)
    session.flush()
    conversation = Conversation(
        source="test",
        external_id=f"c{number}",
        customer_id=customer.key,
        channel=channel,
        subject=f"Matter {number}",
        created_at=at(day),
        last_message_at=at(day),
    )
    session.add(conversation)
    session.flush()
    return conversation.key


def add_reply(
    session: Session, conversation_id: int, day: int, *, build: str = "", text: str = "We did it."
) -> int:
    """A sent reply; returns its id."""
    person = session.exec(select(Person)).first()
    if person is None:
        person = Person(username="sender", name="Sender", role="rep", password_hash="x")
        session.add(person)
        session.flush()
    position = len(session.exec(select(Message.id).where(Message.conversation_id == conversation_id)).all())
    message = Message(
        conversation_id=conversation_id, position=position, author="rep", text=text, created_at=at(day)
    )
    session.add(message)
    session.flush()
    reply = Reply(
        message_id=message.key,
        conversation_id=conversation_id,
        person_id=person.key,
        token=f"t{message.key}",
        final_text=text,
        build_id=build,
        created_at=at(day),
    )
    session.add(reply)
    session.flush()
    return reply.key


def add_draft(session: Session, conversation_id: int, day: int, **values: Any) -> int:
    """A finished draft; returns its id."""
    draft = Draft(
        conversation_id=conversation_id,
        **({"state": "ready", "decision": "answer", "text": "Yes.", "created_at": at(day)} | values),
    )
    session.add(draft)
    session.flush()
    return draft.key


def add_build(session: Session, build_id: str, **contents: Any) -> None:
    """A build with these contents."""
    session.add(Build(id=build_id, contents=contents))
    session.flush()


def criterion(session: Session, name: str = "correct") -> Criterion:
    """A shipped criterion; ``correct`` says that yes is good, and is asked about replies and drafts."""
    found = current_criterion(name, session=session)
    assert found is not None
    return found


def judged(
    session: Session,
    subject_id: int,
    answer: str,
    *,
    judge: str = "checker",
    judge_type: str = "classifier",
    subject_type: str = "reply",
    name: str = "correct",
    **values: Any,
) -> int:
    """A judgement in force; returns its id."""
    judgement = Judgement(
        criterion_id=criterion(session, name).key,
        subject_type=subject_type,
        subject_id=subject_id,
        answer=answer,
        judge_type=judge_type,
        judge=judge,
        **values,
    )
    session.add(judgement)
    session.flush()
    return judgement.key


def settle(database: Database) -> None:
    """Roll up until nothing is due."""
    for _ in range(200):
        if not roll_up(database=database):
            break
    with database.reading() as session:
        assert is_rolled_up(session=session)


def stored(database: Database, table: type[Any], without: tuple[str, ...] = ()) -> set[tuple[Any, ...]]:
    """Every row of a table, as tuples."""
    names = [column.name for column in table.__table__.columns if column.name not in without]
    with database.reading() as session:
        rows = session.execute(rows_of(*(col(getattr(table, name)) for name in names)))
        return {tuple(row) for row in rows}
