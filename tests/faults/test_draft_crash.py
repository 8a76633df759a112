"""A process is killed while it streams a draft: nothing is lost, nothing is there twice.

The child process streams a reply chunk by chunk and waits after each number of chunks until the
parent lets it go on, so every kill hits a known moment. All waiting is for state in the database or
a line from the child, never for time to pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

import pytest
from sqlmodel import col, select

from core.assist import Citation, Draft, DraftRunner, Equipment, current_draft
from core.conversations import Conversation
from core.database import Database
from core.identity import Actor
from core.settings import get_settings
from tests.core.assist.making import (
    Provider,
    answering,
    conversation,
    eventually,
    import_knowledge,
    refund_answer,
    rep,
    scripted,
    searching,
)
from tests.faults.scripts import line, start_script

pytestmark = pytest.mark.faults
CHUNK = 20

CHILD = """
import sys
from core.assist import DraftRunner, Equipment
from core.database import open_database
from core.identity import SYSTEM
from core.settings import get_settings
from tests.core.assist.making import Provider, SlowModel, refund_answer

settings = get_settings()
database = open_database(settings)
model = SlowModel(refund_answer(), chunk=int(sys.argv[2]))
runner = DraftRunner(database, settings, equipment=Equipment(database, settings, Provider(model)))
talk.send(runner.start(int(sys.argv[1]), actor=SYSTEM))
while True:
    model.allow(talk.recv())
    talk.send("allowed")
"""


@dataclass
class Writing:
    """A process that writes a draft. It says the draft's id, then waits for each number of chunks."""

    process: ForkServerProcess
    talk: Connection

    def allow(self, chunks: int) -> None:
        self.talk.send(chunks)

    def says(self) -> object:
        assert self.talk.poll(60), "the process says nothing"
        return self.talk.recv()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


@contextmanager
def writing_process(case: int) -> Iterator[Writing]:
    """A process that writes a draft for ``case``."""
    ours, theirs = line()
    child = Writing(start_script(CHILD, case, CHUNK, talk=theirs), ours)
    theirs.close()
    try:
        yield child
    finally:
        child.kill()
        ours.close()


def drafts(database: Database, case: int) -> list[Draft]:
    with database.reading() as session:
        statement = select(Draft).where(col(Draft.conversation_id) == case).order_by(col(Draft.id))
        return list(session.exec(statement))


@pytest.fixture
def actor(database: Database) -> Actor:
    import_knowledge(database)
    with database.transaction() as session:
        return rep(session)


@pytest.fixture
def restarted(database: Database) -> Iterator[Callable[[], DraftRunner]]:
    """Starts the runner of "the next process", with a model that answers at once."""
    made: list[DraftRunner] = []

    def start() -> DraftRunner:
        model = scripted(searching(), answering(refund_answer()))
        equipment = Equipment(database, get_settings(), Provider(model))
        made.append(DraftRunner(database, get_settings(), equipment=equipment))
        return made[-1]

    yield start
    for runner in made:
        runner.close()


JSON = refund_answer().model_dump_json()
_PLACES = {
    "before the first word": 0,
    "inside a factual sentence": JSON.index("within 14") // CHUNK + 1,
    "inside a quote": JSON.rindex("within 14") // CHUNK + 1,
    "before the last chunk": (len(JSON) - 1) // CHUNK,
}


@pytest.mark.parametrize("chunks", _PLACES.values(), ids=_PLACES.keys())
def test_killed_while_streaming(
    database: Database, actor: Actor, restarted: Callable[[], DraftRunner], chunks: int
) -> None:
    case = conversation(database, "How long can I ask for a refund?")
    with writing_process(case) as child:
        left = eventually(lambda: drafts(database, case), seconds=60)[0]
        if chunks:
            child.allow(chunks)
            eventually(lambda: "within 14" in drafts(database, case)[0].text, seconds=60)
        child.kill()
    before = drafts(database, case)
    assert [draft.state for draft in before] == ["running"]

    runner = restarted()
    eventually(lambda: drafts(database, case)[0].state == "interrupted", seconds=30)
    (kept,) = drafts(database, case)
    assert (kept.id, kept.text, kept.decision) == (left.id, before[0].text, "")
    assert "{" not in kept.text
    with database.reading() as session:
        view = current_draft(actor, case, session=session)
        assert view is not None
        assert not view.usable
        assert session.get_one(Conversation, case).ai_outcome == ""

    again = runner.ensure_draft(case, actor=actor)
    assert again not in (None, left.id)
    eventually(lambda: drafts(database, case)[-1].state == "ready")
    assert runner.ensure_draft(case, actor=actor) == again
    first, second = drafts(database, case)
    assert (first.state, first.text, first.outcome) == ("interrupted", before[0].text, "superseded")
    assert (second.state, second.text) == ("ready", refund_text())
    assert citations(database, first.key) == 0
    assert citations(database, second.key) == 1


def test_killed_at_any_moment_around_the_end(
    database: Database, actor: Actor, restarted: Callable[[], DraftRunner]
) -> None:
    """The rest is let go and the process killed at once: the draft is whole, or interrupted and empty."""
    case = conversation(database, "How long can I ask for a refund?")
    with writing_process(case) as child:
        eventually(lambda: drafts(database, case), seconds=60)
        child.allow(10_000)
        while child.says() != "allowed":
            pass
        child.kill()
    runner = restarted()
    eventually(lambda: drafts(database, case)[0].state != "running", seconds=30)
    (draft,) = drafts(database, case)
    if draft.state == "ready":
        assert (draft.text, citations(database, draft.key)) == (refund_text(), 1)
    else:
        assert (draft.state, draft.decision, citations(database, draft.key)) == ("interrupted", "", 0)
        runner.ensure_draft(case, actor=actor)
        eventually(lambda: drafts(database, case)[-1].state == "ready")
    assert sum(each.state == "ready" for each in drafts(database, case)) == 1


@pytest.mark.usefixtures("actor")
def test_two_processes_write_one_draft(database: Database) -> None:
    case = conversation(database, "How long can I ask for a refund?")
    with writing_process(case) as first, writing_process(case) as second:
        names = [child.says() for child in (first, second)]
        assert names[0] == names[1]
        first.allow(10_000)
        second.allow(10_000)
        eventually(lambda: drafts(database, case)[0].state == "ready", seconds=60)
    (draft,) = drafts(database, case)
    assert citations(database, draft.key) == 1


def refund_text() -> str:
    return (
        "Hello,\n\nYou can ask for a refund within 14 days of the purchase.\n\nKind regards,\nHalyard Support"
    )


def citations(database: Database, draft_id: int) -> int:
    with database.reading() as session:
        return len(session.exec(select(Citation).where(col(Citation.draft_id) == draft_id)).all())
