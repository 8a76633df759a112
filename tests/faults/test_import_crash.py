"""kill -9 during an import, then the same import again: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, text
from sqlmodel import Session

from core.conversations import ConversationRecord, ImportReport, customers, statements
from core.conversations import batch as batches
from core.conversations.batch import Checked, ConversationBatch, Written
from core.conversations.statements import Rows
from core.database import Database, migrate
from tests.core.conversations.make import START, load, record, said
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults
CONVERSATIONS = 300
BATCH = 20


def _import_and_die(database: Database, batch: int, moment: str) -> None:
    """In the child: import, and die in the given batch at the given moment."""
    started = 0
    write, insert = ConversationBatch.write, statements.insert_rows

    def dying_write(self: ConversationBatch, records: Sequence[Checked]) -> Written:
        nonlocal started
        started += 1
        written = write(self, records)
        if started == batch and moment == "before commit":
            die()
        return written

    def dying_insert(connection: Connection, table: Table, rows: Rows) -> None:
        insert(connection, table, rows)
        if started == batch and moment == table.name:
            die()

    def progress(_: ImportReport) -> None:
        if started == batch and moment == "after commit":
            die()

    ConversationBatch.write = dying_write  # type: ignore[method-assign]
    batches.insert_rows = customers.insert_rows = dying_insert
    load(database, _records(), batch_size=BATCH, progress=progress)


def _import_and_tell(database: Database, pipe: int) -> None:
    """In the child: import in small batches, telling through ``pipe`` how far it is."""
    load(database, _records(), batch_size=5, progress=lambda _: os.write(pipe, b"."))


def _records() -> Iterator[ConversationRecord]:
    for number in range(CONVERSATIONS):
        messages = [
            said("customer" if turn % 2 == 0 else "rep", f"turn {turn} of {number}", minute=turn)
            for turn in range(1 + number % 5)
        ]
        yield record(f"c{number}", *messages, subject=f"Matter {number}", created_at=START)


def _contents(database: Database) -> list[tuple[object, ...]]:
    """Everything imported, without the keys and times that differ from run to run."""
    with database.reading() as session:
        rows = session.execute(
            text(
                "SELECT v.external_id, v.subject, v.status, v.message_count, v.preview, v.waiting_since, "
                "u.external_id, u.name, m.position, m.external_id, m.author, m.text, m.created_at, "
                "v.last_customer_message_id = m.id "
                "FROM conversation v JOIN customer u ON u.id = v.customer_id "
                "JOIN message m ON m.conversation_id = v.id ORDER BY v.external_id, m.position"
            )
        )
        return [tuple(row) for row in rows]


def _found(session: Session, word: str) -> int:
    table = (
        "conversation_search WHERE document @@ to_tsquery('simple', :word)"
        if session.get_bind().dialect.name == "postgresql"
        else "conversation_fts WHERE conversation_fts MATCH :word"
    )
    return session.execute(text(f"SELECT count(*) FROM {table}"), {"word": word}).scalar_one()


def _check_whole(database: Database, tmp_path: Path) -> None:
    """What two attempts left equals what one undisturbed import makes elsewhere."""
    if database.is_sqlite:
        elsewhere = Database(f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
        migrate(elsewhere)
        load(elsewhere, _records(), batch_size=77)
        assert _contents(database) == _contents(elsewhere)
        elsewhere.dispose()
    contents = _contents(database)
    assert len({row[0] for row in contents}) == CONVERSATIONS
    assert len(contents) == sum(1 + number % 5 for number in range(CONVERSATIONS))
    with database.reading() as session:
        assert _found(session, "matter") == CONVERSATIONS


@pytest.mark.parametrize("batch", [1, 8, 15])
@pytest.mark.parametrize("moment", ["customer", "conversation", "message", "before commit", "after commit"])
def test_an_import_killed_at_a_moment_is_made_whole(
    database: Database, tmp_path: Path, batch: int, moment: str
) -> None:
    run_until_killed(partial(_import_and_die, batch=batch, moment=moment), database)
    whole_batches = batch if moment == "after commit" else batch - 1
    report = load(database, _records(), batch_size=BATCH)
    assert report.rejects == []
    assert report.unchanged == whole_batches * BATCH
    assert report.new == CONVERSATIONS - whole_batches * BATCH
    _check_whole(database, tmp_path)
    assert load(database, _records()).unchanged == CONVERSATIONS


@pytest.mark.parametrize("batches", [1, 12, 30, 48])
def test_an_import_killed_from_outside_is_made_whole(
    database: Database, tmp_path: Path, batches: int
) -> None:
    database.dispose()
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _import_and_tell(Database(database.url.render_as_string(hide_password=False)), theirs)
        finally:
            os._exit(0)
    os.close(theirs)
    told = 0
    while told < batches and (said_now := os.read(ours, 1)):
        told += len(said_now)
    os.kill(child, signal.SIGKILL)
    os.close(ours)
    os.waitpid(child, 0)
    report = load(database, _records())
    assert report.rejects == []
    assert report.unchanged >= batches * 5
    assert report.new + report.unchanged == CONVERSATIONS
    _check_whole(database, tmp_path)
