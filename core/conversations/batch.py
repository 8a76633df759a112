"""Write one batch of imported conversations inside one transaction, with bulk statements only.

A batch costs a fixed number of queries whatever its size: what is already there is looked up at
once, keys are assigned here, and each table gets one bulk insert and at most one bulk update.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from core.conversations.attachments import StoredAttachment
from core.conversations.checking import clean, customer_id_of, digest_key, one_line
from core.conversations.customers import write_customers
from core.conversations.records import ConversationRecord, MessageRecord, StoredRecord
from core.conversations.standing import Standing
from core.conversations.statements import (
    Rows,
    insert_rows,
    lock_source,
    new_ids,
    select_known,
    table_of,
    update_rows,
)
from core.conversations.tables import Attachment, Conversation, Message
from core.database import now

MAX_HTML = 2_000_000
"""Characters of a message's HTML that are kept; of a longer one only the plain text is."""

_CONVERSATION, _MESSAGE, _ATTACHMENT = table_of(Conversation), table_of(Message), table_of(Attachment)


@dataclass(frozen=True, slots=True)
class Checked:
    """A record that can go in: its messages' keys, and its attachments by message place (from 0)."""

    record: ConversationRecord
    line: int
    keys: list[str]
    attachments: dict[int, tuple[StoredAttachment, ...]]


