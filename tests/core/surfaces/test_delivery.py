"""Delivering replies: into a folder, and to a real HTTP server that counts by idempotency key."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from core.conversations import (
    CustomerRecord,
    MessageRecord,
    OutboxItem,
    get_conversation,
    open_composer,
    send_reply,
)
from core.database import Database, now
from core.errors import ConfigurationError
from core.identity import Actor
from core.settings import Settings, get_settings
from core.surfaces import transports
from core.surfaces.delivery import LONGEST_WAIT, MAX_ATTEMPTS, deliver_due, wait_before
from core.surfaces.transports import LocalTransport, Parcel, TryLater, WebhookTransport, transport_for
from tests.core.conversations.make import add_actor, load, record, said, stored_id


@pytest.fixture(autouse=True)
def _leave_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RATCHET_UNDO_SEND_SECONDS", "0")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def rep(database: Database) -> Actor:
    return add_actor(database, "rosa")


def send(
    database: Database,
    rep: Actor,
    external_id: str = "c1",
    *,
    text: str = "Hello",
    messages: tuple[MessageRecord, ...] = (),
    **rest: Any,
) -> int:
    load(database, [record(external_id, *messages, **rest)])
    key = stored_id(database, external_id)
    with database.transaction() as session:
        token = open_composer(rep, key, session=session).token
        seen = get_conversation(rep, key, session=session).last_message_id or 0
        return send_reply(rep, key, session=session, text=text, token=token, seen_message_id=seen).message.key


def item_of(database: Database, message_id: int) -> OutboxItem:
    with database.reading() as session:
        return session.exec(select(OutboxItem).where(OutboxItem.message_id == message_id)).one()


def make_due(database: Database) -> None:
    with database.transaction() as session:
        for item in session.exec(select(OutboxItem)):
            item.due_at = now()
            session.add(item)


# Into a folder


def test_a_chat_reply_becomes_one_json_file(database: Database, rep: Actor, home: Path) -> None:
    message_id = send(database, rep, text="Grüße 👋")
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 1
    item = item_of(database, message_id)
    (path,) = (home / "delivered").iterdir()
    assert (item.state, item.receipt, item.error) == ("delivered", path.name, "")
    body = json.loads(path.read_text("utf-8"))
    assert (body["idempotency_key"], body["text"], body["conversation"]) == (
        item.idempotency_key,
        "Grüße 👋",
        "c1",
    )
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 0


def test_an_email_reply_becomes_a_mail_that_threads(database: Database, rep: Actor, home: Path) -> None:
    send(
        database,
        rep,
        text="Grüße\n.\nBis bald",
        channel="email",
        subject="Rechnung\r\nBcc: evil@example.com",
        customer=CustomerRecord("u1", name='Émile "Z" Zola\n', email="emile@example.com"),
    )
    asked = said("customer", "Hi", external_id="<q@mail>")
    send(database, rep, "c2", messages=(asked,), customer=CustomerRecord("u2", email="b@c"), channel="email")
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 2
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (home / "delivered").iterdir()
        if path.suffix == ".eml"
    ]
    mail = next(mail for mail in mails if "emile" in mail["To"])
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Re: Rechnung Bcc: evil@example.com"
    assert mail["To"].addresses[0].addr_spec == "emile@example.com"
    assert mail["To"].addresses[0].display_name == 'Émile "Z" Zola'
    assert mail.get_content().splitlines() == ["Grüße", ".", "Bis bald"]
    assert {mail["In-Reply-To"] for mail in mails} == {"<m1>", "<q@mail>"}


@pytest.mark.parametrize(
    "address", ["", "no-at-sign", "a b@example.com", "x@", "@example.com", "é@exämple.com\n"]
)
def test_an_unusable_address_fails_visibly(database: Database, rep: Actor, address: str, home: Path) -> None:
    message_id = send(database, rep, channel="email", customer=CustomerRecord("u1", email=address))
    assert deliver_due(database=database, settings=get_settings(), runner="t") in (0, 1)
    item = item_of(database, message_id)
    if address.startswith("é"):  # an internationalised address is one
        assert item.state == "delivered"
        return
    assert (item.state, item.error) == ("failed", "The customer has no usable e-mail address.")
    assert not list((home / "delivered").glob("*"))


def test_delivering_a_key_again_changes_nothing(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path / "out", organisation="Halyard")
    first = Parcel("k1", {"channel": "chat", "text": "first"})
    assert transport.deliver(first) == transport.deliver(Parcel("k1", {"channel": "chat", "text": "other"}))
    (path,) = (tmp_path / "out").iterdir()
    assert json.loads(path.read_text())["text"] == "first"
    assert path.stat().st_nlink == 1


def test_leftovers_of_a_killed_attempt_are_swept(tmp_path: Path) -> None:
    (tmp_path / ".k1.json.dead").write_text("{half")
    LocalTransport(tmp_path, organisation="Halyard").deliver(Parcel("k1", {"channel": "chat"}))
    assert [path.name for path in tmp_path.iterdir()] == ["k1.json"]


def test_a_folder_that_cannot_be_written_is_tried_again(database: Database, rep: Actor, home: Path) -> None:
    (home / "delivered").write_text("a file is in the way")
    message_id = send(database, rep)
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 0
    assert (item_of(database, message_id).state, item_of(database, message_id).attempts) == ("pending", 1)
    (home / "delivered").unlink()
    make_due(database)
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 1


# To an HTTP server


@dataclass
class Endpoint:
    """A real server. ``answers`` are statuses to give before 200; a callable runs first."""

    url: str = ""
    answers: list[int | Callable[[], int]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def by_key(self) -> Counter[str]:
        return Counter(key for key, _ in self.received)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    state = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.received.append((self.headers["Idempotency-Key"], body))
            answer = state.answers.pop(0) if state.answers else 200
            status = answer() if callable(answer) else answer
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            content = b"<b>why\nnot</b>" * 100
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/replies"
    monkeypatch.setenv("RATCHET_DELIVERY", "webhook")
    monkeypatch.setenv("RATCHET_DELIVERY_URL", state.url)
    get_settings.cache_clear()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_webhook_gets_the_reply_once(database: Database, rep: Actor, endpoint: Endpoint) -> None:
    message_id = send(database, rep, text="Grüße")
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 1
    item = item_of(database, message_id)
    ((key, body),) = endpoint.received
    assert (key, body["text"], body["to"]) == (item.idempotency_key, "Grüße", "ada@example.com")
    assert (item.state, item.receipt) == ("delivered", "HTTP 200")


def test_trouble_is_tried_again_under_the_same_key(
    database: Database, rep: Actor, endpoint: Endpoint
) -> None:
    endpoint.answers = [500, 503, 429, 0]
    message_id = send(database, rep)
    for attempt, error in enumerate(
        ["HTTP 500 <b>why", "HTTP 503", "HTTP 429", "could not be reached"], start=1
    ):
        before = now()
        assert deliver_due(database=database, settings=get_settings(), runner="t") == 0
        item = item_of(database, message_id)
        assert (item.state, item.attempts) == ("pending", attempt)
        assert error in item.error
        wait = (item.due_at - before) / wait_before(attempt)
        assert 0.9 <= wait <= 1.5
        make_due(database)
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 1
    assert list(endpoint.by_key.values()) == [5]
    assert item_of(database, message_id).error == ""


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 422])
def test_a_refusal_fails_with_its_reason(
    database: Database, rep: Actor, endpoint: Endpoint, status: int
) -> None:
    endpoint.answers = [status]
    endpoint.headers = {"Location": endpoint.url}
    message_id = send(database, rep)
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 0
    item = item_of(database, message_id)
    assert item.state == "failed"
    assert item.error.startswith(f"The endpoint refused it: HTTP {status} <b>why not</b>")
    assert len(item.error) < 400
    assert len(endpoint.received) == 1


def test_a_server_may_ask_to_be_left_alone(database: Database, rep: Actor, endpoint: Endpoint) -> None:
    endpoint.answers, endpoint.headers = [503], {"Retry-After": "1800"}
    message_id = send(database, rep)
    deliver_due(database=database, settings=get_settings(), runner="t")
    assert item_of(database, message_id).due_at - now() > timedelta(minutes=29)


def test_a_server_that_does_not_answer_is_given_up_in_time(
    database: Database, rep: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "TIMEOUT", httpx2.Timeout(0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings(delivery="webhook", delivery_url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        message_id = send(database, rep)
        assert deliver_due(database=database, settings=settings, runner="t") == 0
    item = item_of(database, message_id)
    assert (item.state, item.error) == ("pending", "The endpoint did not answer in time.")


def test_an_unreachable_server_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(TryLater, match="could not be reached"):
        WebhookTransport(f"http://127.0.0.1:{port}/").deliver(Parcel("k", {}))


def test_one_bad_reply_does_not_stop_the_others(database: Database, rep: Actor, endpoint: Endpoint) -> None:
    endpoint.answers = [400, 200, 500, 200]
    ids = [send(database, rep, f"c{n}") for n in range(4)]
    assert deliver_due(database=database, settings=get_settings(), runner="t") == 2
    assert [item_of(database, key).state for key in ids] == ["failed", "delivered", "pending", "delivered"]


def test_a_defect_in_a_transport_is_a_visible_failure(database: Database, rep: Actor) -> None:
    class Broken:
        def deliver(self, parcel: Parcel) -> str:
            raise KeyError(parcel.payload["text"])

        def close(self) -> None: ...

    message_id = send(database, rep)
    assert deliver_due(database=database, settings=get_settings(), runner="t", transport=Broken()) == 0
    assert item_of(database, message_id).error == "Defect while delivering: KeyError: 'Hello'"


def test_it_gives_up_after_about_a_day(database: Database, rep: Actor, endpoint: Endpoint) -> None:
    waits = [wait_before(attempt) for attempt in range(1, MAX_ATTEMPTS)]
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(waits) == LONGEST_WAIT
    assert timedelta(hours=20) < sum(waits, timedelta()) < timedelta(hours=28)
    message_id = send(database, rep)
    with database.transaction() as session:
        item = session.exec(select(OutboxItem)).one()
        item.attempts = MAX_ATTEMPTS - 1
        session.add(item)
    endpoint.answers = [500]
    deliver_due(database=database, settings=get_settings(), runner="t")
    assert item_of(database, message_id).state == "failed"


def test_four_runners_at_once_deliver_each_once(database: Database, rep: Actor, endpoint: Endpoint) -> None:
    for n in range(20):
        send(database, rep, f"c{n}")
    counts: list[int] = []
    settings = get_settings()

    def run(name: str) -> None:
        counts.append(deliver_due(database=database, settings=settings, runner=name))

    threads = [Thread(target=run, args=[f"r{n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.append(deliver_due(database=database, settings=settings, runner="last"))
    assert sum(counts) == 20
    assert set(endpoint.by_key.values()) == {1}


def test_a_webhook_needs_an_address() -> None:
    for url in ("", "ftp://example.com", "example.com"):
        with pytest.raises(ConfigurationError, match="RATCHET_DELIVERY_URL"):
            transport_for(Settings(delivery="webhook", delivery_url=url))
