"""Another model that writes the drafts, beside the one in force."""

from __future__ import annotations

import streamlit as st

from core.errors import RatchetError
from core.identity import Actor
from core.releases import preview_model
from pages.process import get_process
from pages.specialist.releases.proposals import asking
from pages.specialist.releases.proposals.another.wanted import Wanted
from pages.widgets.style import escape

_PROVIDER, _NAME, _ADDRESS, _API = "model_provider", "model_name", "model_address", "model_api"
_OPERATOR = ""
_PROVIDERS = {
    "openai": "OpenAI",
    "compatible": "A server that speaks OpenAI's protocol",
    "offline": "No model service: sentences of cited passages",
    _OPERATOR: "What the operator has set",
}
_APIS = {"responses": "Responses", "chat_completions": "Chat completions"}


def draw(user: Actor) -> Wanted:
    """What writes now, the settings of another, and what would change."""
    provider = st.selectbox(
        "Who writes drafts",
        list(_PROVIDERS),
        format_func=_PROVIDERS.__getitem__,
        key=_PROVIDER,
        persist_state="session",
    )
    if provider in ("openai", "compatible"):
        left, right = st.columns(2)
        left.text_input(
            "Model",
            key=_NAME,
            max_chars=200,
            persist_state="session",
            placeholder="As its provider calls it",
        )
        right.selectbox(
            "API",
            list(_APIS),
            format_func=_APIS.__getitem__,
            key=_API,
            persist_state="session",
            help="Many compatible servers know chat completions only.",
        )
    if provider == "compatible":
        st.text_input(
            "Address",
            key=_ADDRESS,
            max_chars=500,
            persist_state="session",
            placeholder="http://127.0.0.1:8080/v1",
            help="Texts go to this server, with the operator's key and personal data masked.",
        )
    _preview(user)
    return Wanted(_content, "Another model", (_NAME, _ADDRESS))


def _content() -> dict[str, str]:
    """What the fields say; those that are not on the screen say nothing."""
    provider = asking.asked(_PROVIDER)
    if provider in (_OPERATOR, "offline"):
        return {"provider": provider} if provider else {}
    found = {"provider": provider, "name": asking.asked(_NAME), "api": asking.asked(_API)}
    return {**found, "base_url": asking.asked(_ADDRESS)} if provider == "compatible" else found


def _preview(user: Actor) -> None:
    """Now and then, or what is missing."""
    after = problem = ""
    with get_process().database.reading() as session:
        before = preview_model(user, None, session=session)
        try:
            after = preview_model(user, _content(), session=session)
        except RatchetError as error:
            problem = str(error)
    left, right = st.columns(2)
    for place, head, text in ((left, "Now", before), (right, "With this change", after)):
        with place.container(border=True, gap=None, height="stretch"):
            st.markdown(f":small[:gray[{head}]]")
            st.markdown(escape(text).replace("\n", "  \n") if text else f":gray[{escape(problem)}]")
