"""Instants in the viewer's time zone, in few words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.database import now

LATE = timedelta(hours=4)


def zone(name: str) -> ZoneInfo:
    """The named zone, or UTC when a person's stored zone is unknown on this machine."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def waiting_for(since: datetime | None, *, at: datetime | None = None) -> str:
    """How long a customer has waited: "3 min", "2 h", "4 d"; empty when nobody waits."""
    if since is None:
        return ""
    minutes = int(((at or now()) - since).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} d"


def is_late(since: datetime | None, *, at: datetime | None = None) -> bool:
    """Whether a wait is longer than :data:`LATE`."""
    return since is not None and (at or now()) - since > LATE


def day(instant: datetime, zone_name: str, *, at: datetime | None = None) -> str:
    """ "Today", "Yesterday" or "Mon 3 Nov 2026"."""
    local = instant.astimezone(zone(zone_name)).date()
    today = (at or now()).astimezone(zone(zone_name)).date()
    if local == today:
        return "Today"
    if local == today - timedelta(days=1):
        return "Yesterday"
    return f"{local:%a} {local.day} {local:%b %Y}"


def clock(instant: datetime, zone_name: str) -> str:
    """ "14:02"."""
    return f"{instant.astimezone(zone(zone_name)):%H:%M}"


def moment(instant: datetime, zone_name: str, *, at: datetime | None = None) -> str:
    """ "Today 14:02"."""
    return f"{day(instant, zone_name, at=at)} {clock(instant, zone_name)}"
