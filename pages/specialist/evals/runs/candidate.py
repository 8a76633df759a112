"""Describe a change to try: other instructions, another model, or both."""

from __future__ import annotations

import streamlit as st

from core.evals import create_candidate
from core.identity import Actor
from pages.process import get_process
from pages.widgets.shell import notify, run_action

_FIELDS = ("name", "purpose", "model", "base_url", "provider", "instructions")
_PROVIDERS = {"": "As it is", "offline": "Offline", "openai": "OpenAI", "compatible": "Compatible server"}


def draw(user: Actor) -> None:
    """The form; what is left empty stays as it is."""
    with st.expander("Try a change", icon=":material/science:", key="candidate_form"):
        st.caption(
            "Give a change a name, and start a run with it. Nothing changes for customers, and what is left "
            "empty stays as it is."
        )
        st.text_input("Name", key="candidate_name", placeholder="shorter-replies", max_chars=100)
        st.text_input("What for", key="candidate_purpose", max_chars=2000)
        left, right = st.columns(2)
        left.selectbox(
            "Provider", list(_PROVIDERS), format_func=_PROVIDERS.__getitem__, key="candidate_provider"
        )
        right.text_input("Model", key="candidate_model")
        if st.session_state.get("candidate_provider") == "compatible":
            st.text_input("Address of the server", key="candidate_base_url", placeholder="http://…/v1")
        st.text_area("Instructions", key="candidate_instructions", height=180)
        st.button("Keep this candidate", key="candidate_create", on_click=_create, args=(user,))


def _create(user: Actor) -> None:
    given = {name: str(st.session_state.get(f"candidate_{name}") or "").strip() for name in _FIELDS}
    model = {"provider": given["provider"], "name": given["model"], "base_url": given["base_url"]}
    changes = {
        "model": {part: value for part, value in model.items() if value},
        "instructions": given["instructions"],
    }

    def create() -> str:
        with get_process().database.transaction() as session:
            return create_candidate(
                user, session=session, name=given["name"], changes=changes, purpose=given["purpose"]
            ).name

    name = run_action(create)
    if name is None:
        return
    for each in _FIELDS:
        st.session_state.pop(f"candidate_{each}", None)
    st.session_state["run_new_candidate"] = name
    notify(f"“{name}” can be run now.")
