"""Propose what is not written on another page: other instructions, another model, a classifier's version."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.identity import Actor, Permission
from core.releases import ProposalRow, list_proposals, propose_change
from pages.process import get_process
from pages.specialist.releases import frame
from pages.specialist.releases.proposals import asking
from pages.specialist.releases.proposals.another import classifier, instructions, model
from pages.specialist.releases.proposals.another.wanted import Wanted
from pages.specialist.releases.words import KINDS
from pages.widgets import confirming
from pages.widgets.confirming import Opened, close_dialog, open_dialog

_NAME = "another"
_NEW = 0
_KINDS: dict[str, Callable[[Actor], Wanted | None]] = {
    "instructions": instructions.draw,
    "model": model.draw,
    "classifier": classifier.draw,
}


def offer(user: Actor, *, proposal_id: int = _NEW) -> None:
    """The button, for those who may release, and its dialog while it is open.

    Args:
        proposal_id: the change goes into this proposal unless somebody chooses otherwise.
    """
    if not user.can(Permission.RELEASES_SHIP):
        return
    st.button(
        "Add another change" if proposal_id else "Propose another change",
        icon=":material/add:",
        type="tertiary" if proposal_id else "secondary",
        key="another_propose",
        help="Instructions, the model or a classifier. Articles are proposed where they are written.",
        on_click=open_dialog,
        args=(_NAME, proposal_id),
    )
    opened = confirming.opened(_NAME)
    if opened is not None and opened.about == (proposal_id,):
        confirming.keep_open()
        _dialog(user, opened)


@st.dialog("Propose another change", width="large", on_dismiss=close_dialog)
def _dialog(user: Actor, opened: Opened) -> None:
    """The kind, what is wanted, and the proposal that it becomes part of."""
    kind = st.segmented_control(
        "What should change?",
        list(_KINDS),
        format_func=lambda name: f"{KINDS[name][1]} {KINDS[name][0]}",
        default=next(iter(_KINDS)),
        required=True,
        key="another_kind",
        persist_state="session",
    )
    wanted = _KINDS[kind](user)
    if wanted is None:
        return
    rows = _open_ones(user)
    into = f"another_into_{opened.about[0]}"
    title, why = f"another_title_{kind}", f"another_why_{kind}"
    chosen = _choose(rows, into, opened.about[0], kind)
    if chosen == _NEW:
        st.text_input("Title", key=title, max_chars=200, persist_state="session", placeholder=wanted.title)
        asking.ask(
            "Why?", key=why, height=80, placeholder="What is wrong now, and what should be better afterwards"
        )

    def act() -> None:
        new = chosen == _NEW
        with get_process().database.transaction() as session:
            key = propose_change(
                user,
                kind,
                wanted.content(),
                title=asking.asked(title) if new else "",
                why=asking.asked(why) if new else "",
                proposal_id=None if new else chosen,
                classifier_id=wanted.classifier_id,
                session=session,
            ).key
        asking.used(title, why, *wanted.typed)
        frame.open_proposal(key)

    # nothing here depends on a revision: what others did meanwhile is said, and another try can help
    confirming.confirm(
        "Propose",
        act,
        done="Proposed. Replay it next.",
        key="another_confirm",
        icon=":material/check:",
    )


def _open_ones(user: Actor) -> dict[int, ProposalRow]:
    with get_process().database.reading() as session:
        found = list_proposals(user, session=session, state="open")
    others = user.can(Permission.RELEASES_REVIEW)
    return {each.proposal.key: each for each in found if others or each.proposal.author_id == user.person_id}


def _choose(rows: dict[int, ProposalRow], key: str, usual: int, kind: str) -> int:
    """The proposal it goes into; 0 for a new one."""
    if not rows:
        return _NEW
    if st.session_state.get(key) not in (_NEW, *rows):
        st.session_state[key] = usual if usual in rows else _NEW
    chosen = st.selectbox(
        "Into",
        [_NEW, *rows],
        format_func=lambda at: f"“{rows[at].proposal.title}”" if at in rows else "A new proposal",
        key=key,
        persist_state="session",
        help="What belongs together is replayed and released together.",
    )
    if chosen in rows and kind != "classifier" and kind in rows[chosen].kinds:
        words = {"instructions": "the other instructions", "model": "the other model"}[kind]
        st.caption(f"It takes the place of {words} that this proposal has already.")
    return int(chosen)
