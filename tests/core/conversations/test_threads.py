"""Reading a conversation, customers writing to it, and what reps decide about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core import audit
from core.conversations import (
    AttachmentRecord,
    Conversation,
    add_customer_message,
    assign,
    escalate,
    find_conversation,
    get_conversation,
    list_queue,
    note_ai_outcome,
    previous_conversations,
    set_priority,
    set_status,
)
from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from tests.core.conversations.make import START, add_actor, load, record, said, stored_id


def _get(database: Database, conversation_id: int) -> Conversation:
    with database.reading() as session:
        return session.get_one(Conversation, conversation_id)


def test_only_those_allowed_read(database: Database, admin: Actor, conversation_id: int) -> None:
    manager = add_actor(database, "mona", Role.MANAGER)
    with database.reading() as session:
        assert get_conversation(manager, conversation_id, session=session).messages
        for read in (
            lambda: get_conversation(admin, conversation_id, session=session),
            lambda: previous_conversations(admin, 1, session=session),
            lambda: find_conversation(admin, "test", "c1", session=session),
        ):
            with pytest.raises(PermissionDenied):
                read()
        with pytest.raises(NotFound):
            get_conversation(manager, 10**9, session=session)


def test_managers_and_admins_change_nothing(database: Database, admin: Actor, conversation_id: int) -> None:
    manager = add_actor(database, "mona", Role.MANAGER)
    deeds: list[Any] = [
        lambda actor, s: assign(actor, conversation_id, session=s, assignee_id=None),
        lambda actor, s: set_status(actor, conversation_id, session=s, status="closed"),
        lambda actor, s: set_priority(actor, conversation_id, session=s, priority=1),
        lambda actor, s: escalate(actor, conversation_id, session=s, reason="x"),
    ]
    for actor in (admin, manager):
        for deed in deeds:
            with pytest.raises(PermissionDenied), database.transaction() as session:
                deed(actor, session)


@pytest.mark.usefixtures("rep")
def test_a_customer_message_opens_the_conversation_again(database: Database) -> None:
    load(
        database,
        [
            record(
                "c1",
                said("customer", "One"),
                said("rep", "Two", minute=1),
                status="resolved",
                assignee_username="rosa",
            )
        ],
    )
    key = stored_id(database)
    with database.transaction() as session:
        note_ai_outcome(key, session=session, outcome="answer")
        message = add_customer_message(
            key, session=session, text="Still broken\0", created_at=START + timedelta(hours=1)
        )
    stored = _get(database, key)
    assert (stored.status, stored.ai_outcome, stored.preview) == ("open", "", "Still broken")
    assert stored.waiting_since == stored.last_message_at == START + timedelta(hours=1)
    assert (stored.message_count, stored.last_customer_message_id) == (3, message.id)
    assert message.position == 2
    with database.transaction() as session:
        add_customer_message(key, session=session, text="Hello?", created_at=START + timedelta(hours=2))
    assert _get(database, key).waiting_since == START + timedelta(hours=1), (
        "waiting since the first unanswered"
    )


def test_a_customer_message_delivered_twice_is_one(database: Database, conversation_id: int) -> None:
    for _ in range(2):
        with database.transaction() as session:
            add_customer_message(conversation_id, session=session, text="And?", external_id="<a@b>")
    assert _get(database, conversation_id).message_count == 2


def test_a_customer_message_is_checked(database: Database, conversation_id: int) -> None:
    with database.transaction() as session:
        with pytest.raises(InvalidInput, match="empty"):
            add_customer_message(conversation_id, session=session, text=" ")
        with pytest.raises(InvalidInput, match="no time zone"):
            add_customer_message(conversation_id, session=session, text="x", created_at=datetime(2026, 1, 1))
        with pytest.raises(NotFound):
            add_customer_message(10**9, session=session, text="x")
        file = AttachmentRecord("a.txt", "text/plain", b"hi", 2)
        message = add_customer_message(conversation_id, session=session, text="", attachments=[file])
        view = get_conversation(SYSTEM, conversation_id, session=session)
    assert [file.name for file in view.attachments[message.key]] == ["a.txt"]
    assert view.conversation.preview == "Where is my invoice?"


def test_previous_conversations_are_the_customers_newest_first(database: Database, rep: Actor) -> None:
    load(database, [record(f"c{n}", said("customer", "Hm", minute=n)) for n in range(4)])
    now = stored_id(database, "c3")
    with database.reading() as session:
        customer = get_conversation(rep, now, session=session).customer
        found = previous_conversations(
            rep, customer.key, session=session, limit=2, before_conversation_id=now
        )
    assert [conversation.external_id for conversation in found] == ["c2", "c1"]


def test_assigning_is_checked_and_recorded_once(
    database: Database, rep: Actor, other_rep: Actor, admin: Actor, conversation_id: int
) -> None:
    for _ in range(2):
        with database.transaction() as session:
            assign(rep, conversation_id, session=session, assignee_id=other_rep.person_id)
    with database.reading() as session:
        assert get_conversation(rep, conversation_id, session=session).assignee.name == "Otto"  # type: ignore[union-attr]
        entries = audit.list_entries(session=session, action="conversation.assigned")
    assert [entry.detail["assignee_id"] for entry in entries] == [other_rep.person_id]
    gone = add_actor(database, "gone", active=False)
    for wrong, reason in (
        (admin.person_id, "does not work"),
        (gone.person_id, "deactivated"),
        (10**9, "no such"),
    ):
        with database.transaction() as session, pytest.raises(InvalidInput, match=reason):
            assign(rep, conversation_id, session=session, assignee_id=wrong)


def test_resolving_and_opening_again_restores_the_wait(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    with database.transaction() as session:
        set_status(rep, conversation_id, session=session, status="resolved")
    assert _get(database, conversation_id).waiting_since is None
    with database.transaction() as session:
        set_status(rep, conversation_id, session=session, status="open")
    assert _get(database, conversation_id).waiting_since == START
    with database.transaction() as session, pytest.raises(InvalidInput, match="Unknown status"):
        set_status(rep, conversation_id, session=session, status="parked")


def test_priority_and_escalation(database: Database, rep: Actor, conversation_id: int) -> None:
    with database.transaction() as session:
        set_priority(rep, conversation_id, session=session, priority=1)
        escalate(rep, conversation_id, session=session, reason=" needs\n billing ")
        for wrong in (0, 5):
            with pytest.raises(InvalidInput):
                set_priority(rep, conversation_id, session=session, priority=wrong)
        for reason in ("", " ", "x" * 501):
            with pytest.raises(InvalidInput):
                escalate(rep, conversation_id, session=session, reason=reason)
        with pytest.raises(InvalidInput):
            note_ai_outcome(conversation_id, session=session, outcome="maybe")
    with database.reading() as session:
        row = list_queue(rep, session=session, view="escalated").rows[0]
        assert audit.verify(session=session).ok
    assert (row.priority, row.escalation_reason) == (1, "needs billing")
