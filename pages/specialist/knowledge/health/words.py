"""How themes and days are called."""

from __future__ import annotations

from datetime import datetime

from pages.widgets.times import zone


def theme(name: str) -> str:
    """An answer of a classifier, to be read; conversations about which nobody said anything have no theme."""
    return name[:1].upper() + name[1:] if name else "No theme given"


def date_of(instant: datetime, zone_name: str) -> str:
    """For example "25 Aug 2026"."""
    return f"{instant.astimezone(zone(zone_name)):%-d %b %Y}"
