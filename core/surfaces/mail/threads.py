"""Which mails belong to one conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from core.surfaces.mail.message import MailHeaders

_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|rv|res|ref|réf|fw|fwd|wg|tr|rif|r)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)
_SUBJECT_DAYS = timedelta(days=30)
_START = datetime(1970, 1, 1, tzinfo=UTC)


Place = TypeVar("Place")


@dataclass(frozen=True)
class Entry(Generic[Place]):
    """A mail and where to read it again."""

    headers: MailHeaders
    place: Place


class Threads(Generic[Place]):
    """Groups mails by their Message-ID, In-Reply-To and References headers.

    Mails are joined as sets, so replies that refer to each other in a circle do no harm. A mail
    that is marked as a reply (``Re:``, ``AW:``) but refers to nothing known joins the thread with
    the same subject between the same two people, if that was active in the 30 days around it.
    """

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._entries: dict[str, Entry[Place]] = {}

    def add(self, headers: MailHeaders, place: Place) -> Place | None:
        """Add a mail. A second mail with a known Message-ID is not added: returns the first's place."""
        known = self._entries.get(headers.message_id)
        if known is not None:
            return known.place
        self._entries[headers.message_id] = Entry(headers, place)
        for ancestor in headers.ancestors:
            self._join(headers.message_id, ancestor)
        return None

    def __iter__(self) -> Iterator[list[Entry[Place]]]:
        """Each thread once, its mails by date (file order where dates are equal or missing)."""
        self._join_by_subject()
        groups: dict[str, list[Entry[Place]]] = {}
        for message_id, entry in self._entries.items():
            groups.setdefault(self._root(message_id), []).append(entry)
        for group in groups.values():
            yield sorted(group, key=lambda entry: entry.headers.sent_at or _START)

    def _root(self, message_id: str) -> str:
        parents = self._parents
        root = message_id
        while (parent := parents.get(root, root)) != root:
            root = parent
        while (parent := parents.get(message_id, message_id)) != root:
            parents[message_id] = root  # shorten the path for the next look-up
            message_id = parent
        return root

    def _join(self, one: str, other: str) -> None:
        root, newer = self._root(other), self._root(one)
        if root != newer:
            self._parents[newer] = root

    def _join_by_subject(self) -> None:
        latest: dict[tuple[str, str, str], tuple[str, datetime]] = {}
        by_date = sorted(self._entries.values(), key=lambda entry: entry.headers.sent_at or _START)
        for entry in by_date:
            headers = entry.headers
            subject, is_reply = normal_subject(headers.subject)
            if len(subject) < 4:
                continue  # "Hi" joins strangers
            moment = headers.sent_at or _START
            sender = headers.sender.email
            pairs = [(*sorted((sender, other.email)),) for other in headers.recipients]
            keys = [(subject, one, other) for one, other in pairs]
            if is_reply and not any(ancestor in self._entries for ancestor in headers.ancestors):
                found = max((latest[key] for key in keys if key in latest), key=_when, default=None)
                if found and moment - found[1] <= _SUBJECT_DAYS:
                    self._join(headers.message_id, found[0])
            for key in keys:
                latest[key] = (headers.message_id, moment)


def _when(found: tuple[str, datetime]) -> datetime:
    return found[1]


def normal_subject(subject: str) -> tuple[str, bool]:
    """The subject without reply and forward prefixes, lower case, and whether it had one."""
    bare = _PREFIX.sub("", subject)
    return " ".join(bare.split()).casefold(), bare != subject
