"""What the figures are limited to: source, channel, language and period."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import streamlit as st

from core.database import now
from core.identity import Actor
from core.reporting import Choices, Filters, filter_choices
from pages.process import get_process
from pages.widgets.labels import CHANNELS, language
from pages.widgets.times import zone

_PERIODS = {
    "4": "Last 4 weeks",
    "12": "Last 12 weeks",
    "52": "Last 52 weeks",
    "": "All time",
    "days": "Days …",
}
_DEFAULT = "12"


def choose(actor: Actor) -> Filters:
    """Draw the filters; returns what is chosen. Days begin at midnight where the viewer is."""
    choices = _choices()
    source, channel, locale, period = st.columns([1, 1, 1, 1])
    chosen_source = source.selectbox(
        "Source", ["", *choices.sources], format_func=lambda name: name or "All sources", key="quality_source"
    )
    chosen_channel = channel.selectbox(
        "Channel",
        ["", *choices.channels],
        format_func=lambda name: CHANNELS.get(name, name) if name else "All channels",
        key="quality_channel",
    )
    chosen_locale = locale.selectbox(
        "Language",
        ["", *choices.locales],
        format_func=lambda name: f"{language(name)} ({name})" if name else "All languages",
        key="quality_locale",
    )
    chosen_period = period.selectbox(
        "Period",
        list(_PERIODS),
        index=list(_PERIODS).index(_DEFAULT),
        format_func=_PERIODS.__getitem__,
        key="quality_period",
        help=f"Days and weeks are those of {actor.time_zone}.",
    )
    since, until = _period(actor, chosen_period or "")
    return Filters(
        source=chosen_source or "",
        channel=chosen_channel or "",
        locale=chosen_locale or "",
        since=since,
        until=until,
        zone=zone(actor.time_zone),
    )


def _period(actor: Actor, chosen: str) -> tuple[datetime | None, datetime | None]:
    local = zone(actor.time_zone)
    today = now().astimezone(local).date()
    if chosen == "days":
        days = st.date_input(
            "Days, first and last", (today - timedelta(weeks=12), today), key="quality_days", width=300
        )
        if not isinstance(days, tuple) or len(days) != 2:
            st.info("Choose the last day as well. Until then everything from the first day on is shown.")
            first = days[0] if isinstance(days, tuple) and days else None
            return (_midnight(first, actor) if first else None), None
        return _midnight(days[0], actor), _midnight(days[1] + timedelta(days=1), actor)
    if not chosen:
        return None, None
    return _midnight(today - timedelta(weeks=int(chosen)), actor), None


def _midnight(day: date, actor: Actor) -> datetime:
    return datetime.combine(day, time(), zone(actor.time_zone))


@st.cache_data(ttl=300, show_spinner=False)
def _choices() -> Choices:
    with get_process().database.reading() as session:
        return filter_choices(session=session)
