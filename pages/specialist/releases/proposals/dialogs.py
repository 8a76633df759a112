"""What is asked before a proposal is approved, returned, overridden, released, changed or withdrawn."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from core.identity import Actor
from core.releases import (
    SHORTEST_REASON,
    Gate,
    ProposalView,
    RuleResult,
    override,
    review,
    ship,
    update_proposal,
    withdraw,
)
from pages.process import get_process
from pages.specialist.releases.proposals import asking
from pages.specialist.releases.proposals.steps import Verb
from pages.specialist.releases.words import counted
from pages.widgets import confirming
from pages.widgets.confirming import Opened, close_dialog
from pages.widgets.style import escape

_ASKED: tuple[Verb, ...] = ("approve", "return", "override", "release", "edit", "withdraw")


def draw(user: Actor, view: ProposalView, gate: Gate | None, possible: Collection[Verb]) -> None:
    """The dialog that is open for this proposal, however often the page is drawn again.

    Args:
        possible: what this person can do now.
    """
    opened = confirming.opened(*_ASKED)
    if opened is None or opened.about[0] != view.proposal.key:
        return
    if gate is None or opened.name not in possible:
        asking.gone()
        return
    confirming.keep_open()
    if opened.name == "approve":
        _approve(user, view, opened)
    elif opened.name == "return":
        _return(user, view, opened)
    elif opened.name == "override":
        _override(user, view, gate, opened)
    elif opened.name == "release":
        _release(user, view, gate, opened)
    elif opened.name == "edit":
        _edit(user, view, opened)
    else:
        _withdraw(user, view, opened)


def _changed(view: ProposalView, opened: Opened) -> bool:
    """Whether the proposal is another one than when the dialog was opened."""
    return view.proposal.revision != opened.about[1]


def _review(user: Actor, opened: Opened, note: str, *, approve: bool) -> None:
    key, revision = opened.about
    with get_process().database.transaction() as session:
        review(user, key, approve=approve, note=note, revision=revision, session=session)


@st.dialog("Approve", on_dismiss=close_dialog)
def _approve(user: Actor, view: ProposalView, opened: Opened) -> None:
    """A note where one is wanted, and the approval of exactly these changes."""
    st.markdown(
        f"You approve **{escape(view.proposal.title)}** as it is now. When one of its changes is edited, it "
        "has to be reviewed again."
    )
    asking.decide_with_words(
        "Note",
        lambda note: _review(user, opened, note, approve=True),
        opened=opened,
        typed=f"proposal_approve_note_{view.proposal.key}",
        placeholder="Optional: what you looked at",
        label="Approve",
        done="Approved.",
        key="proposal_approve_confirm",
        icon=":material/check:",
        changed=_changed(view, opened),
    )


@st.dialog("Return to the author", on_dismiss=close_dialog)
def _return(user: Actor, view: ProposalView, opened: Opened) -> None:
    """What has to change."""
    asking.decide_with_words(
        f"What should {view.author or 'the author'} change?",
        lambda note: _review(user, opened, note, approve=False),
        opened=opened,
        typed=f"proposal_return_note_{view.proposal.key}",
        label="Return it",
        done="It is back with its author, with your note.",
        key="proposal_return_confirm",
        icon=":material/undo:",
        changed=_changed(view, opened),
    )


@st.dialog("Override the gate", width="medium", on_dismiss=close_dialog)
def _override(user: Actor, view: ProposalView, gate: Gate, opened: Opened) -> None:
    """What is overridden, in words, and the reason, which stays visible."""
    key, revision = opened.about
    shut = gate.to_override
    st.markdown("It can be released although " + ("this is" if len(shut) == 1 else "these are") + " not met:")
    st.markdown("\n".join(_line(each, shut[at - 1] if at else None) for at, each in enumerate(shut)))

    def act(reason: str) -> None:
        process = get_process()
        override(user, key, reason, revision=revision, database=process.database, settings=process.settings)

    asking.decide_with_words(
        "Why all the same?",
        act,
        opened=opened,
        typed=f"proposal_override_reason_{key}",
        placeholder=f"At least {SHORTEST_REASON} characters. It stays visible on the release.",
        label="Override the gate",
        done="The gate is overridden. Your reason is shown with the proposal.",
        key="proposal_override_confirm",
        icon=":material/gavel:",
        changed=_changed(view, opened),
    )


def _line(rule: RuleResult, before: RuleResult | None) -> str:
    """A rule with its reason, which several that wait for the same thing share."""
    same = before is not None and before.words == rule.words
    return f"- **{escape(rule.title)}**" + ("" if same else f": {escape(rule.words)}")


@st.dialog("Release", on_dismiss=close_dialog)
def _release(user: Actor, view: ProposalView, gate: Gate, opened: Opened) -> None:
    """What goes live, and that it is watched."""
    key, revision = opened.about
    st.markdown(
        f"**{escape(view.proposal.title)}**: {counted(len(view.changes), 'change')} "
        f"{'goes live' if len(view.changes) == 1 else 'go live together'}, for every page and every draft "
        "from now on. Production scores are watched afterwards, and it can be rolled back at any time."
    )
    if gate.overridden:
        st.warning(f"The gate is overridden: {escape(gate.override_reason)}", icon=":material/gavel:")

    def act() -> None:
        process = get_process()
        ship(user, key, database=process.database, settings=process.settings, revision=revision)

    asking.decide(
        "Release",
        act,
        opened=opened,
        done="Released. It counts for every draft from now on.",
        key="proposal_release_confirm",
        icon=":material/rocket_launch:",
        changed=_changed(view, opened),
    )


@st.dialog("Title and reason", on_dismiss=close_dialog)
def _edit(user: Actor, view: ProposalView, opened: Opened) -> None:
    """What it is called, and why it is wanted."""
    key, revision = opened.about
    title, why = f"proposal_title_{key}", f"proposal_why_{key}"
    asking.seed(title, view.proposal.title)
    asking.seed(why, view.proposal.why)
    st.text_input("Title", key=title, max_chars=200, persist_state="session")
    asking.ask("Why?", key=why, placeholder="What is wrong now, and what should be better afterwards")

    def act() -> None:
        with get_process().database.transaction() as session:
            update_proposal(
                user,
                key,
                title=asking.asked(title),
                why=asking.asked(why),
                revision=revision,
                session=session,
            )

    asking.decide(
        "Save",
        act,
        opened=opened,
        done="Saved.",
        key="proposal_edit_confirm",
        icon=":material/check:",
        typed=(title, why),
        changed=_changed(view, opened),
    )


@st.dialog("Withdraw", on_dismiss=close_dialog)
def _withdraw(user: Actor, view: ProposalView, opened: Opened) -> None:
    """What withdrawing means."""
    key, revision = opened.about
    st.markdown(
        f"**{escape(view.proposal.title)}** is closed without going live. Its edits can be proposed again."
    )

    def act() -> None:
        with get_process().database.transaction() as session:
            withdraw(user, key, revision=revision, session=session)

    asking.decide(
        "Withdraw",
        act,
        opened=opened,
        done="Withdrawn. Its edits are open again.",
        key="proposal_withdraw_confirm",
        icon=":material/block:",
        changed=_changed(view, opened),
    )
