"""kill -9 during an import, then the same import again: nothing lost, nothing twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from core.conversations import import_conversations
from core.database import Database
from tests.core.conversations.make import START, load, record, said

pytestmark = pytest.mark.faults
CONVERSATIONS = 300
BATCH = 20

# Imports the stream of _records(), and dies in the given batch at the given moment.
_IMPORTER = """
import os, signal, sys
from core.conversations import import_conversations
from core.conversations.batch import ConversationBatch
from core.database import Database
from tests.faults.test_import_crash import BATCH, _records

batch, moment = int(sys.argv[1]), sys.argv[2]
started = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

write, insert = ConversationBatch.write, ConversationBatch._insert

def dying_write(self, records):
    global started
    started += 1
    written = write(self, records)
    if started == batch and moment == "before commit":
        die()
    return written

def dying_insert(self, table, rows):
    insert(self, table, rows)
    if started == batch and moment == table.name:
        die()

def progress(report):
    if started == batch and moment == "after commit":
        die()

ConversationBatch.write, ConversationBatch._insert = dying_write, dying_insert
import_conversations(
    _records(), database=Database(os.environ["RATCHET_DATABASE_URL"]), source="test",
    batch_size=BATCH, progress=progress,
)
"""

_KILLED_FROM_OUTSIDE = """
import os
from core.conversations import import_conversations
from core.database import Database
from tests.faults.test_import_crash import _records
import_conversations(
    _records(), database=Database(os.environ["RATCHET_DATABASE_URL"]), source="test", batch_size=5,
    progress=lambda report: print(report.new, flush=True),
)
"""


def _records():  # type: ignore[no-untyped-def]
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
    from core.database import migrate

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
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTER, str(batch), moment],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    whole_batches = batch if moment == "after commit" else batch - 1
    report = import_conversations(_records(), database=database, source="test", batch_size=BATCH)
    assert report.rejects == []
    assert report.unchanged == whole_batches * BATCH
    assert report.new == CONVERSATIONS - whole_batches * BATCH
    _check_whole(database, tmp_path)
    assert load(database, _records()).unchanged == CONVERSATIONS


@pytest.mark.parametrize("after", [5, 60, 150, 240])
def test_an_import_killed_from_outside_is_made_whole(database: Database, tmp_path: Path, after: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED_FROM_OUTSIDE], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= after:
            break
    process.kill()
    process.communicate()
    report = load(database, _records())
    assert report.rejects == []
    assert report.unchanged >= after
    assert report.new + report.unchanged == CONVERSATIONS
    _check_whole(database, tmp_path)
