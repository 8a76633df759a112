"""The check of the whole record."""

from __future__ import annotations

import streamlit as st

from core import audit
from core.identity import Actor, Permission, require
from pages.process import get_process
from pages.widgets.shell import run_action

_RESULT = "audit_result"


def show_button(actor: Actor) -> None:
    """Start a check, against an end of the chain kept from an earlier one if there is one."""
    if not actor.can(Permission.AUDIT_VERIFY):
        return
    with st.container(horizontal=True, width="content", vertical_alignment="center"):
        with st.popover("Compare with an earlier check", type="tertiary"):
            st.text_input(
                "Seal from an earlier check",
                key="audit_anchor",
                help="Finds even that the whole database was put back to an older state.",
            )
        if st.button("Verify", type="primary", icon=":material/verified:", key="audit_verify"):
            with st.spinner("Checking every entry …"):
                st.session_state[_RESULT] = run_action(lambda: _verify(actor))


def show_result() -> None:
    """What the last check of this visit found."""
    result: audit.Verification | None = st.session_state.get(_RESULT)
    if result is None:
        return
    if not result.ok:
        st.error(
            f"**The record is not whole.** {result.problem} Nothing after entry "
            f"{max((result.at_sequence or 1) - 1, 0):,} can be vouched for. "
            "Keep a copy of the database as it is now.",
            icon=":material/gpp_bad:",
        )
        return
    st.success(
        f"All {result.entries:,} entries are unchanged, complete and in order.", icon=":material/verified:"
    )
    if result.anchor:
        st.caption("Seal of this check. Keep it outside Ratchet and compare with it next time:")
        st.code(result.anchor, language=None)


def _verify(actor: Actor) -> audit.Verification:
    require(actor, Permission.AUDIT_VERIFY)
    anchor = str(st.session_state.get("audit_anchor", "")).strip()
    database = get_process().database
    with database.reading() as session:
        result = audit.verify(session=session, anchor=anchor)
    if result.ok:  # nothing is appended to a broken chain
        with database.transaction() as session:
            audit.record(
                actor.person_id,
                actor.who,
                "audit.verified",
                session=session,
                subject_type="audit",
                entries=result.entries,
            )
    return result
