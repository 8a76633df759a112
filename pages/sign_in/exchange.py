"""Two browser snippets: one swaps the ticket for the cookie, one clears it. Both then reload.

They run in the page itself (no frame), because only a response to the browser's own request can
set an HttpOnly cookie.
"""

from __future__ import annotations

import streamlit as st

_JS = """
const done = new Set();

export default function ({ data, setTriggerValue }) {
  if (!data || done.has(data.once)) return;
  done.add(data.once);
  fetch(data.path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(data.body),
  }).then(
    (answer) => answer.ok ? window.location.reload() : setTriggerValue("failed", answer.status),
    () => setTriggerValue("failed", 0),
  );
}
"""

_post = st.components.v2.component("ratchet_post", html="", js=_JS)


def _ignore() -> None:
    """A trigger needs a callback to exist."""


def swap_ticket(ticket: str) -> bool:
    """Have the browser swap ``ticket`` for the cookie and reload. True when that failed."""
    data = {"path": "/auth/session", "once": ticket, "body": {"ticket": ticket}}
    answer = _post(key="swap_ticket", data=data, on_failed_change=_ignore)
    return answer.failed is not None


def clear_cookie(once: str) -> None:
    """Have the browser sign out, drop its cookie and reload. ``once`` names this sign-out."""
    _post(
        key="clear_cookie",
        data={"path": "/auth/sign-out", "once": once, "body": {}},
        on_failed_change=_ignore,
    )
