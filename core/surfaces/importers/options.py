"""What the person importing may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

_DEFAULT_SOURCE = "import"


@dataclass(frozen=True)
class ImportOptions:
    """Choices for one import.

    ``source`` names where the data comes from: ids are unique within it, and importing the same
    source again adds only what is new. ``columns`` maps a CSV column to one of our fields.
    ``support_addresses`` are the mail addresses (or ``@domain``) that are ours: who writes from
    one is a rep. ``zone`` is taken for dates without a time zone, ``channel`` for conversations
    that name none, ``locale`` and ``audience`` for articles that name none
    (an empty locale is found out from the text).
    """

    source: str = _DEFAULT_SOURCE
    columns: Mapping[str, str] = field(default_factory=dict)
    support_addresses: tuple[str, ...] = ()
    zone: tzinfo = UTC
    channel: str = "chat"
    locale: str = ""
    audience: str = "public"

    def is_support(self, email: str) -> bool:
        """Whether this address is one of ours."""
        address = email.strip().lower()
        return any(
            address.endswith(ours.lower()) if ours.startswith("@") else address == ours.strip().lower()
            for ours in self.support_addresses
        )
