"""Action cards on the Assist page: what each role sees, that edits count, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.actions import ActionRequest, Arguments, Executor, RequestView, declare
from core.actions import propose as propose_action
from core.conversations import ConversationView
from core.database import Database
from core.identity import SYSTEM, Actor, Person, Role, actor_of
from pages.process import get_process
from pages.rep import actions_pane
from tests.core.actions.scripted import Scripted, Step, approve_now
from tests.pages.assisting import (
    change,
    confirm,
    field,
    labels,
    opened,
    press,
    propose,
    scripted_system,
    texts,
    waiting_customer,
)
from tests.pages.conftest import SignedIn

Ended = Callable[..., ActionRequest]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    return scripted_system(monkeypatch)


@pytest.fixture
def conversation(database: Database, system: Scripted) -> int:
    return waiting_customer(database)


@pytest.fixture
def proposed(database: Database, conversation: int) -> ActionRequest:
    """A refund of 50 EUR, within a rep's limit."""
    return propose(database, conversation)


@pytest.fixture
def ended(database: Database, conversation: int, people: dict[Role, Person], system: Scripted) -> Ended:
    """``ended("refuse")``: a refund that the rep approved, and that the system then answered so."""

    def end(*steps: Step, **rest: object) -> ActionRequest:
        system.steps.extend(steps)
        catalogue = get_process().catalogue()
        request = approve_now(
            actor_of(people[Role.REP]), propose(database, conversation), database, catalogue, **rest
        )
        executor = Executor(database, lambda: catalogue, executor_id="test", lease=timedelta(minutes=1))
        executor.carry_out(request.key)
        executor.close()
        return reread(database, request)

    return end


def reread(database: Database, request: ActionRequest) -> ActionRequest:
    with database.reading() as session:
        return session.get_one(ActionRequest, request.id)


def test_what_changes_while_the_page_is_drawn_is_noticed(
    signed_in: SignedIn, database: Database, conversation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, proposed = actions_pane.load, list[ActionRequest]()

    def and_then(actor: Actor, view: ConversationView) -> list[RequestView]:
        found = load(actor, view)
        if not proposed:
            proposed.append(propose(database, conversation))
        return found

    app = opened(signed_in)
    monkeypatch.setattr(actions_pane, "load", and_then)
    app.run()
    assert "Waits for approval" in texts(app)


def test_a_card_says_what_a_decision_needs(signed_in: SignedIn, proposed: ActionRequest) -> None:
    app = opened(signed_in)
    said = texts(app)
    for words in (
        "Refund an invoice",
        "Waits for approval",
        "Cannot be undone",
        "Refund 50.00 EUR of INV-1.",
        "Left: 2,000.00 EUR → 1,950.00 EUR",
        "Policy: Refunds within 30 days.",
        "May be approved by a rep (up to 100 EUR), a specialist (up to 300 EUR) or a manager",
    ):
        assert words in said
    assert [each.label for each in app.text_input if "_argument_" in (each.key or "")] == [
        "Invoice",
        "Amount, EUR",
    ]
    assert {"Approve", "Reject"} <= labels(app)
    assert "Ask for approval" not in labels(app)


class Notice(Arguments):
    text: str
    copy_to_owner: bool | None = None


def test_a_flag_that_nobody_set_is_no_change(
    signed_in: SignedIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = declare(
        "notice", title="Send a notice", description="Sends it.", arguments=Notice, risk="irreversible"
    )
    scripted_system(monkeypatch, notice)
    case = waiting_customer(database)
    request = propose_action(
        SYSTEM, case, "notice", {"text": "Hello"}, database=database, catalogue=get_process().catalogue()
    )
    app = opened(signed_in)
    assert [each.label for each in app.checkbox if "_argument_" in (each.key or "")] == [
        "Copy to owner (optional)"
    ]
    press(app, "Approve")
    approved = reread(database, request)
    assert (approved.decision, approved.arguments.get("copy_to_owner")) == ("approved", None)


def test_what_is_shown_and_does_not_change_stands_as_it_is(
    signed_in: SignedIn, proposed: ActionRequest, database: Database
) -> None:
    with database.transaction() as session:
        stored = session.get_one(ActionRequest, proposed.id)
        stored.preview = {**stored.preview, "before": {"State": "open", "Left": "9"}, "after": {"Left": "8"}}
        stored.action = "gone"  # no longer offered, so the stored preview is what can be shown
    said = texts(opened(signed_in))
    assert "Left: 9 → 8" in said
    assert "State: open" in said
    assert "State: open →" not in said


def test_an_edited_amount_is_shown_and_carried_out(
    signed_in: SignedIn, proposed: ActionRequest, database: Database, system: Scripted
) -> None:
    app = change(opened(signed_in), "amount", "12,50")
    assert "Refund 12.50 EUR of INV-1." in texts(app)
    assert "Left: 2,000.00 EUR → 1,987.50 EUR" in texts(app)
    assert "Approve" not in labels(app)
    press(app, "Approve with changes")
    get_process().executor.submit(proposed.key).result(10)
    done = reread(database, proposed)
    assert (done.status, done.error, done.decision) == ("done", "", "edited")
    assert done.proposed_arguments["amount"] == 50
    assert [call.arguments["amount"] for call in system.calls] == [12.5]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("amount", "a lot", "Write an amount with at most two decimals"),
        ("amount", "", "This is needed."),
        ("invoice", "OTHER", "This invoice is another customer's."),
    ],
    ids=["not a number", "empty", "refused"],
)
def test_a_wrong_value_says_why_and_cannot_be_approved(
    signed_in: SignedIn, proposed: ActionRequest, database: Database, name: str, value: str, words: str
) -> None:
    app = change(opened(signed_in), name, value)
    assert words in texts(app)
    assert not {"Approve", "Approve with changes", "Ask for approval"} & labels(app)
    assert "Reject" in labels(app)
    assert reread(database, proposed).status == "proposed"


