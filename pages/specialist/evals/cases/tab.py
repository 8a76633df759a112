"""The tab Cases of the Evals page."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor


def draw(user: Actor) -> None:  # noqa: ARG001
    """Draw the tab."""
    st.info("There is nothing here yet.")
