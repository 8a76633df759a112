"""What the model is told about the case besides the conversation itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

_LABELS = {
    "organisation": "Reply on behalf of",
    "customer_name": "Customer's name",
    "locale": "Customer's language",
    "subject": "Subject",
    "note": "Note from the rep",
}
_HEADING = "About this case"


@dataclass(frozen=True, kw_only=True)
class Briefing:
    """Facts about a case, given to the model in one system message.

    Only ``system`` and ``developer`` messages are read back, so nothing a customer writes can pass
    for a briefing.

    Attributes:
        organisation: who signs the reply.
        customer_name: the name or its mask, used in the greeting; empty for a greeting without one.
        locale: the customer's language as a tag such as ``de`` or ``pt-BR``; empty when unknown.
        subject: the conversation's subject line; untrusted text of the customer.
        note: what the rep asked for when regenerating; empty for a first draft.
    """

    organisation: str = ""
    customer_name: str = ""
    locale: str = ""
    subject: str = ""
    note: str = ""

    def message(self) -> dict[str, str]:
        """The briefing as an agent input item (``{"role": "system", "content": ...}``)."""
        lines = [f"{_HEADING}:"]
        for field in fields(self):
            value = " ".join(str(getattr(self, field.name)).split())
            if value:
                lines.append(f"{_LABELS[field.name]}: {value}")
        return {"role": "system", "content": "\n".join(lines)}

    @classmethod
    def read(cls, items: Sequence[Any]) -> Self:
        """The briefing among agent input items; an empty one when there is none."""
        names = {label: name for name, label in _LABELS.items()}
        for item in reversed(items):
            if not is_briefing(item):
                continue
            found: dict[str, str] = {}
            for line in item["content"].splitlines()[1:]:
                label, separator, value = line.partition(": ")
                if separator and label in names:
                    found[names[label]] = value.strip()
            return cls(**found)
        return cls()


def is_briefing(item: Any) -> bool:
    """Whether an agent input item is a briefing. What a customer or rep writes never is."""
    if not isinstance(item, dict) or item.get("role") not in ("system", "developer"):
        return False
    content = item.get("content")
    return isinstance(content, str) and content.startswith(f"{_HEADING}:\n")