def test_above_the_limit_a_rep_asks_and_a_manager_approves(
    signed_in: SignedIn, database: Database, conversation: int
) -> None:
    request = propose(database, conversation, 400)
    app = opened(signed_in)
    assert "“Refund an invoice” above 100 EUR needs a manager (up to 2,000 EUR)." in texts(app)
    assert "Approve" not in labels(app)
    app = press(app, "Ask for approval")
    assert "Say in 1 to 1,000 characters why somebody else" in app.toast[0].value
    app = confirm(app, "Ask for approval", "_ask_text", "Loyal *customer*")
    assert reread(database, request).status == "asked"
    assert "The rep asked: Loyal *customer*" in texts(app)
    assert "Waits for somebody with a higher limit" in texts(app)
    assert "Ask for approval" not in labels(app)
    press(opened(signed_in, Role.MANAGER), "Approve")
    assert reread(database, request).decision == "approved"


def test_an_amount_edited_above_the_limit_can_be_asked_for(
    signed_in: SignedIn, proposed: ActionRequest, database: Database
) -> None:
    app = change(opened(signed_in), "amount", "150")
    assert not {"Approve", "Approve with changes"} & labels(app)
    confirm(app, "Ask for approval", "_ask_text", "They paid twice")
    asked = reread(database, proposed)
    assert (asked.status, asked.arguments["amount"], asked.asked_note) == ("asked", 150, "They paid twice")


def test_rejecting_needs_a_reason_and_keeps_what_was_typed(
    signed_in: SignedIn, proposed: ActionRequest, database: Database, system: Scripted
) -> None:
    app = change(opened(signed_in), "amount", "20")
    app = press(app, "Reject")
    assert "Say in 1 to 1,000 characters why this is rejected" in app.toast[0].value
    assert field(app, "_argument_amount").value == "20"
    assert "Approve with changes" in labels(app)
    assert reread(database, proposed).status == "proposed"
    app = confirm(app, "Reject", "_reject_text", "Outside the window")
    rejected = reread(database, proposed)
    assert (rejected.status, rejected.decision_reason) == ("rejected", "Outside the window")
    assert not system.effects
    assert "The rep rejected it" in texts(app)
    assert "Outside the window" in texts(app)


def test_facts_that_changed_meanwhile_are_shown_first(
    signed_in: SignedIn, proposed: ActionRequest, database: Database, system: Scripted
) -> None:
    app = opened(signed_in)
    system.facts = "another state"
    app = press(app, "Approve")
    assert "has changed since it was shown" in app.toast[0].value
    assert reread(database, proposed).status == "proposed"
    press(app, "Approve")
    assert reread(database, proposed).decision == "approved"


def test_an_unknown_outcome_is_asked_about_and_not_repeated(
    signed_in: SignedIn, ended: Ended, database: Database, system: Scripted
) -> None:
    request = ended("lost after")
    app = opened(signed_in)
    assert "Sent, but nobody knows whether it happened" in texts(app)
    assert "No answer within 10 s." in texts(app)
    assert not {"Approve", "Reject"} & labels(app)
    system.can_tell = False
    app = press(app, "Check again")
    assert "The system keeps no keys." in texts(app)
    system.can_tell = True
    app = press(app, "Check again")
    assert reread(database, request).status == "done"
    assert "Check again" not in labels(app)
    assert list(system.effects.values()) == [1]


def test_what_could_not_be_reached_says_why_it_waits(signed_in: SignedIn, ended: Ended) -> None:
    assert ended("unreached").status == "approved"
    said = texts(opened(signed_in))
    assert "Approved, about to be carried out" in said
    assert "The system is down." in said


def test_a_receipt_names_who_when_and_both_arguments(signed_in: SignedIn, ended: Ended) -> None:
    ended(arguments={"invoice": "INV-1", "amount": "12,50"})
    app = opened(signed_in)
    (actions,) = [tab for tab in app.tabs if tab.label == "Actions"]
    said = "\n".join(str(each.value) for each in [*actions.markdown, *actions.caption]).replace("\\", "")
    for words in (
        "Refund an invoice",
        "Proposed by the AI, ",
        "The rep approved it with edits, ",
        "Carried out ",
        "Refunded 12.5 EUR",
        "Receipt R1",
    ):
        assert words in said
    table = actions.dataframe[0].value
    assert table.values.tolist() == [["Amount", "50.00 EUR", "12.50 EUR"]]


def test_a_failure_is_called_a_failure(signed_in: SignedIn, ended: Ended) -> None:
    ended("refuse")
    said = texts(opened(signed_in))
    assert "Failed: nothing was changed" in said
    assert "The invoice is closed." in said
    assert "Carried out" not in said


def test_admins_see_no_action(signed_in: SignedIn, proposed: ActionRequest) -> None:
    app = opened(signed_in, Role.ADMIN)
    assert "This page is not part of your role" in [each.value for each in app.subheader]
    assert "Refund" not in texts(app)
    assert not {"Approve", "Reject", "Check again"} & labels(app)
