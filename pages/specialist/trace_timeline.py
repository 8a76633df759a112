"""The steps of a run as bars on one time axis."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.traces import SpanView, TraceView

KIND_WORDS = {
    "agent": "Agent",
    "generation": "Model",
    "tool": "Tool",
    "guardrail": "Guardrail",
    "retrieval": "Search",
    "verification": "Verification",
    "abstention": "Confidence",
    "other": "Step",
}
_ENDED_BADLY = {"error": "failed", "cancelled": "cancelled", "interrupted": "interrupted"}


def show(view: TraceView) -> None:
    """Draw a line a step: what, when, how long."""
    st.subheader("Timeline", anchor=False)
    total = max(view.duration, 0.001)
    rows = "".join(_line(each, total) for each in view.spans)
    axis = "".join(
        f'<span style="left:{part * 25}%;transform:translateX(-{part * 25}%)">'
        f"{milliseconds(total * part / 4)}</span>"
        for part in range(5)
    )
    with st.container(key="trace_timeline"):
        st.html(
            f'<div class="trace-grid" role="table" aria-label="Steps on a time axis">{rows}'
            f'<div class="trace-axis"><div></div><div class="trace-ticks">{axis}</div><div></div></div></div>'
        )


def milliseconds(value: float) -> str:
    """ "< 0.1 ms", "0.4 ms", "12 ms", "3,400 ms"."""
    if 0 < value < 0.1:
        return "< 0.1 ms"
    return f"{value:,.1f} ms" if 0 < value < 10 else f"{value:,.0f} ms"


def _line(each: SpanView, total: float) -> str:
    span = each.span
    left = min(each.offset / total * 100, 99.6)
    length = each.duration if each.duration is not None else max(total - each.offset, 0)
    width = max(min(length / total * 100, 100 - left), 0.4)
    took = "running" if each.duration is None else escape(milliseconds(each.duration))
    bad = _ENDED_BADLY.get(span.status, "")
    state = f' <em class="trace-bad">{bad}</em>' if bad else ""
    kind = KIND_WORDS.get(span.kind, span.kind)
    return (
        f'<div class="trace-line" role="row" title="{escape(kind)}: starts at {milliseconds(each.offset)}">'
        f'<div class="trace-name" role="cell" style="padding-left:{each.depth * 14}px">'
        f"<b>{escape(kind)}</b> {escape(span.name)}{state}</div>"
        f'<div class="trace-track" role="cell"><i class="trace-bar trace-{escape(span.kind)}" '
        f'style="left:{left:.2f}%;width:{width:.2f}%"></i></div>'
        f'<div class="trace-time" role="cell">{took}</div></div>'
    )
