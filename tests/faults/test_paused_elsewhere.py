"""A draft pauses in one process, a second carries out what was approved, a third goes on; kill -9 between.

The model is a server with a script, so every process asks the same one. All waiting is for state in
the database, never for time to pass.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.context import ForkServerProcess

import pytest
from sqlmodel import col, select

from core.actions import AccountEntry, ActionRequest, InvoiceEntry, fill_back_office
from core.actions.connectors.halyard.store import open_store
from core.actions.connectors.halyard.tables import Operation, Refund
from core.assist import Draft, DraftRunner, Equipment, current_draft
from core.database import Database, now
from core.identity import Actor
from core.llm import model_provider
from core.settings import Settings, get_settings
from tests.core.assist.making import conversation, eventually, import_knowledge, rep, stored
from tests.fake_openai import Answer, FakeOpenAI, draft_json, fake_openai
from tests.faults.scripts import ended, start_script

pytestmark = pytest.mark.faults
INVOICE = "HLY-2026-100001"
MOMENTS = {
    "taken up": "core.assist.running.writing.conversation_context",
    "the receipt is told": "core.assist.acting.desk.Desk.report",
    "the model writes": "",
    "the reply is checked": "core.assist.drafting.finish",
    "the draft is stored": "core.assist.running.writing.store",
}
"""Where the resumed run dies: what it calls then, or nothing: the parent kills it."""

WRITES = """
import importlib, sys, threading
from core.assist import DraftRunner, Equipment
from core.database import open_database
from core.identity import SYSTEM
from core.llm import model_provider
from core.settings import get_settings
from tests.faults.dying import die

case, dies_at = int(sys.argv[1]), sys.argv[2]
if dies_at:
    parts = dies_at.split(".")
    owner = importlib.import_module(".".join(part for part in parts[:-1] if part.islower()))
    for part in parts[:-1]:
        owner = getattr(owner, part) if not part.islower() else owner
    setattr(owner, parts[-1], die)
settings = get_settings()
database = open_database(settings)
equipment = Equipment(database, settings, model_provider(settings), None)
runner = DraftRunner(database, settings, equipment=equipment)
if case:
    runner.start(case, actor=SYSTEM)
threading.Event().wait()
"""
DECIDES = """
import sys
from core.actions import ActionRequest, Executor, approve, open_catalogue
from core.database import open_database
from core.identity import Person, actor_of
from core.settings import get_settings

settings = get_settings()
database = open_database(settings)
catalogue = open_catalogue(database, settings)
with database.reading() as session:
    request = session.get_one(ActionRequest, int(sys.argv[1]))
    person = actor_of(session.get_one(Person, int(sys.argv[2])))
approve(person, request.key, database=database, catalogue=catalogue, revision=request.revision)
executor = Executor(database, lambda: catalogue, executor_id="second")
assert executor.carry_out(request.key).status == "done"
executor.close()
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, database: Database) -> Iterator[FakeOpenAI]:
    with fake_openai() as fake:
        for name, value in {"PROVIDER": "compatible", "NAME": "scripted", "BASE_URL": fake.url}.items():
            monkeypatch.setenv(f"RATCHET_MODEL_{name}", value)
        get_settings.cache_clear()
        yield fake


@pytest.fixture
def settings(server: FakeOpenAI) -> Iterator[Settings]:
    settings = get_settings()
    yield settings
    open_store(settings).dispose()


@pytest.fixture
def rita(database: Database, settings: Settings) -> Actor:
    import_knowledge(database)
    begun = now() - timedelta(days=60)
    invoice = InvoiceEntry(
        {
            "number": INVOICE,
            "period": "monthly",
            "net": 2900,
            "total": 2900,
            "currency": "EUR",
            "issued_at": begun,
            "renewal": True,
        },
        [{"amount": 2900, "method": "card ending 4242", "paid_at": begun}],
    )
    customer = {"external_id": "customer-c1", "email": "maria@example.org", "name": "Maria Lopez"}
    plan = {"plan": "sloop", "period": "monthly", "status": "active", "started_at": begun}
    fill_back_office(
        settings,
        [
            AccountEntry(
                {**customer, "country": "DE", "currency": "EUR", "created_at": begun},
                {**plan, "period_start": now(), "period_end": now() + timedelta(days=30)},
                [invoice],
            )
        ],
        [],
    )
    open_store(settings).dispose()
    with database.transaction() as session:
        return rep(session)


