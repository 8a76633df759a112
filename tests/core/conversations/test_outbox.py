"""The outbox: who gets what, in which order, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest
from sqlmodel import select

from core import audit
from core.conversations import (
    OutboxItem,
    anything_due,
    claim_due,
    count_outbox,
    get_conversation,
    mark_delivered,
    mark_failed,
    open_composer,
    recall_reply,
    retry_delivery,
    send_reply,
)
from core.database import Database, now
from core.errors import Conflict, NotFound, PermissionDenied
from core.identity import Actor
from core.settings import get_settings
from tests.core.conversations.make import load, record, stored_id


@pytest.fixture(autouse=True)
def _leave_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RATCHET_UNDO_SEND_SECONDS", "0")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def _send(database: Database, actor: Actor, conversation_id: int, text: str = "Hello") -> int:
    with database.transaction() as session:
        token = open_composer(actor, conversation_id, session=session).token
        seen = get_conversation(actor, conversation_id, session=session).last_message_id or 0
        sent = send_reply(
            actor, conversation_id, session=session, text=text, token=token, seen_message_id=seen
        )
    return sent.message.key


def _claim(database: Database, runner: str = "r", **options: object) -> list[OutboxItem]:
    with database.transaction() as session:
        return claim_due(session=session, runner=runner, **options)  # type: ignore[arg-type]


def _item(database: Database, message_id: int) -> OutboxItem:
    with database.reading() as session:
        return session.exec(select(OutboxItem).where(OutboxItem.message_id == message_id)).one()


def test_a_claimed_item_is_nobody_elses_until_its_lease_ends(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    message_id = _send(database, rep, conversation_id)
    (item,) = _claim(database, "one", lease=timedelta(minutes=5))
    assert (item.state, item.attempts, item.claimed_by) == ("delivering", 1, "one")
    assert _claim(database, "two") == []
    with database.transaction() as session:  # time passes
        stored = session.get_one(OutboxItem, item.key)
        stored.due_at = now()
        session.add(stored)
    (again,) = _claim(database, "two")
    assert (again.message_id, again.attempts, again.claimed_by) == (message_id, 2, "two")
    assert again.idempotency_key == item.idempotency_key


def test_nothing_leaves_before_its_time(
    database: Database, rep: Actor, conversation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATCHET_UNDO_SEND_SECONDS", "60")
    get_settings.cache_clear()
    _send(database, rep, conversation_id)
    with database.reading() as session:
        assert not anything_due(session=session)
    assert _claim(database) == []


def test_replies_of_one_conversation_leave_in_order(database: Database, rep: Actor) -> None:
    load(database, [record("c1"), record("c2")])
    first = _send(database, rep, stored_id(database, "c1"), "one")
    second = _send(database, rep, stored_id(database, "c1"), "two")
    other = _send(database, rep, stored_id(database, "c2"), "three")
    claimed = _claim(database)
    assert [item.message_id for item in claimed] == [first, other]
    with database.transaction() as session:
        mark_failed(claimed[0].key, session=session, error="refused", retry_at=None)
    assert [item.message_id for item in _claim(database)] == [second], "a failed one holds nobody up"


def test_a_recalled_reply_does_not_hold_up_the_next(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    first = _send(database, rep, conversation_id, "one")
    second = _send(database, rep, conversation_id, "two")
    with database.transaction() as session:
        recall_reply(rep, first, session=session)
    assert [item.message_id for item in _claim(database)] == [second]


def test_marking_is_once_and_late_failures_change_nothing(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    message_id = _send(database, rep, conversation_id)
    (item,) = _claim(database)
    with database.transaction() as session:
        assert mark_delivered(item.key, session=session, receipt="r" * 600)
        assert not mark_delivered(item.key, session=session, receipt="again")
        assert not mark_failed(item.key, session=session, error="late", retry_at=None)
    stored = _item(database, message_id)
    assert (stored.state, stored.error, len(stored.receipt)) == ("delivered", "", 500)
    assert stored.delivered_at is not None


def test_a_failed_one_is_sent_again_by_a_person(
    database: Database, rep: Actor, admin: Actor, conversation_id: int
) -> None:
    message_id = _send(database, rep, conversation_id)
    (item,) = _claim(database)
    with database.transaction() as session, pytest.raises(Conflict, match="it is delivering"):
        retry_delivery(rep, message_id, session=session)
    with database.transaction() as session:
        mark_failed(item.key, session=session, error="HTTP 400", retry_at=None)
        assert count_outbox(session=session) == {"failed": 1}
    assert _claim(database) == []
    with database.reading() as session:
        delivery = get_conversation(rep, conversation_id, session=session).deliveries[message_id]
    assert (delivery.state, delivery.error) == ("failed", "HTTP 400")
    with database.transaction() as session, pytest.raises(PermissionDenied):
        retry_delivery(admin, message_id, session=session)
    with database.transaction() as session, pytest.raises(NotFound):
        retry_delivery(rep, 10**9, session=session)
    with database.transaction() as session:
        retry_delivery(rep, message_id, session=session)
        assert audit.list_entries(session=session, action="reply.retried")
    with database.transaction() as session, pytest.raises(Conflict, match="on its way"):
        recall_reply(rep, message_id, session=session)
    (again,) = _claim(database)
    assert again.idempotency_key == item.idempotency_key


def test_many_claimers_share_without_overlap(database: Database, rep: Actor) -> None:
    load(database, [record(f"c{n}") for n in range(24)])
    for n in range(24):
        _send(database, rep, stored_id(database, f"c{n}"))
    claimed: list[int] = []

    def run(name: str) -> None:
        while items := _claim(database, name, limit=3):
            claimed.extend(item.key for item in items)

    threads = [Thread(target=run, args=[f"r{n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # On Postgres a claimer may skip what another is looking at; what is left is claimed next time.
    claimed += [item.key for item in _claim(database, limit=24)]
    assert len(claimed) == len(set(claimed)) == 24
