"""Approve, edit, reject, ask: who may, once, and on what they saw."""

from __future__ import annotations

import dataclasses
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlmodel import select

from core import audit
from core.actions import (
    ActionRefused,
    ActionRequest,
    Appraisal,
    Catalogue,
    Executor,
    InvalidArguments,
    Preview,
    approve,
    ask,
    check,
    list_approvals,
    list_requests,
    propose,
    reject,
    rule,
    withdraw,
)
from core.conversations.tables import Conversation, Customer
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Person, Role
from tests.core.actions.scripted import CLOSE, REFUND, Scripted, approve_now, propose_refund


def audited(database: Database) -> list[str]:
    with database.reading() as session:
        entries = audit.list_entries(session=session, action="action.")
        return [entry.action.partition(".")[2] for entry in reversed(entries)]


def test_edited_arguments_are_what_is_carried_out(
    database: Database,
    conversation: int,
    catalogue: Catalogue,
    system: Scripted,
    rep: Actor,
    executor: Executor,
) -> None:
    request = propose_refund(database, catalogue, conversation, 50)
    approved = approve_now(
        rep, request, database, catalogue, arguments={"invoice": "INV-1", "amount": "19,90"}
    )
    assert (approved.status, approved.decision) == ("approved", "edited")
    done = executor.carry_out(request.key)
    assert done is not None
    assert (done.status, done.reference, done.result) == ("done", "R1", {"paid": 19.9})
    assert [call.arguments["amount"] for call in system.calls] == [19.9]
    assert done.proposed_arguments == {"invoice": "INV-1", "amount": 50.0}
    assert done.amount_minor == 1990
    assert audited(database) == ["proposed", "edited", "executed"]
    with database.reading() as session:
        entry = audit.list_entries(session=session, action="action.edited")[0]
        assert entry.detail["edited_arguments"] == ["amount"]
        (view,) = list_requests(rep, conversation, session=session, catalogue=catalogue)
    assert view.edited == {"amount": (50.0, 19.9)}
    assert (view.decider, view.requester, view.customer) == ("Maeve", "", "Ada Lovelace")


def test_the_account_is_the_conversations_customer(
    database: Database,
    conversation: int,
    catalogue: Catalogue,
    system: Scripted,
    rep: Actor,
    executor: Executor,
) -> None:
    with pytest.raises(InvalidArguments, match="no such argument"):
        approve_now(
            rep,
            request := propose_refund(database, catalogue, conversation),
            database,
            catalogue,
            arguments={"invoice": "INV-1", "amount": 5, "email": "eve@example.com"},
        )
    approve_now(rep, request, database, catalogue)
    executor.carry_out(request.key)
    assert system.calls[0].account.email == "ada@example.com"
    with pytest.raises(ActionRefused, match="another customer"):
        propose_refund(database, catalogue, conversation, invoice="OTHER")


def test_a_conversation_given_to_another_customer_stops_the_request(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation)
    with database.transaction() as session:
        other = Customer(source="test", external_id="u2", name="Eve")
        session.add(other)
        session.flush()
        stored = session.get(Conversation, conversation)
        assert stored is not None
        stored.customer_id = other.key
    with pytest.raises(Conflict, match="another customer"):
        approve_now(rep, request, database, catalogue)


def test_approving_twice_is_approving_once(
    database: Database,
    conversation: int,
    catalogue: Catalogue,
    rep: Actor,
    manager: Actor,
    executor: Executor,
) -> None:
    request = propose_refund(database, catalogue, conversation)
    first = approve_now(rep, request, database, catalogue)
    again = approve_now(rep, request, database, catalogue, arguments={"invoice": "INV-1", "amount": "50"})
    assert (again.id, again.revision) == (first.id, first.revision)
    executor.carry_out(request.key)
    assert approve_now(rep, request, database, catalogue).status == "done"
    with pytest.raises(Conflict, match=r"already approved this at \d\d:\d\d with other arguments"):
        approve_now(rep, request, database, catalogue, arguments={"invoice": "INV-1", "amount": 49})
    with pytest.raises(Conflict, match=r"^Maeve has already approved this at \d\d:\d\d\.$"):
        approve_now(manager, request, database, catalogue)
    with pytest.raises(Conflict, match="You have already approved"):
        reject(rep, request.key, database=database, revision=request.revision, reason="no")
    assert audited(database) == ["proposed", "approved", "executed"]


