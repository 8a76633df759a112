"""Composing, sending exactly once, colliding, and taking back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from core import audit
from core.conversations import (
    Composer,
    Conversation,
    DraftUsed,
    Message,
    OutboxItem,
    Reply,
    SentReply,
    add_customer_message,
    claim_due,
    get_conversation,
    mark_failed,
    open_composer,
    recall_reply,
    save_composer,
    send_reply,
    set_status,
)
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied, RatchetError
from core.identity import SYSTEM, Actor
from core.settings import get_settings
from tests.core.conversations.make import add_actor, load, record, said, stored_id


def _open(database: Database, actor: Actor, conversation_id: int) -> tuple[str, int]:
    """A composer's token, and the newest message on screen."""
    with database.transaction() as session:
        token = open_composer(actor, conversation_id, session=session).token
        seen = get_conversation(actor, conversation_id, session=session).last_message_id
    assert seen is not None
    return token, seen


def _send(
    database: Database, actor: Actor, conversation_id: int, text: str = "Under Billing.", **options: object
) -> SentReply:
    token, seen = _open(database, actor, conversation_id)
    given = {"token": token, "seen_message_id": seen} | options
    with database.transaction() as session:
        return send_reply(actor, conversation_id, session=session, text=text, **given)  # type: ignore[arg-type]


def _all(database: Database, model: type) -> list[object]:
    with database.reading() as session:
        return list(session.exec(select(model)))


def test_a_composer_is_one_per_person_and_keeps_its_text(
    database: Database, rep: Actor, other_rep: Actor, conversation_id: int
) -> None:
    with database.transaction() as session:
        first = open_composer(rep, conversation_id, session=session)
        save_composer(rep, conversation_id, session=session, text="Dear Ada,\0", draft_id=7)
    with database.transaction() as session:
        again = open_composer(rep, conversation_id, session=session)
        theirs = open_composer(other_rep, conversation_id, session=session)
    assert (again.token, again.text, again.draft_id) == (first.token, "Dear Ada,", 7)
    assert theirs.token != first.token
    assert theirs.text == ""


def test_who_may_not_compose(database: Database, admin: Actor, rep: Actor, conversation_id: int) -> None:
    with database.transaction() as session:
        for actor in (admin, SYSTEM):
            with pytest.raises(PermissionDenied):
                open_composer(actor, conversation_id, session=session)
        with pytest.raises(NotFound):
            open_composer(rep, 10**9, session=session)
        with pytest.raises(InvalidInput):
            save_composer(rep, conversation_id, session=session, text="x" * 1_000_001)


def test_a_reply_writes_everything_at_once(database: Database, rep: Actor, conversation_id: int) -> None:
    draft = DraftUsed(3, "It is under Billing.", [{"article": "billing", "quote": "Billing"}], "b" * 64)
    token, _ = _open(database, rep, conversation_id)
    sent = _send(database, rep, conversation_id, " It is under Billing, see Invoices. ", draft=draft)
    assert not sent.already_sent
    assert (sent.message.text, sent.message.author) == ("It is under Billing, see Invoices.", "rep")
    assert (sent.reply.draft_id, sent.reply.draft_text, sent.reply.build_id) == (3, draft.text, "b" * 64)
    assert sent.reply.citations == draft.citations
    assert 0 < (sent.reply.edit_ratio or 0) < 1
    assert {change["op"] for change in sent.reply.changes} == {"equal", "insert"}
    with database.reading() as session:
        view = get_conversation(rep, conversation_id, session=session)
        composer = session.exec(select(Composer)).one()
        entry = audit.list_entries(session=session, action="reply.sent")[0]
        assert audit.verify(session=session).ok
    assert (view.conversation.status, view.conversation.waiting_since) == ("waiting", None)
    assert view.conversation.preview == sent.message.text
    item = view.deliveries[sent.message.key]
    assert (item.state, item.payload["text"], item.payload["in_reply_to"]) == (
        "pending",
        sent.message.text,
        "m1",
    )
    assert timedelta(seconds=3) < item.due_at - now() <= timedelta(seconds=5)
    assert composer.text == ""
    assert composer.token != token
    assert entry.detail["edit_ratio"] == sent.reply.edit_ratio
    assert "Billing" not in str(entry.detail)


