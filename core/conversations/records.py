"""What an importer hands over, and what it gets back. Plain data: no database here.

An importer turns its format into a stream of :class:`ConversationRecord`. Where it meets something
it cannot read, it yields a :class:`Reject` instead and goes on, so that one report covers both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

CHANNELS = ("chat", "email", "voice", "embedded")
AUTHORS = ("customer", "rep", "assistant", "system")
STATUSES = ("open", "waiting", "resolved", "closed")
PRIORITIES = (1, 2, 3, 4)
MAX_TEXT = 1_000_000
"""Characters one message may have."""


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """Somebody who writes to us. Empty fields never overwrite what is stored.

    With no ``external_id`` the e-mail address in lower case stands in, and without that the
    conversation's own id.
    """

    external_id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""
    time_zone: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """A file that came with a message.

    ``content`` is None when the importer decided not to keep it; ``note`` then says why.
    ``size`` is in bytes, as received.
    """

    name: str
    media_type: str = ""
    content: bytes | None = None
    size: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionRecord:
    """What another system suggested for one message of ours, and what its author did with it.

    ``picked`` is the rank of the suggestion that was sent, 1 the first; None means own words in spite
    of what was offered. ``offered`` counts the suggestions, None where the source does not say;
    ``labels`` names them, best first.
    """

    offered: int | None = None
    picked: int | None = None
    edited: bool = False
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgementRecord:
    """An answer somebody gave about a conversation, such as one line of a questionnaire.

    ``person`` is the name of who answered, empty for the customer. ``criterion`` names a criterion,
    ``question`` is what was asked in words; one of the two is there. ``answer`` is a truth value, a
    number, a text, or several texts. ``choices`` and ``good`` describe a question that is new here.
    """

    answer: bool | int | str | tuple[str, ...]
    criterion: str = ""
    question: str = ""
    person: str = ""
    reason: str = ""
    at: datetime | None = None
    choices: tuple[str, ...] = ()
    good: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One utterance. ``author`` is one of :data:`AUTHORS`, ``created_at`` is aware.

    ``html`` must be sanitised already; ``folded`` holds quoted history and the signature.
    """

    author: str
    text: str
    created_at: datetime
    external_id: str = ""
    name: str = ""
    html: str = ""
    folded: str = ""
    attachments: tuple[AttachmentRecord, ...] = ()
    suggestion: SuggestionRecord | None = None


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """One customer matter with its messages in order (at least one).

    ``status`` None means the source does not say: a conversation whose last word is the
    customer's is then open, any other waiting. ``line`` is where the record stands in its source
    (1-based line or item); 0 means its place in the stream.
    """

    external_id: str
    channel: str
    customer: CustomerRecord
    messages: tuple[MessageRecord, ...] | list[MessageRecord]
    created_at: datetime
    subject: str = ""
    status: str | None = None
    tags: tuple[str, ...] | list[str] = ()
    csat: int | None = None
    locale: str = ""
    priority: int = 3
    escalation_reason: str = ""
    assignee_username: str = ""
    judgements: tuple[JudgementRecord, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that did not go in. ``line`` is 1-based; ``reason`` is written for the person importing."""

    line: int
    reason: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record that is in the database now, with its keys there.

    ``message_ids`` stand in the order of the record's messages; None where a message was written here
    and came back from the source. ``new`` says whether the conversation was not there before.
    """

    record: ConversationRecord
    line: int
    conversation_id: int
    message_ids: tuple[int | None, ...]
    new: bool


@dataclass(slots=True)
class ImportReport:
    """What an import did so far. ``new``, ``updated`` and ``unchanged`` count conversations.

    ``messages`` counts messages added. ``notes`` counts things worth knowing that did not stop a
    record, such as an assignee nobody here is called.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    messages: int = 0
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """How many records were looked at."""
        return self.new + self.updated + self.unchanged + len(self.rejects)


Progress = Callable[[ImportReport], None]
"""Called after each batch was committed, with the running report."""
