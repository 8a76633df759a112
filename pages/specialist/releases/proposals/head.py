"""What a proposal is, where it stands, and the buttons: one primary, the next sensible step."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.identity import Actor
from core.releases import Gate, ProposalView, start_replay
from pages.process import REPLAYS, get_process
from pages.specialist.releases import frame
from pages.specialist.releases.proposals import dialogs
from pages.specialist.releases.proposals.steps import Steps, Verb
from pages.specialist.releases.words import STAGES, Color
from pages.widgets.confirming import open_dialog
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment

_LABELS: dict[Verb, tuple[str, str]] = {
    "replay": ("Replay", ":material/replay:"),
    "approve": ("Approve", ":material/check:"),
    "return": ("Return", ":material/undo:"),
    "release": ("Release", ":material/rocket_launch:"),
    "override": ("Override the gate", ":material/gavel:"),
    "edit": ("Title and reason", ":material/edit:"),
    "withdraw": ("Withdraw", ":material/block:"),
}

_READY: tuple[str, str, Color] = ("Ready to be released", ":material/lock_open:", "green")


def draw(user: Actor, view: ProposalView, gate: Gate | None, steps: Steps) -> None:
    """Draw it. ``gate`` is None where nothing can be decided any more."""
    proposal = view.proposal
    st.button(
        "All proposals",
        icon=":material/chevron_left:",
        type="tertiary",
        key="proposal_back",
        on_click=frame.open_proposals,
    )
    with st.container(horizontal=True, vertical_alignment="top", key="proposal_head"):
        with st.container(gap="small", width="stretch", key="proposal_title"):
            st.title(escape(proposal.title), anchor=False)
            words, icon, color = _READY if gate is not None and gate.open else STAGES[view.stage]
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.badge(words, icon=icon, color=color)
                st.caption(escape(" · ".join(_facts(user, view))))
        with st.container(horizontal=True, width="content", key="proposal_verbs"):
            _verbs(user, view, steps)
    if proposal.why:
        st.markdown(escape(proposal.why))
    if steps.words:
        st.caption(escape(steps.words))
    _said(user, view)
    possible = steps.also if steps.next is None else (steps.next, *steps.also)
    dialogs.draw(user, view, gate, possible)


def _facts(user: Actor, view: ProposalView) -> list[str]:
    proposal = view.proposal
    facts = [f"Proposed by {view.author or 'Ratchet'}, {moment(proposal.created_at, user.time_zone)}"]
    if proposal.reviewed_at is not None and view.reviewer:
        deed = "returned" if proposal.state == "returned" else "approved"
        facts.append(f"{deed} by {view.reviewer}, {moment(proposal.reviewed_at, user.time_zone)}")
    if view.release is not None:
        facts.append(f"released {moment(view.release.created_at, user.time_zone)}")
    return facts


def _said(user: Actor, view: ProposalView) -> None:
    """What the reviewer and who overrode the gate wrote: it stays visible."""
    proposal = view.proposal
    if proposal.review_note and proposal.reviewed_at is not None:
        returned = proposal.state == "returned"
        say = st.warning if returned else st.info
        say(
            f"**{escape(view.reviewer or 'The reviewer')}** {'asks' if returned else 'notes'}: "
            f"{escape(proposal.review_note)}",
            icon=":material/undo:" if returned else ":material/rate_review:",
        )
    if proposal.override_reason and proposal.override_at is not None:
        when = moment(proposal.override_at, user.time_zone)
        st.warning(
            f"**{escape(view.overrider or 'A manager')}** overrode the gate, {when}: "
            f"{escape(proposal.override_reason)}",
            icon=":material/gavel:",
        )


def _verbs(user: Actor, view: ProposalView, steps: Steps) -> None:
    if view.release is not None:
        st.button(
            "Show it in the history",
            icon=":material/history:",
            key="proposal_history",
            on_click=frame.open_history,
            args=(view.release.key,),
        )
    # in order of weight; the least of them behind a button of their own
    second: tuple[Verb, ...] = ("replay", "approve", "return", "override")
    few = [each for each in steps.also if each in second]
    rest = [each for each in steps.also if each not in second]
    for verb in few:
        _button(user, view, verb)
    if rest:
        with st.popover("More", icon=":material/more_horiz:", key="proposal_more"):
            for verb in rest:
                _button(user, view, verb, width="stretch")
    if steps.next is not None:
        _button(user, view, steps.next, primary=True)


def _button(
    user: Actor,
    view: ProposalView,
    verb: Verb,
    *,
    primary: bool = False,
    width: str = "content",
) -> None:
    label, icon = _LABELS[verb]
    if verb == "replay" and view.replay is not None:
        label = "Replay again"
    act = (
        partial(_replay, user, view.proposal.key)
        if verb == "replay"
        else partial(open_dialog, verb, view.proposal.key, view.proposal.revision)
    )
    st.button(
        label,
        icon=icon,
        type="primary" if primary else "secondary",
        key=f"proposal_{verb}",
        width="stretch" if width == "stretch" else "content",
        on_click=act,
    )


def _replay(user: Actor, proposal_id: int) -> None:
    process = get_process()

    def act() -> None:
        start_replay(user, proposal_id, database=process.database, settings=process.settings)
        process.worker.wake(REPLAYS)

    run_action(act)
