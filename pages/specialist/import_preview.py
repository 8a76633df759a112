"""What an import would bring in, and what it would leave out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import RatchetError
from core.surfaces import (
    ImportOptions,
    Preview,
    Reject,
    What,
    preview_articles,
    preview_conversations,
)


def show(what: What, path: Path, format: str, options: ImportOptions) -> None:
    """The first five records, as they would be stored. Nothing is."""
    look = preview_conversations if what == "conversations" else preview_articles
    try:
        found: Preview = look(path, options=options, format=format, limit=5)
    except RatchetError as error:
        st.error(str(error))
        return
    st.subheader(f"The first {len(found.records)} as they would be imported")
    st.dataframe([_row(record) for record in found.records], hide_index=True)
    for record in found.records:
        with st.expander(_title(record)):
            st.json(_plain(record), expanded=2)
    show_rejects(found.rejects)


def show_rejects(rejects: tuple[Reject, ...], *, total: int = 0) -> None:
    """Lines and reasons; ``total`` says how many there are when only the first are given."""
    if not rejects:
        return
    shown = f"the first {len(rejects)} of {total:,}" if total > len(rejects) else f"{len(rejects)}"
    st.markdown(f"**Rejected ({shown})**")
    st.dataframe(
        [{"File": entry.file, "Line": entry.line, "Reason": entry.reason} for entry in rejects],
        hide_index=True,
        column_order=["File", "Line", "Reason"]
        if any(entry.file for entry in rejects)
        else ["Line", "Reason"],
    )


def _row(record: Any) -> dict[str, Any]:
    if hasattr(record, "messages"):
        return {
            "Id": record.external_id,
            "Channel": record.channel,
            "Customer": record.customer.name or record.customer.email or record.customer.external_id,
            "Subject": record.subject,
            "Messages": len(record.messages),
            "Begins": record.messages[0].text[:120],
        }
    return {
        "Id": record.external_id,
        "Title": record.title,
        "Audience": record.audience,
        "Language": record.locale or "found out from the text",
        "Begins": record.body[:120],
    }


def _title(record: Any) -> str:
    return str(record.external_id).replace("[", "(").replace("]", ")")


def _plain(record: Any) -> dict[str, Any]:
    """The record for display, without the bytes of attachments."""
    values = asdict(record)
    for message in values.get("messages", ()):
        for attachment in message["attachments"]:
            attachment.pop("content")
    return values
