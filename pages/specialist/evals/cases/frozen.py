"""The input of a case as it was frozen: messages, facts, results of tools, and the reply held up as right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from core.evals import EARLIEST, EXACT, EvalCase
from core.identity import Actor
from pages.widgets.components import rich_text, still_thread
from pages.widgets.style import escape
from pages.widgets.times import clock, day, moment

_SHOWN = 4
_NAMES = {"assistant": "Assistant", "rep": "Rep", "system": "System"}
_HOW = {
    EXACT: "The articles that were live then, exactly.",
    EARLIEST: "It is older than the first article, so the first version of each article stands in.",
}
_RECONSTRUCTED = "The articles that were live then, as far as it can be reconstructed."


def draw(user: Actor, case: EvalCase) -> None:
    """Draw it; of a long conversation the end, and all of it on request."""
    content = case.input
    st.markdown("**The conversation as it was**")
    messages = content["messages"]
    shown = messages
    if len(messages) > _SHOWN:
        key = f"case_all_messages_{case.key}"
        if not st.toggle(f"All {len(messages):,} messages", key=key):
            shown = messages[-_SHOWN:]
    still_thread([_message(user, each, content) for each in shown], key=f"case_thread_{case.key}")
    _references(case)
    with st.expander("What else was known", icon=":material/info:", key=f"case_facts_{case.key}"):
        _facts(user, content)


def _message(user: Actor, message: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    author = str(message["author"])
    at = datetime.fromisoformat(message["created_at"])
    customer = content["customer"].get("name") or "Customer"
    return {
        "side": {"customer": "theirs", "system": "system"}.get(author, "ours"),
        "name": message["name"] or _NAMES.get(author, customer),
        "day": day(at, user.time_zone),
        "time": clock(at, user.time_zone),
        "at": moment(at, user.time_zone),
        "text": message["text"],
        "folded": message["folded"],
        "files": list(message["files"]),
        "state": "",
        "failed": False,
        "subject": None,
        "flags": [],
    }


def _references(case: EvalCase) -> None:
    for place, each in enumerate(case.expectations):
        text = each.get("text") if each.get("kind") == "reference" else each.get("better")
        if isinstance(text, str) and text.strip():
            st.caption("Held up as right")
            rich_text(
                [{"text": text, "kind": "insert"}], key=f"case_reference_{case.key}_{place}", small=True
            )


def _facts(user: Actor, content: Mapping[str, Any]) -> None:
    if content.get("moment"):
        st.markdown(f"It happens {moment(datetime.fromisoformat(content['moment']), user.time_zone)}.")
    if content.get("system"):
        st.caption("System message")
        rich_text([{"text": content["system"]}], key="case_system", small=True)
    customer = content["customer"]
    known = {name: customer.get(name) for name in ("name", "email", "phone", "locale")} | customer["facts"]
    facts = [f"{name}: {value}" for name, value in known.items() if value not in (None, "")]
    st.caption("The customer")
    st.markdown(escape(" · ".join(facts)) if facts else "Nothing is known about the customer.")
    if content.get("note"):
        st.caption("What the rep asked for")
        rich_text([{"text": content["note"]}], key="case_note", small=True)
    for each in content.get("answers", []):
        st.caption(escape(f"The rep told: {each['question']}"))
        rich_text([{"text": each["text"]}], key=f"case_answer_{each['label']}", small=True)
    for name, steps in (("Looked up", content["steps"]), ("Done before", content.get("earlier_steps", []))):
        for place, step in enumerate(steps):
            st.caption(escape(f"{name}: {step.get('title') or step['action']} ({step['status']})"))
            rich_text([{"text": _said(step)}], key=f"case_step_{name}_{place}", small=True)
    st.caption(_HOW.get(content.get("knowledge", ""), _RECONSTRUCTED))


def _said(step: Mapping[str, Any]) -> str:
    said = "\n".join(step.get("statements") or [])
    result = "\n".join(f"{name}: {value}" for name, value in (step.get("result") or {}).items())
    return said or step.get("summary") or result or step.get("error") or "Nothing came back."
