"""What each step of a run got and gave, collapsed until somebody asks."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from core.traces import SpanView, TraceView
from pages.specialist.trace_timeline import KIND_WORDS, milliseconds
from pages.widgets.style import escape

LONGEST = 4_000
"""Characters of a text shown; the command line shows all of it."""

TALL = 16
"""Lines of a text shown without scrolling."""

_ICONS = {
    "agent": ":material/smart_toy:",
    "generation": ":material/neurology:",
    "tool": ":material/build:",
    "guardrail": ":material/shield:",
    "retrieval": ":material/search:",
    "verification": ":material/fact_check:",
    "abstention": ":material/speed:",
}


def show(view: TraceView) -> None:
    """Draw an expander a step."""
    st.subheader("Steps", anchor=False)
    if view.text == "removed":
        st.caption(
            "What went in and came out has been removed: it is kept for "
            "a limited time (RATCHET_TRACE_TEXT_DAYS). Names, numbers and times stay."
        )
    elif view.text == "off":
        st.caption("What went in and came out is not kept here (RATCHET_TRACE_TEXT is off).")
    with st.container(key="trace_steps"):
        for each in view.spans:
            _step(each)


def _step(each: SpanView) -> None:
    span = each.span
    took = "running" if each.duration is None else milliseconds(each.duration)
    bad = "" if span.status in {"ok", "running"} else f" :red[{span.status}]"
    kind = KIND_WORDS.get(span.kind, span.kind)
    label = f"**{kind}** {escape(span.name)} :gray[{took}]{bad}"
    with st.expander(label, icon=_ICONS.get(span.kind, ":material/chevron_right:")):
        if span.error:
            st.error(escape(span.error))
        if span.input_tokens or span.output_tokens:
            st.caption(f"{span.input_tokens:,} tokens in, {span.output_tokens:,} out")
        attributes = dict(span.attributes)
        if span.kind == "retrieval":
            _retrieved(attributes)
        elif span.kind == "guardrail":
            _seen(attributes)
        _attributes(attributes)
        for title, text in (("What it got", each.input), ("What it gave", each.output)):
            if text:
                _text(title, text)
        if not (span.attributes or span.error or each.input or each.output):
            st.caption("Nothing more was recorded.")


def _retrieved(attributes: dict[str, Any]) -> None:
    passages, scores = attributes.pop("passages", None), attributes.pop("scores", None)
    titles = attributes.pop("titles", None)
    if not passages:
        st.caption("Nothing was found.")
        return
    frame = pd.DataFrame(
        {
            "Passage": [str(passage) for passage in passages],
            "Article": pd.Series(titles or [], dtype="object"),
            "Score": pd.Series(scores or [], dtype="float"),
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        row_height=28,
        column_config={
            "Passage": st.column_config.TextColumn(width=80),
            "Score": st.column_config.NumberColumn(width=80, format="%.3f"),
        },
    )


def _seen(attributes: dict[str, Any]) -> None:
    found = attributes.pop("found", None)
    if found:
        st.markdown("Seen: " + ", ".join(escape(str(name).replace("_", " ")) for name in found))
    elif found is not None:
        st.caption("Nothing was seen.")


def _attributes(attributes: dict[str, Any]) -> None:
    shown = {name: value for name, value in attributes.items() if value is not None and value != []}
    if shown:
        pairs = (
            f":gray[{escape(name.replace('_', ' '))}] {escape(_plain(value))}"
            for name, value in shown.items()
        )
        st.markdown(" · ".join(pairs))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(title: str, text: str) -> None:
    st.caption(title)
    shown = _pretty(text)
    if len(shown) > LONGEST:
        shown = f"{shown[:LONGEST]}\n… {len(shown) - LONGEST:,} more characters"
    long = shown.count("\n") > TALL or len(shown) > TALL * 120
    language = "json" if shown[:1] in "[{" else None
    st.code(shown, language=language, wrap_lines=True, height=340 if long else "content")


def _pretty(text: str) -> str:
    if text[:1] not in "[{":
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except ValueError:
        return text