@contextmanager
def writing_process(case: int = 0, *, dies_at: str = "") -> Iterator[ForkServerProcess]:
    """A process with a runner; it starts a draft when it gets a case, else it only takes up what waits."""
    child = start_script(WRITES, case, dies_at)
    try:
        yield child
    finally:
        child.kill()
        child.join()


def decided_elsewhere(request: ActionRequest, actor: Actor) -> None:
    """A person approves and the action is carried out, in a process of its own that ends."""
    assert ended(start_script(DECIDES, request.key, actor.person_id), 100) == 0


def paused_and_carried_out(database: Database, server: FakeOpenAI, rita: Actor) -> tuple[int, int, str]:
    """A draft that paused in a process which is dead, and whose refund was paid in another.

    Returns:
        The conversation, the draft, and the sentence of the receipt.
    """
    case = conversation(database, "Please refund 20 EUR of my last invoice.")
    arguments = {"invoice": INVOICE, "amount": 20, "reason": "The customer asks"}
    server.answer_with(Answer(tool=("refund_invoice", arguments)))
    with writing_process(case) as child:
        eventually(lambda: _drafts(database, case, "waiting"), seconds=90)
        child.kill()
        child.join()
    (draft,) = _drafts(database, case, "waiting")
    (request,) = _requests(database)
    assert (request.status, request.draft_id) == ("proposed", draft.key)
    decided_elsewhere(request, rita)
    (request,) = _requests(database)
    assert (request.status, request.decided_by_id) == ("done", rita.person_id)
    assert stored(database, draft.key).state == "waiting"
    return case, draft.key, request.statements["en"][0]


def test_a_third_process_finishes_the_draft(
    database: Database, settings: Settings, server: FakeOpenAI, rita: Actor
) -> None:
    case, draft_id, sentence = paused_and_carried_out(database, server, rita)
    assert "20" in sentence
    server.answer_with(Answer(text=draft_json(sentence, passage="T1", quote=sentence)))
    with writing_process():
        eventually(lambda: stored(database, draft_id).state != "waiting", seconds=90)
        eventually(lambda: stored(database, draft_id).state == "ready", seconds=60)
    with database.reading() as session:
        view = current_draft(rita, case, session=session)
    assert view is not None
    assert view.draft.key == draft_id
    assert (view.draft.text, view.usable, view.draft.paused) == (sentence, True, {})
    assert [step.status for step in view.steps] == ["done"]
    _assert_paid_once(database, settings)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_it_goes_on(
    database: Database, settings: Settings, server: FakeOpenAI, rita: Actor, moment: str
) -> None:
    case, draft_id, sentence = paused_and_carried_out(database, server, rita)
    told = draft_json(sentence, passage="T1", quote=sentence)
    asked = len(server.requests)
    server.answer_with(Answer(text=told, delay=0.0 if MOMENTS[moment] else 300.0))
    with writing_process(dies_at=MOMENTS[moment]) as child:
        if not MOMENTS[moment]:
            eventually(lambda: len(server.requests) > asked, seconds=90)
            child.kill()
        assert ended(child, 90) == -signal.SIGKILL
    assert stored(database, draft_id).state == "running"
    server.script.clear()
    _assert_paid_once(database, settings)

    equipment = Equipment(database, settings, model_provider(settings), None)
    runner = DraftRunner(database, settings, equipment=equipment)
    try:
        eventually(lambda: stored(database, draft_id).state == "interrupted", seconds=30)
        server.answer_with(Answer(text=draft_json(sentence, passage="A1", quote=sentence)))
        newer = runner.ensure_draft(case, actor=rita)
        assert newer not in (None, draft_id)
        assert newer is not None
        eventually(lambda: stored(database, newer).state == "ready", seconds=60)
    finally:
        runner.close()
    assert stored(database, newer).text == sentence
    assert stored(database, draft_id).decision == ""
    assert len(_requests(database)) == 1
    _assert_paid_once(database, settings)


def _assert_paid_once(database: Database, settings: Settings) -> None:
    with open_store(settings).reading() as session:
        assert [refund.amount for refund in session.exec(select(Refund))] == [2000]
        assert [each.status for each in session.exec(select(Operation))] == ["done"]
    assert [request.status for request in _requests(database)] == ["done"]


def _drafts(database: Database, case: int, state: str) -> list[Draft]:
    with database.reading() as session:
        query = select(Draft).where(col(Draft.conversation_id) == case, col(Draft.state) == state)
        return list(session.exec(query))


def _requests(database: Database) -> list[ActionRequest]:
    with database.reading() as session:
        return list(session.exec(select(ActionRequest)))