@dataclass(slots=True)
class Written:
    """What a batch did."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    messages: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    stored: list[StoredRecord] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """A conversation that is already stored, with the messages it has."""

    row: Any
    keys: dict[str, int] = field(default_factory=dict)
    ours: Counter[str] = field(default_factory=Counter)
    next_position: int = 0


class ConversationBatch:
    """Writes checked records with distinct external ids. Make one per transaction."""

    def __init__(self, connection: Connection, *, source: str, people: Mapping[str, int]) -> None:
        self._connection = connection
        self._source = source
        self._people = people
        self._written = Written()
        self._conversations: Rows = []
        self._updates: Rows = []
        self._messages: Rows = []
        self._attachments: Rows = []

    def write(self, batch: Sequence[Checked]) -> Written:
        """Insert what is new, update what changed, leave the rest alone."""
        lock_source(self._connection, self._source)
        records = (checked.record for checked in batch)
        customers = write_customers(self._connection, records, source=self._source)
        known = self._known([checked.record.external_id for checked in batch])
        added = {
            checked.record.external_id: _unknown_messages(checked, known.get(checked.record.external_id))
            for checked in batch
        }
        conversation_ids = iter(new_ids(self._connection, _CONVERSATION, len(batch) - len(known)))
        free = iter(new_ids(self._connection, _MESSAGE, sum(map(len, added.values()))))
        for checked in batch:
            record = checked.record
            places = added[record.external_id]
            message_ids = list(islice(free, len(places)))
            if (stored := known.get(record.external_id)) is None:
                key = next(conversation_ids)
                standing = self._add_messages(checked, places, key, 0, Standing(), None, message_ids)
                self._add_conversation(record, key, customers[customer_id_of(record)], standing)
            else:
                key = stored.row.id
                self._update_conversation(checked, stored, places, message_ids)
            keys = {} if stored is None else stored.keys
            keys |= {checked.keys[place]: found for place, found in zip(places, message_ids, strict=True)}
            ids = tuple(keys.get(name) for name in checked.keys)
            self._written.stored.append(StoredRecord(record, checked.line, key, ids, new=stored is None))
        self._execute()
        return self._written

    # Conversations

    def _known(self, external_ids: Sequence[str]) -> dict[str, _Known]:
        rows = select_known(self._connection, _CONVERSATION, self._source, external_ids, lock=True)
        known = {row.external_id: _Known(row) for row in rows}
        if not known:
            return known
        by_id = {stored.row.id: stored for stored in known.values()}
        columns = _MESSAGE.c
        texts = select(columns.id, columns.conversation_id, columns.external_id, columns.position).where(
            columns.conversation_id.in_(by_id)
        )
        for message_id, conversation_id, external_id, position in self._connection.execute(texts):
            stored = by_id[conversation_id]
            stored.keys[external_id] = message_id
            stored.next_position = max(stored.next_position, position + 1)
        # What was written here has no external id. When the source hands it back, it is the same message.
        ours = select(columns.conversation_id, columns.author, columns.text).where(
            columns.conversation_id.in_(by_id), columns.external_id == ""
        )
        for conversation_id, author, said in self._connection.execute(ours):
            by_id[conversation_id].ours[digest_key(author, said)] += 1
        return known

    def _add_conversation(
        self, record: ConversationRecord, key: int, customer_id: int, standing: Standing
    ) -> None:
        status = record.status or standing.natural_status
        assignee = self._people.get(record.assignee_username)
        if record.assignee_username and assignee is None:
            self._written.notes[f"assignee not found, left unassigned: {record.assignee_username}"] += 1
        self._conversations.append(
            {
                "id": key,
                "source": self._source,
                "external_id": record.external_id,
                "customer_id": customer_id,
                "channel": record.channel,
                "subject": one_line(record.subject, 500),
                "status": status,
                "priority": record.priority,
                "escalation_reason": one_line(record.escalation_reason, 500),
                "assignee_id": assignee,
                "locale": record.locale[:16] or record.customer.locale[:16],
                "tags": list(record.tags),
                "csat": record.csat,
                "ai_outcome": "",
                "waiting_since": standing.waiting_since if status == "open" else None,
                "preview": standing.preview,
                "message_count": standing.message_count,
                "last_message_at": standing.last_message_at,
                "last_customer_message_id": standing.last_customer_message_id,
                "created_at": record.created_at,
                "updated_at": now(),
                "source_state": _state_of(record),
            }
        )
        self._written.new += 1

    def _update_conversation(
        self, checked: Checked, stored: _Known, places: Sequence[int], message_ids: Iterable[int]
    ) -> None:
        record, row = checked.record, stored.row
        state, before = _state_of(record), row.source_state
        if not places and state == before:
            self._written.unchanged += 1
            return
        standing = Standing(
            waiting_since=row.waiting_since,
            earlier_preview=row.preview,
            message_count=row.message_count,
            last_message_at=row.last_message_at,
            last_customer_message_id=row.last_customer_message_id,
        )
        since = row.last_message_at
        standing = self._add_messages(
            checked, places, row.id, stored.next_position, standing, since, message_ids
        )
        status = row.status
        if record.status is not None and (standing.last_author or record.status != before.get("status")):
            status = record.status
        elif standing.last_author and (standing.last_author == "customer" or row.status == "open"):
            status = standing.natural_status
        # Only what the source itself changed is taken over: what was decided here stays.
        self._updates.append(
            {
                "key": row.id,
                "status": status,
                "csat": record.csat if record.csat != before.get("csat") else row.csat,
                "tags": list(record.tags) if list(record.tags) != before.get("tags") else row.tags,
                "waiting_since": standing.waiting_since if status == "open" else None,
                "preview": standing.preview,
                "message_count": standing.message_count,
                "last_message_at": standing.last_message_at,
                "last_customer_message_id": standing.last_customer_message_id,
                "ai_outcome": "" if standing.last_author else row.ai_outcome,
                "updated_at": now(),
                "source_state": state,
            }
        )
        self._written.updated += 1

    # Messages

    def _add_messages(
        self,
        checked: Checked,
        places: Sequence[int],
        conversation_id: int,
        position: int,
        standing: Standing,
        since: datetime | None,
        message_ids: Iterable[int],
    ) -> Standing:
        """Queue the messages at ``places``; history from before ``since`` does not change the standing."""
        messages, keys = checked.record.messages, checked.keys
        for offset, (place, message_id) in enumerate(zip(places, message_ids, strict=True)):
            message = messages[place]
            said = clean(message.text)
            self._messages.append(_message_row(message, said, keys[place]))
            self._messages[-1].update(
                id=message_id, conversation_id=conversation_id, position=position + offset
            )
            if since is None or message.created_at >= since:
                standing.add(message.author, said, message.created_at, message_id)
            else:
                standing.message_count += 1
            for stored in checked.attachments.get(place, ()):
                self._attachments.append(
                    {
                        "message_id": message_id,
                        "name": stored.name,
                        "media_type": stored.media_type,
                        "size": stored.size,
                        "sha256": stored.sha256,
                        "note": stored.note,
                    }
                )
        self._written.messages += len(places)
        return standing

    def _execute(self) -> None:
        insert_rows(self._connection, _CONVERSATION, self._conversations)
        update_rows(self._connection, _CONVERSATION, self._updates)
        insert_rows(self._connection, _MESSAGE, self._messages)
        insert_rows(self._connection, _ATTACHMENT, self._attachments)


def _unknown_messages(checked: Checked, stored: _Known | None) -> Sequence[int]:
    """The places of the messages that are not stored yet."""
    seen: set[str] = set() if stored is None else set(stored.keys)
    ours: Counter[str] = Counter() if stored is None else stored.ours
    places = []
    for place, key in enumerate(checked.keys):
        if key in seen:
            continue
        if ours:
            message = checked.record.messages[place]
            digest = digest_key(message.author, message.text)
            if ours[digest] > 0:
                ours[digest] -= 1
                continue
        seen.add(key)
        places.append(place)
    return places


def _message_row(message: MessageRecord, said: str, key: str) -> dict[str, Any]:
    return {
        "external_id": key,
        "author": message.author,
        "name": one_line(message.name, 300) if message.name else "",
        "text": said,
        "folded": clean(message.folded) if message.folded else "",
        "html": clean(message.html) if 0 < len(message.html) <= MAX_HTML else "",
        "created_at": message.created_at,
    }


def _state_of(record: ConversationRecord) -> dict[str, Any]:
    return {"status": record.status, "csat": record.csat, "tags": list(record.tags)}
