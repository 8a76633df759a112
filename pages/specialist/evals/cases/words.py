"""States, sources and the rest of a case in plain words."""

from __future__ import annotations

from core.evals import CaseRow
from pages.widgets.labels import CHANNELS, language

STATES = {"candidate": "To review", "accepted": "Accepted", "dismissed": "Dismissed"}
STATE_COLORS = {"candidate": "orange", "accepted": "green", "dismissed": "gray"}
SOURCES = {
    "flag": "Flag",
    "label": "Label",
    "edit": "Edited draft",
    "resolved": "Resolved",
    "written": "Written",
    "import": "Import",
}
POLARITIES = {"positive": "Was right", "negative": "Was wrong"}
NO_POLARITY = "Not known"


def theme_words(theme: str) -> str:
    """ "refund_request" -> "refund request"."""
    return theme.replace("_", " ")


def where(row: CaseRow) -> str:
    """Channel and language: "E-mail, German"."""
    parts = (CHANNELS.get(row.channel, row.channel), language(row.locale) if row.locale else "")
    return ", ".join(filter(None, parts))
