"""The figures for what was chosen, kept for a minute, and as a file."""

from __future__ import annotations

import csv
import io

import streamlit as st

from core.database import now
from core.identity import Actor
from core.reporting import COLUMNS, Filters, Quality, quality_rows, read_quality
from pages.process import get_process


def load(actor: Actor, filters: Filters) -> Quality:
    """Every figure of the page; at most a minute old, and shared by all who may see them."""
    return _load(filters, _actor=actor)


@st.cache_data(ttl=60, max_entries=50, show_spinner="Counting …", hash_funcs={Filters: repr})
def _load(filters: Filters, *, _actor: Actor) -> Quality:
    with get_process().database.reading() as session:
        return read_quality(_actor, session=session, filters=filters)


def offer_download(quality: Quality, filters: Filters) -> None:
    """A button for everything that is shown, as CSV."""
    st.download_button(
        "Download CSV",
        lambda: as_csv(quality),
        file_name=f"quality-{now().astimezone(filters.zone):%Y-%m-%d}.csv",
        mime="text/csv",
        icon=":material/download:",
        key="quality_csv",
        on_click="ignore",
    )


def as_csv(quality: Quality) -> bytes:
    """One row a figure. What a spreadsheet would take for a formula becomes text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in quality_rows(quality):
        writer.writerow({name: _safe(value) for name, value in row.items()})
    return out.getvalue().encode("utf-8-sig")


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