@pytest.mark.parametrize("people", [1, 2])
def test_approvals_at_the_same_time_give_one_effect(
    database: Database,
    conversation: int,
    catalogue: Catalogue,
    system: Scripted,
    rep: Actor,
    manager: Actor,
    executor: Executor,
    people: int,
) -> None:
    request = propose_refund(database, catalogue, conversation)
    start = threading.Barrier(6)

    def click(number: int) -> str:
        start.wait()
        try:
            approved = approve_now((rep, manager)[number % people], request, database, catalogue)
        except Conflict as error:
            return str(error)
        executor.submit(approved.key).result(10)
        executor.carry_out_due()
        return "approved"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(click, range(6)))
    assert answers.count("approved") == 6 // people
    assert all("has already approved" in answer for answer in answers if answer != "approved")
    assert system.effects == {request.idempotency_key: 1}
    assert len(system.calls) == 1


def test_limits_hold_for_direct_calls(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor, manager: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation, 150)
    sentence = (
        "“Refund an invoice” above 100 EUR needs a specialist (up to 300 EUR) or a manager (up to 2,000 EUR)."
    )
    with pytest.raises(PermissionDenied, match=re.escape(sentence)):
        approve_now(rep, request, database, catalogue)
    claimed = dataclasses.replace(rep, role=Role.MANAGER)  # what a caller claims does not count
    with pytest.raises(PermissionDenied, match="above 100 EUR"):
        approve_now(claimed, request, database, catalogue)
    with pytest.raises(PermissionDenied, match="Only a person"):
        approve_now(SYSTEM, request, database, catalogue)
    asked = ask(
        rep,
        request.key,
        database=database,
        catalogue=catalogue,
        revision=request.revision,
        note="Long outage",
    )
    with pytest.raises(PermissionDenied, match="above 100 EUR"):
        approve_now(rep, asked, database, catalogue)
    assert approve_now(manager, asked, database, catalogue).status == "approved"


def test_an_edit_up_to_above_the_limit_is_refused(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation, 50)
    with pytest.raises(PermissionDenied):
        approve_now(rep, request, database, catalogue, arguments={"invoice": "INV-1", "amount": 100.01})
    approved = approve_now(rep, request, database, catalogue, arguments={"invoice": "INV-1", "amount": 100})
    assert approved.status == "approved"


def test_small_refunds_do_not_add_up_past_the_limit(
    database: Database,
    conversation: int,
    catalogue: Catalogue,
    system: Scripted,
    rep: Actor,
    executor: Executor,
) -> None:
    first = propose_refund(database, catalogue, conversation, 80)
    second = propose_refund(database, catalogue, conversation, 30)
    approve_now(rep, first, database, catalogue)
    with pytest.raises(PermissionDenied, match="With 80 EUR approved before, this comes to 110 EUR"):
        approve_now(rep, second, database, catalogue)
    executor.carry_out(first.key)  # now the system counts it
    system.counted_before = Decimal(80)
    with pytest.raises(PermissionDenied, match="comes to 110 EUR"):
        approve_now(rep, second, database, catalogue)
    system.counts = False
    assert approve_now(rep, second, database, catalogue).status == "approved"


def test_two_approvals_at_once_cannot_slip_past_the_limit_together(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor
) -> None:
    requests = [propose_refund(database, catalogue, conversation, 60, invoice=f"INV-{n}") for n in range(4)]
    start = threading.Barrier(4)

    def click(request: ActionRequest) -> str:
        start.wait()
        try:
            return approve_now(rep, request, database, catalogue).status
        except PermissionDenied:
            return "denied"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, requests)) == ["approved", "denied", "denied", "denied"]


def test_stale_facts_are_shown_before_anybody_approves_on_them(
    database: Database, conversation: int, catalogue: Catalogue, system: Scripted, rep: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation)
    system.facts, system.counted_before = "f2", Decimal(20)
    with pytest.raises(Conflict, match="has changed since it was shown"):
        approve_now(rep, request, database, catalogue)
    with database.reading() as session:
        (view,) = list_requests(rep, conversation, session=session, catalogue=catalogue)
    assert (view.preview.facts, view.preview.counted_before) == ("f2", Decimal(20))
    assert view.request.revision == request.revision + 1
    with pytest.raises(Conflict, match="changed while you looked"):
        approve_now(rep, request, database, catalogue)
    assert approve_now(rep, view.request, database, catalogue).status == "approved"


