"""How suggestions are called on the page."""

from __future__ import annotations

from core.insights import SuggestionRow

SOURCES = {
    "edit": "A corrected draft",
    "abstention": "An answer by hand",
    "flag": "A flag",
    "note": "A note",
}


def counted(number: int, one: str, many: str) -> str:
    """ "1 conversation", "3 conversations"."""
    return f"{number:,} {one if number == 1 else many}"


def what(row: SuggestionRow) -> str:
    """What accepting it would make."""
    return f"Change to {row.article_title}" if row.article_title else "New article"


def findings(row: SuggestionRow) -> str:
    """What was found in live knowledge."""
    said = []
    if row.contradictions:
        said.append(counted(row.contradictions, "contradiction", "contradictions"))
    if row.duplicates:
        said.append(f"{row.duplicates} alike")
    return ", ".join(said)
