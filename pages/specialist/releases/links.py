"""Ways from here to other pages, by their address: where a page's file is may change."""

from __future__ import annotations

import streamlit as st

from pages.registry import PAGES

_FILES = {each.address: each.file for each in PAGES}


def page_link(address: str, label: str, icon: str, **query: str | int) -> None:
    """Draw a link; ``article=3`` becomes ``?article=3``."""
    st.page_link(
        _FILES[address],
        label=label,
        icon=icon,
        width="content",
        query_params={name: str(value) for name, value in query.items()} or None,
    )
