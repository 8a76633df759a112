"""Conversations, people and queues for these tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from core.conversations import Conversation
from core.criteria import Criterion, Judge, current_criterion, record_judgement
from core.database import Database
from core.identity import Actor
from core.labelling import ItemView, LabelQueue, create_queue, next_item
from tests.core.conversations.make import START, load, record, said


def fill(database: Database, conversations: int, **rest: Any) -> list[int]:
    """So many conversations of two messages each; their ids, which begin anew in every test."""
    records = [
        record(
            f"c{place}",
            said("customer", f"Where is invoice {place}?", external_id=f"m{place}"),
            said("rep", f"Invoice {place} is on its way.", external_id=f"r{place}", minute=1),
            channel=("chat", "chat", "chat", "email")[place % 4],
            locale=("en", "de")[place % 2],
            subject=f"Invoice {place}",
            created_at=START + timedelta(days=place),
            **rest,
        )
        for place in range(conversations)
    ]
    load(database, records)
    with database.reading() as session:
        return [key for key in session.exec(select(Conversation.id).order_by(Conversation.id)) if key]


def criterion(database: Database, name: str = "resolved") -> Criterion:
    with database.reading() as session:
        found = current_criterion(name, session=session)
    assert found is not None
    return found


def queue(database: Database, actor: Actor, **asked: Any) -> LabelQueue:
    """A queue of conversations by ``resolved``, drawn at random, unless ``asked`` says otherwise."""
    name = asked.pop("criterion", "resolved")
    arguments = {"subject_type": "conversation", "strategy": "random", "seed": 1} | asked
    return create_queue(actor, database=database, criterion_id=criterion(database, name).key, **arguments)


def take(database: Database, actor: Actor, queue_id: int) -> ItemView | None:
    with database.transaction() as session:
        return next_item(actor, queue_id, session=session)


def judged(
    session: Session, judge: Judge, subject_id: int, answer: str, *, name: str = "resolved", **rest: Any
) -> int:
    about = {"subject_id": subject_id, "subject_type": "conversation"} | rest
    return record_judgement(judge, name, session=session, answer=answer, **about).key
