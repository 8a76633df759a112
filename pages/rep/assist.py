"""Assist: where a rep works. Queue on the left, conversation in the middle, evidence on the right."""

import streamlit as st

from core.identity import Permission
from pages.rep import (
    actions_pane,
    answers_line,
    composer_pane,
    conversation_pane,
    draft_pane,
    evidence_pane,
    flagging,
    provenance,
    queue_pane,
    shortcuts,
)
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.CONVERSATIONS_READ)
page_style("assist")
shortcuts.show_if_asked()

queue, middle, right = st.columns([0.95, 2, 1.25], gap="small", wrap=False)
with queue:
    selected = queue_pane.show(actor)
with middle, st.container(key="conversation_pane"):
    stamp = draft_pane.stamp(selected)
    view = conversation_pane.load(actor, selected)
    if view is not None:
        draft = draft_pane.load(actor, view)
        requests = actions_pane.load(actor, view)
        flags = flagging.load(actor, view)
        conversation_pane.show_header(actor, view)
        answers_line.show(actor, view)
        with st.container(key="conversation_scroll"):
            conversation_pane.show_thread(actor, view, flags, whole=flagging.whole(view, draft, flags))
            # places of their own: a card that comes or goes must not move a fragment that redraws itself
            with st.container(key="open_actions"):
                actions_pane.show_open(actor, requests, draft)
            with st.container(key="draft_slot"):
                draft_pane.show(actor, view, draft, requests, since=stamp)
        composer_pane.show(actor, view)
with right:
    if view is not None:
        evidence_pane.show(actor, view, draft, requests)
if view is not None:
    flagging.show_if_asked(actor, view)
    provenance.show_if_asked(actor, view)
