"""What is asked before a proposal is approved, returned, overridden, released, changed or withdrawn."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.releases import (
    SHORTEST_REASON,
    Gate,
    ProposalView,
    override,
    review,
    ship,
    update_proposal,
    withdraw,
)
from pages.process import get_process
from pages.specialist.releases.proposals import asking
from pages.specialist.releases.words import counted
from pages.widgets.style import escape


@st.dialog("Approve", on_dismiss="rerun")
def approve_dialog(user: Actor, view: ProposalView) -> None:
    """A note where one is wanted, and the approval of exactly these changes."""
    proposal, typed = view.proposal, f"proposal_approve_note_{view.proposal.key}"
    st.markdown(
        f"You approve **{escape(proposal.title)}** as it is now. When one of its changes is edited, it has "
        "to be reviewed again."
    )
    asking.ask("Note", key=typed, placeholder="Optional: what you looked at")

    def act() -> None:
        with get_process().database.transaction() as session:
            review(
                user,
                proposal.key,
                approve=True,
                note=asking.asked(typed),
                revision=proposal.revision,
                session=session,
            )

    asking.decide(
        "Approve",
        act,
        revision=proposal.revision,
        done="Approved.",
        key="proposal_approve_confirm",
        icon=":material/check:",
        typed=(typed,),
    )


@st.dialog("Return to the author", on_dismiss="rerun")
def return_dialog(user: Actor, view: ProposalView) -> None:
    """What has to change."""
    proposal, typed = view.proposal, f"proposal_return_note_{view.proposal.key}"
    asking.ask(f"What should {view.author or 'the author'} change?", key=typed)

    def act() -> None:
        with get_process().database.transaction() as session:
            review(
                user,
                proposal.key,
                approve=False,
                note=asking.asked(typed),
                revision=proposal.revision,
                session=session,
            )

    asking.decide(
        "Return it",
        act,
        revision=proposal.revision,
        done="It is back with its author, with your note.",
        key="proposal_return_confirm",
        icon=":material/undo:",
        typed=(typed,),
    )


@st.dialog("Override the gate", width="medium", on_dismiss="rerun")
def override_dialog(user: Actor, view: ProposalView, gate: Gate) -> None:
    """What is overridden, in words, and the reason, which stays visible."""
    proposal, typed = view.proposal, f"proposal_override_reason_{view.proposal.key}"
    shut = gate.to_override
    st.markdown("It can be released although " + ("this is" if len(shut) == 1 else "these are") + " not met:")
    st.markdown("\n".join(f"- **{escape(each.title)}**: {escape(each.words)}" for each in shut))
    asking.ask(
        "Why all the same?",
        key=typed,
        placeholder=f"At least {SHORTEST_REASON} characters. It stays visible on the release.",
    )

    def act() -> None:
        process = get_process()
        override(
            user,
            proposal.key,
            asking.asked(typed),
            revision=proposal.revision,
            database=process.database,
            settings=process.settings,
        )

    asking.decide(
        "Override the gate",
        act,
        revision=proposal.revision,
        done="The gate is overridden. Your reason is shown with the proposal.",
        key="proposal_override_confirm",
        icon=":material/gavel:",
        typed=(typed,),
    )


@st.dialog("Release", on_dismiss="rerun")
def release_dialog(user: Actor, view: ProposalView, gate: Gate) -> None:
    """What goes live, and that it is watched."""
    proposal = view.proposal
    st.markdown(
        f"**{escape(proposal.title)}**: {counted(len(view.changes), 'change')} "
        f"{'goes' if len(view.changes) == 1 else 'go'} live together, for every page and every draft from "
        "now on. Production scores are watched afterwards, and it can be rolled back at any time."
    )
    if gate.overridden:
        st.warning(f"The gate is overridden: {escape(gate.override_reason)}", icon=":material/gavel:")

    def act() -> None:
        process = get_process()
        ship(
            user,
            proposal.key,
            database=process.database,
            settings=process.settings,
            revision=proposal.revision,
        )

    asking.decide(
        "Release",
        act,
        revision=proposal.revision,
        done="Released. It counts for every draft from now on.",
        key="proposal_release_confirm",
        icon=":material/rocket_launch:",
    )


@st.dialog("Title and reason", on_dismiss="rerun")
def edit_dialog(user: Actor, view: ProposalView) -> None:
    """What it is called, and why it is wanted."""
    proposal = view.proposal
    title, why = f"proposal_title_{proposal.key}", f"proposal_why_{proposal.key}"
    asking.seed(title, proposal.title)
    asking.seed(why, proposal.why)
    st.text_input("Title", key=title, max_chars=200, persist_state="session")
    asking.ask("Why?", key=why, placeholder="What is wrong now, and what should be better afterwards")

    def act() -> None:
        with get_process().database.transaction() as session:
            update_proposal(
                user,
                proposal.key,
                title=asking.asked(title),
                why=asking.asked(why),
                revision=proposal.revision,
                session=session,
            )

    asking.decide(
        "Save",
        act,
        revision=proposal.revision,
        done="Saved.",
        key="proposal_edit_confirm",
        icon=":material/check:",
        typed=(title, why),
    )


@st.dialog("Withdraw", on_dismiss="rerun")
def withdraw_dialog(user: Actor, view: ProposalView) -> None:
    """What withdrawing means."""
    proposal = view.proposal
    st.markdown(
        f"**{escape(proposal.title)}** is closed without going live. Its edits can be proposed again."
    )

    def act() -> None:
        with get_process().database.transaction() as session:
            withdraw(user, proposal.key, revision=proposal.revision, session=session)

    asking.decide(
        "Withdraw",
        act,
        revision=proposal.revision,
        done="Withdrawn. Its edits are open again.",
        key="proposal_withdraw_confirm",
        icon=":material/block:",
    )
