"""The gate as a checklist: what must be so before a proposal goes live."""

from __future__ import annotations

import streamlit as st

from core.releases import Gate
from core.releases.tables import Release
from pages.widgets.style import escape

_MARKS = {
    "passed": (":green[:material/check_circle:]", "Met"),
    "failed": (":red[:material/cancel:]", "Not met"),
    "overridden": (":orange[:material/gavel:]", "Overridden"),
    "unknown": (":gray[:material/radio_button_unchecked:]", "Not known yet"),
}


def draw(gate: Gate) -> None:
    """Each rule with its state and the reason in words."""
    met = sum(each.holds for each in gate.rules)
    with st.container(border=True, gap="small", key="proposal_gate"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Gate**", width="stretch")
            if gate.open:
                words = "Open by override" if gate.overridden else "Open"
                st.badge(words, icon=":material/lock_open:", color="orange" if gate.overridden else "green")
            else:
                st.badge(f"{met} of {len(gate.rules)} met", icon=":material/lock:", color="gray")
        said = ""
        for rule in gate.rules:
            # what several rules wait for is said once
            words = "" if rule.words == said and rule.state == "unknown" else rule.words
            _rule(rule.name, _state(rule.state, overridden=rule.overridden), rule.title, words)
            said = rule.words


def draw_past(release: Release) -> None:
    """The same as it was when the proposal was released."""
    if not release.gate:
        return
    with st.container(border=True, gap="small", key="proposal_gate_then"):
        st.markdown("**The gate when it was released**")
        for rule in release.gate:
            state = _state(str(rule["state"]), overridden=bool(rule.get("overridden")))
            _rule(str(rule["name"]), state, str(rule.get("title") or ""), str(rule["words"]))


def _state(state: str, *, overridden: bool) -> str:
    return "overridden" if overridden else state


def _rule(name: str, state: str, title: str, words: str) -> None:
    mark, said = _MARKS[state]
    with st.container(gap=None, key=f"gate_{name}"):
        head = f"{mark} **{escape(title or name.replace('_', ' ').capitalize())}** :small[:gray[{said}]]"
        st.markdown(f"{head}  \n:small[{escape(words)}]" if words else head)
