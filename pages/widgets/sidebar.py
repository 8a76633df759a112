"""The sidebar: wordmark above the navigation; who is here, and the way out, below it."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

from core import identity
from core.identity import Actor
from pages.process import get_process
from pages.sign_in.exchange import clear_cookie
from pages.widgets.shell import current_token
from pages.widgets.style import escape, page_style

WIDTH = 212
"""Pixels."""

_SIGNING_OUT = "signing_out"
_INK = {"light": "#1c2624", "dark": "#e2e9e7"}
_ACCENT = {"light": "#0f6b66", "dark": "#4fb3a9"}


def show(actor: Actor) -> None:
    """Draw it for a signed-in person."""
    page_style("sidebar")
    theme = st.context.theme.type or "light"
    st.logo(wordmark(theme), size="large")
    with st.sidebar, st.container(key="sidebar_foot", gap="xsmall"):
        st.markdown(f"**{escape(actor.name)}**  \n:gray[{actor.role.capitalize()}]")
        st.button("Sign out", icon=":material/logout:", type="tertiary", key="sign_out", on_click=_sign_out)


def signing_out() -> bool:
    """While the browser drops its cookie: say so, and let the caller draw nothing else."""
    once = st.session_state.get(_SIGNING_OUT)
    if not once:
        return False
    clear_cookie(once)
    st.markdown(":material/progress_activity: Signing out …", text_alignment="center")
    return True


def wordmark(theme: str) -> str:
    """The product's name with its mark, as SVG in the colours of the theme ("light" or "dark")."""
    ink, accent = _INK.get(theme, _INK["light"]), _ACCENT.get(theme, _ACCENT["light"])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="132" height="32" viewBox="0 0 132 32">'
        f'<g fill="none" stroke="{accent}" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round">'
        '<path d="M4 24 L4 15 L12 24 L12 15 L20 24 L20 15 L26 22"/><path d="M4 9 L26 9" opacity=".45"/></g>'
        f'<text x="36" y="23" fill="{ink}" font-family="Source Sans, Source Sans Pro, system-ui, sans-serif" '
        'font-size="21" font-weight="650" letter-spacing="-0.3">Ratchet</text></svg>'
    )


def _sign_out() -> None:
    with get_process().database.transaction() as session:
        identity.sign_out(current_token(), session=session)
    st.session_state[_SIGNING_OUT] = uuid4().hex
