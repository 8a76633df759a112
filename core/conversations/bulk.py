"""Import conversations: streaming, in bulk, and safe to repeat or to interrupt.

Each batch is one transaction. Whatever stops an import, importing the same source again adds what
is missing and nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlmodel import Session, col, select

from core import audit
from core.conversations.attachments import StoredAttachment, store_attachments
from core.conversations.batch import Checked, ConversationBatch, Written
from core.conversations.checking import check_conversation, message_keys, one_line
from core.conversations.records import ConversationRecord, ImportReport, Progress, Reject, StoredRecord
from core.database import Database
from core.errors import InvalidInput
from core.identity import SYSTEM, Actor, Permission, Person, require
from core.settings import get_settings

MAX_BATCH_CHARACTERS = 16_000_000
"""Text held in memory before a batch is written early."""

AlsoStore = Callable[[Session, Sequence[StoredRecord]], list[Reject]]
"""Stores more about records that were just written, in their transaction; says what it could not."""


def import_conversations(
    records: Iterable[ConversationRecord | Reject],
    *,
    database: Database,
    source: str,
    progress: Progress | None = None,
    batch_size: int = 2000,
    home: Path | None = None,
    actor: Actor = SYSTEM,
    also: AlsoStore | None = None,
) -> ImportReport:
    """Store conversations and say what became of each.

    A conversation is known by ``source`` and its external id. One that is there already gets the
    messages it lacks, and status, CSAT and tags where the source changed them since the last
    import. A record that cannot go in becomes a :class:`Reject`; the rest goes in.

    Args:
        records: a stream; it is never held as a whole. A ``Reject`` in it is passed through.
        source: where the records come from, for example "zendesk"; 1 to 64 characters.
        progress: called after each batch was committed.
        batch_size: conversations in one transaction.
        home: below it attachments are kept. By default the settings' ``home``.
        also: stores what else came with the records, in the transaction of their batch. What it
            refuses is reported; the conversations stay.

    Raises:
        PermissionDenied: the actor may not import.
        InvalidInput: the source has no usable name.
    """
    require(actor, Permission.CONVERSATIONS_IMPORT)
    if not source.strip() or len(source) > 64:
        raise InvalidInput("Name the source of the import in 1 to 64 characters, for example zendesk.")
    report = ImportReport()
    folder = home or get_settings().home
    people = _people(database)
    for batch in _batches(records, report, size=batch_size, home=folder):
        _write(batch, report, database=database, source=source, people=people, also=also)
        if progress is not None:
            progress(report)
    with database.transaction() as session:
        _record(actor, report, source=source, session=session)
    return report


def _batches(
    records: Iterable[ConversationRecord | Reject], report: ImportReport, *, size: int, home: Path
) -> Iterator[list[Checked]]:
    """Checked records in batches that repeat no external id."""
    batch: list[Checked] = []
    ids: set[str] = set()
    characters = 0
    for number, record in enumerate(records, start=1):
        if isinstance(record, Reject):
            report.rejects.append(record)
            continue
        line = record.line or number
        try:
            check_conversation(record)
        except InvalidInput as error:
            report.rejects.append(Reject(line, str(error), record.external_id[:200]))
            continue
        if record.external_id in ids or len(batch) >= size or characters > MAX_BATCH_CHARACTERS:
            yield batch
            batch, ids, characters = [], set(), 0
        batch.append(Checked(record, line, message_keys(record.messages), _stored(record, home)))
        ids.add(record.external_id)
        characters += sum(len(m.text) + len(m.html) + len(m.folded) for m in record.messages)
    if batch:
        yield batch


def _stored(record: ConversationRecord, home: Path) -> dict[int, tuple[StoredAttachment, ...]]:
    return {
        place: store_attachments(message.attachments, home=home)
        for place, message in enumerate(record.messages)
        if message.attachments
    }


def _write(
    batch: list[Checked],
    report: ImportReport,
    *,
    database: Database,
    source: str,
    people: dict[str, int],
    also: AlsoStore | None,
) -> None:
    """Write a batch; when the database refuses it, halve it until the one it refuses stands alone."""
    try:
        with database.transaction() as session:
            written = ConversationBatch(session.connection(), source=source, people=people).write(batch)
            refused = also(session, written.stored) if also is not None else []
    except StatementError as error:
        if isinstance(error, OperationalError | InterfaceError):
            raise
        if len(batch) == 1:
            reason = one_line(f"the database refused it: {error.orig}", 300)
            report.rejects.append(Reject(batch[0].line, reason, batch[0].record.external_id))
            return
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            _write(half, report, database=database, source=source, people=people, also=also)
        return
    _add(report, written)
    report.rejects.extend(refused)


def _add(report: ImportReport, written: Written) -> None:
    report.new += written.new
    report.updated += written.updated
    report.unchanged += written.unchanged
    report.messages += written.messages
    report.notes.update(written.notes)


def _people(database: Database) -> dict[str, int]:
    with database.reading() as session:
        people = session.exec(select(Person).where(col(Person.active))).all()
        return {person.username: person.key for person in people}


def _record(actor: Actor, report: ImportReport, *, source: str, session: Session) -> None:
    audit.record(
        actor.person_id,
        actor.who,
        "conversations.imported",
        session=session,
        subject_type="source",
        subject_id=source,
        new=report.new,
        updated=report.updated,
        unchanged=report.unchanged,
        messages=report.messages,
        rejects=len(report.rejects),
    )
