"""One run: what it was, how long each step took, why it did not answer, and with which build."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.assist import REASONS, Build, Draft
from core.errors import NotFound
from core.identity import Actor
from core.traces import TraceView, read_trace
from pages.process import get_process
from pages.specialist import trace_steps, trace_timeline
from pages.specialist.trace_list import STATUS_WORDS
from pages.widgets.style import escape
from pages.widgets.times import moment

_COLORS = {"ok": "green", "error": "red", "waiting": "orange", "interrupted": "red", "cancelled": "gray"}


def show(actor: Actor, *, trace_id: str, draft_id: int | None) -> None:
    """Draw the run the address names."""
    with get_process().database.reading() as session:
        try:
            view = read_trace(actor, session=session, trace_id=trace_id or None, draft_id=draft_id)
        except NotFound as problem:
            _header("Traces")
            st.info(str(problem))
            return
        draft = session.get(Draft, view.trace.draft_id) if view.trace.draft_id is not None else None
        build = session.get(Build, view.trace.build_id) if view.trace.build_id else None
    trace = view.trace
    _header(f"Trace of draft {trace.draft_id}" if trace.draft_id is not None else f"Trace of {trace.name}")
    _facts(actor, view)
    if trace.error:
        st.error(f"The run failed: {escape(trace.error)}", icon=":material/error:")
    if trace.status == "interrupted":
        st.warning(
            "The process that wrote this draft ended before the run did. What it had stored is here.",
            icon=":material/power_off:",
        )
    if draft is not None:
        _decision(draft)
    if not view.spans:
        st.info("No step of this run was recorded.")
        return
    trace_timeline.show(view)
    trace_steps.show(view)
    if build is not None:
        _build(build)
    elif trace.build_id:
        st.caption(f"Build {trace.build_id}. The draft was never finished, so its contents are not stored.")


def _header(title: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(title, anchor=False, width="content")
        st.button("All traces", icon=":material/arrow_back:", key="trace_back", on_click=_leave)


def _facts(actor: Actor, view: TraceView) -> None:
    trace = view.trace
    tokens = f"{trace.input_tokens:,} in, {trace.output_tokens:,} out"
    facts = {
        "Started": moment(trace.started_at, actor.time_zone),
        "Duration": f"{view.duration:,.0f} ms" if trace.ended_at or trace.status == "waiting" else "not over",
        "Model": trace.model or "not known",
        "Tokens": tokens if trace.input_tokens or trace.output_tokens else "none",
        "Cost": f"${trace.cost:,.4f}" if trace.cost else "none",
    }
    with st.container(horizontal=True, vertical_alignment="center", key="trace_facts"):
        color = _COLORS.get(trace.status, "blue")
        st.badge(STATUS_WORDS.get(trace.status, trace.status), color=color)  # type: ignore[arg-type]
        for name, value in facts.items():
            st.markdown(f":gray[{name}] {escape(value)}", width="content")
        if trace.conversation_id is not None:
            st.page_link(
                "rep/assist.py",
                label=f"Conversation {trace.conversation_id}",
                icon=":material/forum:",
                query_params={"conversation": str(trace.conversation_id)},
                width="content",
            )


def _decision(draft: Draft) -> None:
    if draft.decision in {"", "answer"}:
        return
    what = "The AI did not answer" if draft.decision == "abstain" else "The AI passed it to a person"
    why = REASONS.get(draft.reason, "It did not say why.")
    sure = f" Chance of being right: {draft.score:.0%}." if draft.score is not None else ""
    question = f"  \nTo be found out: {escape(draft.question)}" if draft.question else ""
    st.warning(f"**{what}.** {why}{sure}{question}", icon=":material/help:")


def _build(build: Build) -> None:
    contents = build.contents
    with st.expander(f"Build {build.id}: what shaped this draft", icon=":material/deployed_code:"):
        for line in build_in_words(contents):
            st.markdown(f"- {escape(line)}")


def build_in_words(contents: dict[str, Any]) -> list[str]:
    """What a build is made of, a sentence a part."""
    model = contents.get("model", {})
    agent = contents.get("agent", {})
    guards = contents.get("guardrails", {})
    blocking = sum(1 for severity in guards.values() if severity == "block")
    named = model.get("name") or "the offline model"
    lines = [f"Written by {named} ({model.get('provider', 'unknown provider')})."]
    if instructions := contents.get("instructions"):
        lines.append(f"Instructions version {instructions.get('version')}, {_short(instructions)}.")
    if agent:
        lines.append(
            f"At most {agent.get('turns')} turns; {agent.get('passages_a_search')} passages a search, "
            f"compared by {agent.get('embedder')}."
        )
    if knowledge := contents.get("knowledge"):
        lines.append(f"The articles live at that moment, digest {str(knowledge)[:12]}.")
    if actions := contents.get("actions"):
        lines.append(f"The catalogue of actions, digest {str(actions)[:12]}.")
    if guards:
        lines.append(f"{len(guards)} guardrails, {blocking} of which block.")
    if packages := contents.get("sdk"):
        lines.append(", ".join(f"{name} {number}" for name, number in sorted(packages.items())) + ".")
    return lines


def _short(part: dict[str, Any]) -> str:
    return f"digest {str(part.get('sha256', ''))[:12]}"


def _leave() -> None:
    for name in ("trace", "draft"):
        st.query_params.pop(name, None)
