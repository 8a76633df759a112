"""Where a conversation stands: who waits for whom, and what the queue shows of it.

The one place that knows how messages turn into ``waiting_since``, ``preview`` and the counts,
used by import, by new customer messages, by sending and by recall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.conversations.checking import preview_of


@dataclass(slots=True)
class Standing:
    """What a conversation's messages add up to. Feed them in order with :meth:`add`."""

    waiting_since: datetime | None = None
    earlier_preview: str = ""
    message_count: int = 0
    last_message_at: datetime | None = None
    last_author: str = ""
    last_customer_message_id: int | None = None
    _last_text: str = ""

    def add(self, author: str, text: str, created_at: datetime, message_id: int) -> None:
        """Take in one more message, the newest so far."""
        self.message_count += 1
        if author == "customer":
            self.last_customer_message_id = message_id
        if author != "system":
            self.last_author = author
            if text and not text.isspace():
                self._last_text = text
            if author != "customer":
                self.waiting_since = None
            elif self.waiting_since is None:
                self.waiting_since = created_at
        if self.last_message_at is None or created_at > self.last_message_at:
            self.last_message_at = created_at

    @property
    def preview(self) -> str:
        """The start of the last message that says something."""
        return preview_of(self._last_text) if self._last_text else self.earlier_preview

    @property
    def natural_status(self) -> str:
        """Open when the last word is the customer's, otherwise waiting."""
        return "open" if self.last_author in ("", "customer") else "waiting"
