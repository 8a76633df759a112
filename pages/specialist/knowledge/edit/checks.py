"""What is wrong with the text, how hard it is to read, and its outline."""

from __future__ import annotations

import streamlit as st

from core.knowledge import EditView, Finding, Heading
from pages.specialist.knowledge.edit import typing
from pages.specialist.knowledge.edit.checked import checks_of
from pages.widgets.style import escape

_ICONS = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}
_MOST = 60
_MOST_HEADINGS = 150  # each is a button, and thousands make a browser stand still


def show(view: EditView) -> None:
    """Draw findings first, then the reading level and the outline."""
    checks = checks_of(view)
    counted = f"{checks.words:,} words"
    if checks.reading is not None:
        st.markdown(f"**{escape(checks.reading.words)}** :gray[{escape(counted)}]")
    else:
        st.caption(counted)
    if not checks.findings:
        st.markdown(
            ":green[:material/check_circle:] Nothing to mend: links, images, headings and dates are fine."
        )
    for place, finding in enumerate(checks.findings[:_MOST]):
        _finding(view.edit.key, finding, place)
    if len(checks.findings) > _MOST:
        st.caption(f"{len(checks.findings) - _MOST:,} more are not listed. Mend these first.")
    if checks.outline:
        st.markdown("**Outline**")
        with st.container(key="edit_outline", gap=None):
            for place, heading in enumerate(checks.outline[:_MOST_HEADINGS]):
                _heading(view.edit.key, heading, place)
        if len(checks.outline) > _MOST_HEADINGS:
            left = len(checks.outline) - _MOST_HEADINGS
            st.caption(f"{left:,} more headings are not listed. An article this long is better split.")


def _finding(edit_id: int, finding: Finding, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="top", key=f"finding_{place}"):
        quote = f" :gray[{escape(finding.quote[:120])}]" if finding.quote not in finding.words else ""
        st.markdown(f"{_ICONS[finding.severity]} {escape(finding.words)}{quote}", width="stretch")
        if finding.line:
            st.button(
                f"Line {finding.line}",
                type="tertiary",
                key=f"finding_line_{place}",
                on_click=typing.go_to_line,
                args=(edit_id, finding.line),
            )


def _heading(edit_id: int, heading: Heading, place: int) -> None:
    indent = "\u2003" * (heading.level - 1)
    st.button(
        f"{indent}{escape(heading.text) or 'Without words'}",
        type="tertiary",
        key=f"outline_{place}",
        help=f"Line {heading.line}",
        on_click=typing.go_to_line,
        args=(edit_id, heading.line),
    )
