"""The little CSS that layout needs: one file a page with ``.st-key-*`` rules, and one for every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_FRONTEND = Path(__file__).parent / "frontend"


def page_style(name: str) -> None:
    """Apply ``frontend/<name>.css``."""
    st.html(_FRONTEND / f"{name}.css")


def escape(text: str) -> str:
    """Text that Streamlit's Markdown shows as it is, so that nothing a customer typed is formatting.

    Bare addresses would become links whatever is escaped; an invisible joiner keeps them text.
    """
    text = text.replace("://", ":\u2060//").replace("www.", "www\u2060.")
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)


_SPECIAL = set("\\`*_{}[]()#+-.!|~$:<>")
