"""kill -9 around delivery: the reply leaves exactly once, whatever moment the process dies at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlmodel import select

from core.conversations import OutboxItem, get_conversation, open_composer, send_reply
from core.database import Database, now
from core.identity import Actor
from core.settings import get_settings
from core.surfaces import delivery, transports
from core.surfaces.delivery import deliver_due
from core.surfaces.transports import Parcel, Transport
from tests.core.conversations.make import add_actor, load, record, stored_id
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults
ROUNDS = 12


class _Dying:
    """A transport whose process dies before or after the real one did its work."""

    def __init__(self, inner: Transport, moment: str) -> None:
        self._inner = inner
        self._moment = moment

    def deliver(self, parcel: Parcel) -> str:
        if self._moment == "before delivery":
            die()
        receipt = self._inner.deliver(parcel)
        if self._moment == "after delivery":
            die()
        return receipt

    def close(self) -> None:
        self._inner.close()


def _deliver_and_die(database: Database, moment: str) -> None:
    """In the child: deliver what is due, and die at ``moment``."""
    settings = get_settings()
    if moment == "before the file is whole":
        transports.os.fsync = die  # type: ignore[attr-defined]
    if moment == "before the mark is committed":
        delivery.mark_delivered = die  # type: ignore[attr-defined]
    way = _Dying(transports.transport_for(settings), moment)
    lease = timedelta(milliseconds=50)
    deliver_due(database=database, settings=settings, runner="dying", transport=way, lease=lease)


def _send_and_die(database: Database, actor: Actor, moment: str, key: int, token: str, seen: int) -> None:
    """In the child: send, and die right before or right after the commit."""
    with database.transaction() as session:
        send_reply(actor, key, session=session, text="Hello", token=token, seen_message_id=seen)
        if moment == "before commit":
            die()
    die()


@pytest.fixture(autouse=True)
def _leave_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RATCHET_UNDO_SEND_SECONDS", "0")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def rep(database: Database) -> Actor:
    return add_actor(database, "rosa")


def _ready(database: Database, rep: Actor, external_id: str) -> tuple[int, str, int]:
    load(database, [record(external_id)])
    key = stored_id(database, external_id)
    with database.transaction() as session:
        token = open_composer(rep, key, session=session).token
        seen = get_conversation(rep, key, session=session).last_message_id or 0
    return key, token, seen


def _send(database: Database, rep: Actor, external_id: str) -> None:
    key, token, seen = _ready(database, rep, external_id)
    with database.transaction() as session:
        send_reply(rep, key, session=session, text="Hello", token=token, seen_message_id=seen)


def _items(database: Database) -> list[OutboxItem]:
    with database.reading() as session:
        return list(session.exec(select(OutboxItem)))


def _recover(database: Database) -> None:
    """Another process takes over once the dead one's lease has run out."""
    with database.transaction() as session:
        for item in session.exec(select(OutboxItem).where(OutboxItem.state == "delivering")):
            assert item.due_at <= now() + timedelta(milliseconds=50), "the lease is short"
            item.due_at = now()
            session.add(item)
    deliver_due(database=database, settings=get_settings(), runner="survivor")


@pytest.mark.parametrize(
    "moment",
    ["before delivery", "before the file is whole", "after delivery", "before the mark is committed"],
)
def test_a_killed_runner_leaves_one_file_per_reply(
    database: Database, rep: Actor, home: Path, moment: str
) -> None:
    for number in range(ROUNDS):
        _send(database, rep, f"c{number}")
        run_until_killed(partial(_deliver_and_die, moment=moment), database)
        assert [item.state for item in _items(database)].count("delivering") == 1
        _recover(database)
    items = _items(database)
    assert [item.state for item in items] == ["delivered"] * ROUNDS
    files = sorted(path.name for path in (home / "delivered").iterdir())
    assert files == sorted(f"{item.idempotency_key}.json" for item in items)
    assert all(json.loads((home / "delivered" / name).read_text())["text"] == "Hello" for name in files)


@pytest.mark.parametrize("moment", ["before commit", "after commit"])
def test_a_killed_sender_leaves_a_whole_reply_or_none(
    database: Database, rep: Actor, home: Path, moment: str
) -> None:
    for number in range(ROUNDS):
        key, token, seen = _ready(database, rep, f"c{number}")
        run_until_killed(
            partial(_send_and_die, actor=rep, moment=moment, key=key, token=token, seen=seen), database
        )
        # The rep's browser tries again with the same token, as after a reload.
        with database.transaction() as session:
            again = send_reply(rep, key, session=session, text="Hello", token=token, seen_message_id=seen)
        assert again.already_sent is (moment == "after commit")
        deliver_due(database=database, settings=get_settings(), runner="survivor")
    assert len(list((home / "delivered").iterdir())) == ROUNDS
    assert [item.state for item in _items(database)] == ["delivered"] * ROUNDS


def test_a_webhook_sees_repeats_only_under_the_same_key(
    database: Database, rep: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            tries[self.headers["Idempotency-Key"]] += 1
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        monkeypatch.setenv("RATCHET_DELIVERY", "webhook")
        monkeypatch.setenv("RATCHET_DELIVERY_URL", f"http://127.0.0.1:{server.server_port}/")
        get_settings.cache_clear()
        for number in range(ROUNDS):
            _send(database, rep, f"c{number}")
            moment = "after delivery" if number % 2 else "before delivery"
            run_until_killed(partial(_deliver_and_die, moment=moment), database)
            _recover(database)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert set(tries) == {item.idempotency_key for item in _items(database)}
    assert sorted(tries.values()) == [1] * (ROUNDS // 2) + [2] * (ROUNDS // 2)
    assert {item.state for item in _items(database)} == {"delivered"}