def test_stale_facts_with_edits(
    database: Database, conversation: int, catalogue: Catalogue, system: Scripted, rep: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation)
    edits = {"invoice": "INV-1", "amount": 20}
    seen = check(rep, request.key, edits, database=database, catalogue=catalogue)
    assert seen.preview is not None
    assert seen.approvable
    system.facts = "f2"
    for facts in (None, seen.preview.facts):
        with database.reading() as session:
            (view,) = list_requests(rep, conversation, session=session, catalogue=catalogue)
        if facts is not None:
            system.facts = "f3"
        with pytest.raises(Conflict, match="has changed since it was shown"):
            approve_now(rep, view.request, database, catalogue, arguments=edits, facts=facts)


def test_a_changed_declaration_is_looked_at_again(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation)
    tighter = Catalogue([Scripted(actions=(dataclasses.replace(REFUND, limits={Role.REP: Decimal(10)}),))])
    with pytest.raises(Conflict, match="rules of “Refund an invoice” have changed"):
        approve_now(rep, request, database, tighter)
    with database.reading() as session:
        (view,) = list_requests(rep, conversation, session=session, catalogue=tighter)
    assert not view.may_approve
    assert "nobody here" in view.why_not
    gone = Catalogue([Scripted(actions=(CLOSE,))])
    with pytest.raises(Conflict, match="no longer offers"):
        approve_now(rep, view.request, database, gone)
    rejected = reject(rep, request.key, database=database, revision=view.request.revision, reason="gone")
    assert rejected.status == "rejected"


def test_rejecting(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor, manager: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation)
    with pytest.raises(InvalidInput, match="why this is rejected"):
        reject(rep, request.key, database=database, revision=1, reason="  ")
    rejected = reject(rep, request.key, database=database, revision=1, reason=" Not  within policy ")
    assert (rejected.status, rejected.decision_reason) == ("rejected", "Not within policy")
    assert (
        reject(rep, request.key, database=database, revision=1, reason="twice").revision == rejected.revision
    )
    with pytest.raises(Conflict, match="Maeve has already rejected this"):
        approve_now(manager, request, database, catalogue)
    with pytest.raises(NotFound):
        reject(rep, 999, database=database, revision=1, reason="x")
    assert audited(database) == ["proposed", "rejected"]


def test_asking_a_manager(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor, specialist: Actor, manager: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation, 50)

    def asks(actor: Actor, amount: float, revision: int = 1) -> ActionRequest:
        return ask(
            actor,
            request.key,
            database=database,
            catalogue=catalogue,
            revision=revision,
            note="Loyal customer",
            arguments={"invoice": "INV-1", "amount": amount},
        )

    with pytest.raises(InvalidInput, match="nobody here may approve"):
        asks(rep, 5000)
    asked = asks(rep, 400)
    assert asks(rep, 400).revision == asked.revision
    with pytest.raises(Conflict, match="Maeve has already asked"):
        asks(specialist, 400)
    with database.reading() as session:
        (mine,) = list_approvals(specialist, session=session, catalogue=catalogue)
        (theirs,) = list_approvals(manager, session=session, catalogue=catalogue)
        with pytest.raises(PermissionDenied):
            list_approvals(rep, session=session, catalogue=catalogue)
    assert not mine.may_approve
    assert mine.who_may == "a manager (up to 2,000 EUR)"
    assert theirs.may_approve
    assert (theirs.asker, theirs.edited) == ("Maeve", {"amount": (50.0, 400.0)})
    approved = approve_now(manager, asked, database, catalogue)
    assert (approved.decision, approved.amount_minor) == ("edited", 40_000)
    with pytest.raises(Conflict, match="Ingrid has already approved"):
        asks(rep, 400)
    assert audited(database) == ["proposed", "asked", "edited"]


def test_proposing_the_same_again_gives_the_same_request(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor
) -> None:
    first = propose_refund(database, catalogue, conversation, draft_id=7, call_id="a")
    assert propose_refund(database, catalogue, conversation, draft_id=7, call_id="a").id == first.id
    assert propose_refund(database, catalogue, conversation, draft_id=8, call_id="b").id == first.id
    other = propose_refund(database, catalogue, conversation, 20, draft_id=8, call_id="c")
    assert other.id != first.id
    with pytest.raises(Conflict, match="something else"):
        propose_refund(database, catalogue, conversation, 99, draft_id=7, call_id="a")
    approve_now(rep, first, database, catalogue)
    assert propose_refund(database, catalogue, conversation, draft_id=9, call_id="d").id == first.id
    with database.reading() as session:
        assert len(session.exec(select(ActionRequest)).all()) == 2