def test_a_reply_written_by_hand_has_no_edit_ratio(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    reply = _send(database, rep, conversation_id).reply
    assert (reply.edit_ratio, reply.changes, reply.draft_id) == (None, [], None)


def test_a_second_click_finds_the_first_reply(database: Database, rep: Actor, conversation_id: int) -> None:
    token, seen = _open(database, rep, conversation_id)
    first = _send(database, rep, conversation_id, token=token, seen_message_id=seen)
    second = _send(database, rep, conversation_id, token=token, seen_message_id=seen)
    assert second.already_sent
    assert second.message.id == first.message.id
    assert len(_all(database, OutboxItem)) == 1


def test_another_text_from_a_second_tab_is_not_lost_silently(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    token, seen = _open(database, rep, conversation_id)
    _send(database, rep, conversation_id, "From tab one", token=token, seen_message_id=seen)
    with database.transaction() as session, pytest.raises(Conflict, match="sent from another tab"):
        save_composer(rep, conversation_id, session=session, text="late autosave", token=token)
    with database.transaction() as session:
        save_composer(rep, conversation_id, session=session, text="From tab two")
    with pytest.raises(Conflict, match="From tab one"):
        _send(database, rep, conversation_id, "From tab two", token=token, seen_message_id=seen)
    with database.reading() as session:
        assert session.exec(select(Composer.text)).one() == "From tab two"


def test_a_customer_who_writes_meanwhile_stops_the_reply(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    token, seen = _open(database, rep, conversation_id)
    with database.transaction() as session:
        save_composer(rep, conversation_id, session=session, text="Under Billing.")
        add_customer_message(conversation_id, session=session, text="Never mind, found it!", name="Ada")
    with pytest.raises(Conflict, match=r"Ada wrote “Never mind, found it!” at \d\d:\d\d, after"):
        _send(database, rep, conversation_id, token=token, seen_message_id=seen)
    assert _all(database, OutboxItem) == []
    with database.reading() as session:
        assert session.exec(select(Composer.text)).one() == "Under Billing."
    # Having read it, the same token sends.
    assert not _send(database, rep, conversation_id, "Glad to hear!", token=token).already_sent


def test_a_conflict_counts_what_came_and_uses_the_readers_clock(database: Database) -> None:
    actor = add_actor(database, "tokyo", time_zone="Asia/Tokyo")
    load(database, [record("c1", said("customer", "One", external_id="m1"))])
    key = stored_id(database)
    token, seen = _open(database, actor, key)
    load(
        database,
        [
            record(
                "c1",
                said("customer", "One", external_id="m1"),
                said("customer", "Two", minute=1),
                said("rep", "Three", minute=2),
            )
        ],
    )
    with pytest.raises(Conflict, match="The rep wrote “Three” at 18:02 and 1 more before it"):
        _send(database, actor, key, token=token, seen_message_id=seen)


def test_what_cannot_be_sent(database: Database, rep: Actor, other_rep: Actor, conversation_id: int) -> None:
    load(database, [record("c2")])
    foreign = _open(database, rep, stored_id(database, "c2"))
    with pytest.raises(InvalidInput, match="empty"):
        _send(database, rep, conversation_id, " \n\0")
    with pytest.raises(InvalidInput, match="is the most"):
        _send(database, rep, conversation_id, "x" * 1_000_001)
    with pytest.raises(InvalidInput, match="Unknown status"):
        _send(database, rep, conversation_id, status_after="parked")
    with pytest.raises(InvalidInput, match="not in this conversation"):
        _send(database, rep, conversation_id, seen_message_id=foreign[1])
    with pytest.raises(Conflict, match="out of date"):
        _send(database, rep, conversation_id, token=foreign[0])
    with pytest.raises(Conflict, match="out of date"):
        _send(database, rep, conversation_id, token="guessed")
    token, _ = _open(database, rep, conversation_id)
    _send(database, rep, conversation_id, token=token)
    with pytest.raises(InvalidInput, match="belongs to another"):
        _send(database, other_rep, conversation_id, token=token)
    assert len(_all(database, Reply)) == 1


# Taking back


def _recall(database: Database, actor: Actor, message_id: int) -> Composer:
    with database.transaction() as session:
        return recall_reply(actor, message_id, session=session)


def test_a_recalled_reply_leaves_no_trace_but_the_audit(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    with database.reading() as session:
        before = session.get_one(Conversation, conversation_id).model_dump(exclude={"updated_at"})
    sent = _send(database, rep, conversation_id, draft=DraftUsed(3, "Under Billing."))
    with database.transaction() as session:
        save_composer(rep, conversation_id, session=session, text="P.S.")
    composer = _recall(database, rep, sent.message.key)
    assert (composer.text, composer.draft_id) == ("Under Billing.\n\nP.S.", 3)
    with database.reading() as session:
        view = get_conversation(rep, conversation_id, session=session)
        assert session.get_one(Conversation, conversation_id).model_dump(exclude={"updated_at"}) == before
        assert audit.list_entries(session=session, action="reply.recalled")
    assert [message.text for message in view.messages] == ["Where is my invoice?"]
    assert view.deliveries[sent.message.key].state == "recalled"
    with database.transaction() as session:
        assert claim_due(session=session, runner="r") == []
    assert not _send(database, rep, conversation_id).already_sent


def test_a_token_of_a_recalled_reply_sends_nothing(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    token, seen = _open(database, rep, conversation_id)
    sent = _send(database, rep, conversation_id, token=token, seen_message_id=seen)
    _recall(database, rep, sent.message.key)
    with pytest.raises(Conflict, match="took this reply back"):
        _send(database, rep, conversation_id, token=token, seen_message_id=seen)


def test_a_recall_keeps_what_happened_since(database: Database, rep: Actor, conversation_id: int) -> None:
    sent = _send(database, rep, conversation_id)
    with database.transaction() as session:
        later = add_customer_message(conversation_id, session=session, text="Found it, thanks!")
        set_status(rep, conversation_id, session=session, status="resolved")
    _recall(database, rep, sent.message.key)
    with database.reading() as session:
        stored = session.get_one(Conversation, conversation_id)
    assert (stored.status, stored.waiting_since, stored.message_count) == ("resolved", None, 2)
    assert (stored.preview, stored.last_customer_message_id) == ("Found it, thanks!", later.id)


def test_who_cannot_take_back_and_when(
    database: Database, rep: Actor, other_rep: Actor, conversation_id: int
) -> None:
    sent = _send(database, rep, conversation_id)
    with pytest.raises(PermissionDenied):
        _recall(database, other_rep, sent.message.key)
    with pytest.raises(NotFound):
        _recall(database, rep, 10**9)
    with database.transaction() as session:
        item = session.exec(select(OutboxItem)).one()
        item.due_at = now()
        session.add(item)
    with database.transaction() as session:
        claimed = claim_due(session=session, runner="r")
    with pytest.raises(Conflict, match="on its way"):
        _recall(database, rep, sent.message.key)
    with database.transaction() as session:
        mark_failed(claimed[0].key, session=session, error="timeout", retry_at=now())
    with pytest.raises(Conflict, match="on its way"):
        _recall(database, rep, sent.message.key)


def _at_once(*calls: Callable[[], object]) -> None:
    together = Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        together.wait()
        call()

    threads = [Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _claim_or_recall_at_once(database: Database, actor: Actor, message_id: int) -> list[str]:
    outcomes: list[str] = []

    def recall() -> None:
        with suppress(Conflict):
            _recall(database, actor, message_id)
            outcomes.append("recalled")

    def claim() -> None:
        with database.transaction() as session:
            outcomes.extend("claimed" for _ in claim_due(session=session, runner="r"))

    _at_once(recall, claim)
    return outcomes


def test_recall_and_claim_at_once_have_one_winner(
    database: Database, rep: Actor, conversation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATCHET_UNDO_SEND_SECONDS", "0")
    get_settings.cache_clear()
    for number in range(8):
        sent = _send(database, rep, conversation_id, f"Reply {number}")
        assert len(_claim_or_recall_at_once(database, rep, sent.message.key)) == 1
        with database.transaction() as session:
            session.execute(
                update(OutboxItem).where(col(OutboxItem.state) == "delivering").values(state="failed")
            )


# At the same time

_SENDER = """
import sys, time
from sqlmodel import Session
from core.conversations import send_reply
from core.database import Database
from core.errors import RatchetError
from core.identity import Actor, Role
url, person, conversation, token, seen, text, at = sys.argv[1:]
database = Database(url)
actor = Actor(int(person), "x", "Rep " + person, Role.REP)
with database.reading() as session:  # connect before the start
    session.connection()
time.sleep(max(0, float(at) - time.time()))
try:
    with database.transaction() as session:
        given = {"text": text, "token": token, "seen_message_id": int(seen)}
        sent = send_reply(actor, int(conversation), session=session, **given)
    print("again" if sent.already_sent else "sent")
except RatchetError as error:
    print(type(error).__name__)
"""


def _race(database_url: str, conversation_id: int, senders: list[tuple[Actor, str, int, str]]) -> list[str]:
    at = str(now().timestamp() + 4)
    processes = [
        subprocess.Popen(
            [
                sys.executable, "-c", _SENDER, database_url, str(actor.person_id), str(conversation_id),
                token, str(seen), text, at,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for actor, token, seen, text in senders
    ]  # fmt: skip
    return sorted(process.communicate(timeout=60)[0].strip() for process in processes)


def test_one_token_in_four_processes_is_one_message(
    database: Database, database_url: str, rep: Actor, conversation_id: int
) -> None:
    token, seen = _open(database, rep, conversation_id)
    outcomes = _race(database_url, conversation_id, [(rep, token, seen, "Under Billing.")] * 4)
    assert outcomes == ["again", "again", "again", "sent"]
    assert len(_all(database, Message)) == 2
    assert len(_all(database, OutboxItem)) == 1
    with database.reading() as session:
        assert audit.verify(session=session).ok


def test_two_reps_in_two_processes_are_one_message_and_one_conflict(
    database: Database, database_url: str, rep: Actor, other_rep: Actor, conversation_id: int
) -> None:
    senders = [
        (actor, *_open(database, actor, conversation_id), f"Answer of {actor.name}")
        for actor in (rep, other_rep)
    ]
    assert _race(database_url, conversation_id, senders) == ["Conflict", "sent"]
    assert len(_all(database, Message)) == 2


def test_two_threads_of_one_process_send_once(database: Database, rep: Actor, conversation_id: int) -> None:
    token, seen = _open(database, rep, conversation_id)
    outcomes: list[bool | RatchetError] = []

    def send() -> None:
        try:
            sent = _send(database, rep, conversation_id, token=token, seen_message_id=seen)
            outcomes.append(sent.already_sent)
        except RatchetError as error:
            outcomes.append(error)

    _at_once(*[send] * 6)
    assert sorted(outcomes, key=bool) == [False, True, True, True, True, True]


def test_a_composer_opened_twice_at_once_is_one(database: Database, rep: Actor, conversation_id: int) -> None:
    tokens: list[str] = []

    def run() -> None:
        with database.transaction() as session:
            tokens.append(open_composer(rep, conversation_id, session=session).token)

    _at_once(*[run] * 5)
    assert len(set(tokens)) == 1
