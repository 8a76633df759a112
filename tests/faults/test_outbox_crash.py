"""kill -9 around delivery: the reply leaves exactly once, whatever moment the process dies at."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlmodel import select

from core.conversations import OutboxItem, get_conversation, open_composer, send_reply
from core.database import Database, now
from core.identity import Actor
from core.settings import get_settings
from core.surfaces.delivery import deliver_due
from tests.core.conversations.make import add_actor, load, record, stored_id

pytestmark = pytest.mark.faults
ROUNDS = 10

# A runner that dies at the moment named on its command line.
_RUNNER = """
import os, signal, sys
from datetime import timedelta
from core.database import Database
from core.settings import get_settings
from core.surfaces import delivery, transports

moment = sys.argv[1]
database = Database(os.environ["RATCHET_DATABASE_URL"])

def die(*_args, **_rest):
    os.kill(os.getpid(), signal.SIGKILL)

class Dying:
    def __init__(self, inner):
        self.inner = inner
    def deliver(self, parcel):
        if moment == "before delivery":
            die()
        receipt = self.inner.deliver(parcel)
        if moment == "after delivery":
            die()
        return receipt
    def close(self):
        self.inner.close()

if moment == "before the file is whole":
    transports.os.fsync = die
if moment == "before the mark is committed":
    mark = delivery.mark_delivered
    def mark_and_die(*args, **rest):
        mark(*args, **rest)
        die()
    delivery.mark_delivered = mark_and_die
settings = get_settings()
delivery.deliver_due(
    database=database, settings=settings, runner="dying",
    transport=Dying(transports.transport_for(settings)), lease=timedelta(milliseconds=50),
)
print("survived")
"""

# A sender that dies right before, or right after, its transaction commits.
_SENDER = """
import os, signal, sys
from core.conversations import get_conversation, open_composer, send_reply
from core.database import Database
from core.identity import Actor, Role

moment, person, conversation, token, seen = sys.argv[1:]
actor = Actor(int(person), "rosa", "Rosa", Role.REP)
database = Database(os.environ["RATCHET_DATABASE_URL"])
with database.transaction() as session:
    send_reply(
        actor, int(conversation), session=session, text="Hello", token=token, seen_message_id=int(seen)
    )
    if moment == "before commit":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


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


def _die(code: str, *arguments: object) -> None:
    """Run ``code`` in a process that is expected to kill itself."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


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
        _die(_RUNNER, moment)
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
        _die(_SENDER, moment, rep.person_id, key, token, seen)
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
            _die(_RUNNER, "after delivery" if number % 2 else "before delivery")
            _recover(database)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert set(tries) == {item.idempotency_key for item in _items(database)}
    assert sorted(tries.values()) == [1] * (ROUNDS // 2) + [2] * (ROUNDS // 2)
    assert {item.state for item in _items(database)} == {"delivered"}
