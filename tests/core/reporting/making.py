"""Conversations with decided drafts, answers and queues, for the reports to count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from core.assist import Draft
from core.conversations import Conversation, Customer
from core.criteria import Criterion, Judgement
from core.identity import Actor, Role
from core.labelling.tables import LabelItem, LabelQueue

START = datetime(2026, 11, 2, 12, tzinfo=UTC)  # a Monday
MANAGER = Actor(1, "ingrid", "Ingrid", Role.MANAGER)


def add_conversation(session: Session, *outcomes: str, at: datetime = START, **changes: Any) -> Conversation:
    """A conversation with one draft for each of ``outcomes``, such as "sent" or "sent 2" (rank 2)."""
    customer = session.exec(select(Customer)).first()
    if customer is None:
        customer = Customer(external_id="u-1")
        session.add(customer)
        session.flush()
    number = len(session.exec(select(Conversation.id)).all())
    fields: dict[str, Any] = {
        "external_id": f"c-{number}",
        "customer_id": customer.key,
        "channel": "chat",
        "locale": "en",
        "created_at": at,
        "last_message_at": at,
    }
    conversation = Conversation(**fields | changes)
    session.add(conversation)
    session.flush()
    for place, outcome in enumerate(outcomes):
        name, _, rank = outcome.partition(" ")
        session.add(
            Draft(
                conversation_id=conversation.key,
                state="ready",
                decision="answer",
                outcome="" if name == "open" else name,
                picked=int(rank) if rank else None,
                model="m-1",
                created_at=at + timedelta(minutes=place),
            )
        )
    session.flush()
    return conversation


def add_criterion(session: Session, name: str = "resolved", **changes: Any) -> Criterion:
    """A yes-or-no criterion about conversations of which yes is good."""
    fields: dict[str, Any] = {
        "name": name,
        "question": f"{name}?",
        "kind": "yes_no",
        "subjects": ["conversation"],
        "good": ["yes"],
    }
    criterion = Criterion(**fields | changes)
    session.add(criterion)
    session.flush()
    return criterion


def judge(
    session: Session,
    criterion: Criterion,
    subject_id: int,
    answer: str,
    who: str = "person:1",
    **changes: Any,
) -> Judgement:
    """An answer in force; ``who`` is TYPE:NAME."""
    kind, _, name = who.partition(":")
    fields: dict[str, Any] = {
        "criterion_id": criterion.key,
        "subject_type": "conversation",
        "subject_id": subject_id,
        "answer": answer,
        "judge_type": kind,
        "judge": name or kind,
        "origin": "label" if kind == "person" else "",
    }
    judgement = Judgement(**fields | changes)
    session.add(judgement)
    session.flush()
    return judgement


def add_queue(
    session: Session,
    criterion: Criterion,
    subjects: Sequence[Conversation],
    *,
    frame_size: int,
    probability: bool = True,
    strata: Sequence[tuple[str, int]] = (),
    names: Sequence[str] = (),
    done: int | None = None,
    **changes: Any,
) -> LabelQueue:
    """A queue of these subjects, of which the first ``done`` (default: all) were answered."""
    fields: dict[str, Any] = {
        "name": "Weekly",
        "criterion_id": criterion.key,
        "subject_type": "conversation",
        "strategy": "random" if probability else "uncertain",
        "size": len(subjects),
        "design": {
            "probability": probability,
            "frame": "conversations; drawn at random",
            "frame_size": frame_size,
            "strata": [{"name": name, "size": size, "drawn": 0} for name, size in strata],
        },
    }
    queue = LabelQueue(**fields | changes)
    session.add(queue)
    session.flush()
    for position, subject in enumerate(subjects):
        answered = done is None or position < done
        session.add(
            LabelItem(
                queue_id=queue.key,
                position=position,
                subject_id=subject.key,
                conversation_id=subject.key,
                stratum=names[position] if names else "",
                taken=1,
                done=int(answered),
            )
        )
    session.flush()
    return queue