def test_proposals_at_the_same_time_give_one_request(
    database: Database, conversation: int, catalogue: Catalogue
) -> None:
    start = threading.Barrier(5)

    def go(number: int) -> int:
        start.wait()
        return propose_refund(database, catalogue, conversation, draft_id=number, call_id="x").key

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(go, range(5)))) == 1


def test_withdrawing_leaves_what_people_took_up(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor
) -> None:
    by_draft = propose_refund(database, catalogue, conversation, 1, draft_id=1, call_id="a")
    other_draft = propose_refund(database, catalogue, conversation, 2, draft_id=2, call_id="a")
    by_person = propose_refund(database, catalogue, conversation, 3)
    asked = propose_refund(database, catalogue, conversation, 4, draft_id=1, call_id="b")
    ask(rep, asked.key, database=database, catalogue=catalogue, revision=1, note="please")
    with database.transaction() as session:
        assert [r.id for r in withdraw(conversation, session=session, draft_id=1)] == [by_draft.id]
    with database.transaction() as session:
        assert [r.id for r in withdraw(conversation, session=session)] == [other_draft.id]
    with pytest.raises(Conflict, match="withdrawn: the conversation has moved on"):
        approve_now(rep, by_draft, database, catalogue)
    assert approve_now(rep, by_person, database, catalogue).status == "approved"


def test_checking_changes_nothing(
    database: Database, conversation: int, catalogue: Catalogue, rep: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation)

    def look(**arguments: object) -> Appraisal:
        return check(rep, request.key, arguments, database=database, catalogue=catalogue)

    assert look(invoice="INV-1", amount="x").problems.keys() == {"amount"}
    assert look(invoice="OTHER", amount=5).refused == "This invoice is another customer's."
    above = look(invoice="INV-1", amount=101)
    assert not above.approvable
    with database.reading() as session:
        (view,) = list_requests(rep, conversation, session=session, catalogue=catalogue)
    assert view.request.revision == request.revision


def test_the_role_of_the_moment_counts(
    database: Database, conversation: int, catalogue: Catalogue, manager: Actor
) -> None:
    request = propose_refund(database, catalogue, conversation, 500)
    with database.transaction() as session:
        person = session.get(Person, manager.person_id)
        assert person is not None
        person.role = Role.REP
    with pytest.raises(PermissionDenied, match="above 100 EUR"):
        approve_now(manager, request, database, catalogue)
    with database.transaction() as session:
        person = session.get(Person, manager.person_id)
        assert person is not None
        person.active = False
    with pytest.raises(PermissionDenied, match="Only a person who can sign in"):
        approve_now(manager, request, database, catalogue)


@pytest.mark.parametrize(
    ("role", "amount", "before", "counts", "allowed"),
    [
        (Role.REP, "100", "0", True, True),
        (Role.REP, "100.01", "0", True, False),
        (Role.REP, "50", "50.01", True, False),
        (Role.REP, "50", "5000", False, True),
        (Role.REP, "101", "0", False, False),
        (Role.SPECIALIST, "300", "0", True, True),
        (Role.MANAGER, "2000.01", "0", True, False),
        (Role.ADMIN, "1", "0", True, False),
        (Role.REP, None, "9999", True, True),
    ],
)
def test_authority(role: Role, amount: str | None, before: str, counts: bool, allowed: bool) -> None:
    money = None if amount is None else Decimal(amount)
    preview = Preview("x", money, "EUR", counted_before=Decimal(before), counts=counts)
    ruling = rule(REFUND, role, preview)
    assert ruling.allowed is allowed
    assert bool(ruling.why_not) is not allowed


def test_authority_without_limits() -> None:
    assert rule(CLOSE, Role.MANAGER, Preview("x", Decimal(10**6), "EUR")).allowed
    refused = rule(CLOSE, Role.REP, Preview("x"))
    assert refused.why_not == "“Close the account” is not for your role (rep) to approve. It needs a manager."


def test_a_manager_may_not_propose(
    database: Database, conversation: int, catalogue: Catalogue, manager: Actor
) -> None:
    with pytest.raises(PermissionDenied):
        propose(manager, conversation, "refund", {}, database=database, catalogue=catalogue)
    with pytest.raises(PermissionDenied):
        approve(Actor(None, "x", "x", Role.ADMIN), 1, database=database, catalogue=catalogue, revision=1)
