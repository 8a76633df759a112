"""Around every page: whoever calls core directly is refused there, in plain words, and nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.actions import (
    Account,
    AccountEntry,
    ActionRefused,
    ActionRequest,
    Call,
    Catalogue,
    Executor,
    InvalidArguments,
    InvoiceEntry,
    approve,
    ask,
    check,
    check_again,
    fill_back_office,
    list_approvals,
    list_requests,
    look_up,
    open_catalogue,
    propose,
    reject,
)
from core.actions.connectors.halyard.store import open_store
from core.actions.connectors.halyard.tables import Operation, Refund
from core.conversations import Conversation
from core.database import Database, now
from core.errors import Conflict, InvalidInput, PermissionDenied, RatchetError
from core.identity import SYSTEM, Actor, Role, deactivate
from core.settings import Settings
from tests.core.assist.making import conversation, rep

OWN, FOREIGN = "HLY-2026-100001", "HLY-2026-100002"


@dataclass
class Desk:
    """A customer's request of 500 EUR that a draft proposed, and everybody who might decide on it."""

    database: Database
    catalogue: Catalogue
    settings: Settings
    people: dict[Role, Actor]
    case: int
    other_case: int

    def proposed(
        self, amount: float | None = 500, *, case: int | None = None, invoice: str = OWN
    ) -> ActionRequest:
        return propose(
            SYSTEM,
            case or self.case,
            "refund_invoice",
            {"invoice": invoice, "amount": amount, "reason": "The customer asks"},
            database=self.database,
            catalogue=self.catalogue,
        )

    def approve(self, actor: Actor, request: ActionRequest, **given: Any) -> ActionRequest:
        options = {"revision": request.revision, **given}
        return approve(actor, request.key, database=self.database, catalogue=self.catalogue, **options)

    def stored(self, request: ActionRequest) -> ActionRequest:
        with self.database.reading() as session:
            return session.get_one(ActionRequest, request.key)

    def assert_untouched(self, request: ActionRequest) -> None:
        """It waits as before, and carrying it out is impossible."""
        stored = self.stored(request)
        assert stored.status in ("proposed", "asked")
        assert (stored.decision, stored.decided_by_id, stored.sent_at) == ("", None, None)
        executor = Executor(self.database, lambda: self.catalogue, executor_id="attacker")
        assert executor.carry_out(request.key) is None
        assert executor.carry_out_due() == 0
        executor.close()
        with open_store(self.settings).reading() as session:
            assert not session.exec(select(Refund)).all()
            assert not session.exec(select(Operation)).all()


@pytest.fixture
def desk(database: Database, settings: Settings) -> Any:
    fill_back_office(settings, [_account("c1", OWN), _account("c2", FOREIGN)], [])
    case = conversation(database, "Please refund 500 EUR.", external_id="c1")
    other = conversation(database, "Please refund my invoice too.", external_id="c2")
    with database.transaction() as session:
        people = {role: rep(session, username=str(role), role=role) for role in Role}
    yield Desk(database, open_catalogue(database, settings), settings, people, case, other)
    open_store(settings).dispose()


def _account(name: str, number: str) -> AccountEntry:
    begun = now() - timedelta(days=60)
    invoice = InvoiceEntry(
        {
            "number": number,
            "period": "monthly",
            "net": 300_000,
            "total": 300_000,
            "currency": "EUR",
            "issued_at": begun,
            "renewal": True,
            "status": "paid",
        },
        [{"amount": 300_000, "method": "card ending 4242", "paid_at": begun}],
    )
    customer = {"external_id": f"customer-{name}", "email": f"{name}@example.org", "name": "Maria Lopez"}
    return AccountEntry(
        {**customer, "country": "DE", "currency": "EUR", "vat_id": True, "created_at": begun},
        {
            "plan": "sloop",
            "period": "monthly",
            "status": "active",
            "started_at": begun,
            "period_start": now(),
            "period_end": now() + timedelta(days=30),
        },
        [invoice],
    )


@pytest.mark.parametrize(
    ("role", "amount", "who_may"),
    [
        (Role.REP, 500, "needs a manager (up to 2,000 EUR)"),
        (Role.REP, 100.01, "needs a specialist (up to 300 EUR) or a manager (up to 2,000 EUR)"),
        (Role.SPECIALIST, 300.01, "needs a manager (up to 2,000 EUR)"),
        (Role.MANAGER, 2000.01, "above every limit"),
        (Role.ADMIN, 1, "Your role (admin) may not approve actions"),
    ],
)
def test_above_the_limit_of_a_role(desk: Desk, role: Role, amount: float, who_may: str) -> None:
    request = desk.proposed(amount)
    with pytest.raises(PermissionDenied) as refused:
        desk.approve(desk.people[role], request)
    assert who_may in str(refused.value)
    desk.assert_untouched(request)


def test_at_the_limit_it_works(desk: Desk) -> None:
    """Else the refusals above would say nothing."""
    for role, amount in ((Role.REP, 100), (Role.SPECIALIST, 200), (Role.MANAGER, 1700)):
        approved = desk.approve(desk.people[role], desk.proposed(amount))
        assert (approved.status, approved.decided_by_id) == ("approved", desk.people[role].person_id)


def test_asking_does_not_help_whoever_asks(desk: Desk) -> None:
    """Who asked a manager may not answer in a manager's place, nor with smaller parts."""
    request, maeve = desk.proposed(500), desk.people[Role.REP]
    asked = ask(
        maeve,
        request.key,
        database=desk.database,
        catalogue=desk.catalogue,
        revision=request.revision,
        note="A good customer",
    )
    with pytest.raises(PermissionDenied, match="needs a manager"):
        desk.approve(maeve, asked)
    desk.assert_untouched(request)
    with desk.database.reading() as session, pytest.raises(PermissionDenied, match="may not see what others"):
        list_approvals(maeve, session=session, catalogue=desk.catalogue)


def test_parts_below_the_limit_add_up(desk: Desk) -> None:
    maeve = desk.people[Role.REP]
    desk.approve(maeve, desk.proposed(60))
    second = desk.proposed(60.5)
    with pytest.raises(PermissionDenied, match=r"With 60 EUR approved before, this comes to 120\.50 EUR"):
        desk.approve(maeve, second)
    assert desk.stored(second).status == "proposed"


@pytest.mark.parametrize(
    "claim", [{"role": Role.MANAGER}, {"role": Role.MANAGER, "trusted": True}, {"person_id": None}]
)
def test_a_role_that_is_only_claimed_does_not_count(desk: Desk, claim: dict[str, Any]) -> None:
    request = desk.proposed(500)
    with pytest.raises(PermissionDenied):
        desk.approve(replace(desk.people[Role.REP], **claim), request)
    desk.assert_untouched(request)


def test_the_system_itself_approves_nothing(desk: Desk) -> None:
    request = desk.proposed(1)
    with pytest.raises(PermissionDenied, match="Only a person who can sign in"):
        desk.approve(SYSTEM, request)
    with pytest.raises(PermissionDenied, match="Only a person who can sign in"):
        reject(SYSTEM, request.key, database=desk.database, revision=request.revision, reason="No")
    desk.assert_untouched(request)


def test_a_deactivated_person_decides_nothing(desk: Desk) -> None:
    request, maeve = desk.proposed(50), desk.people[Role.REP]
    assert maeve.person_id is not None
    with desk.database.transaction() as session:
        deactivate(SYSTEM, maeve.person_id, session=session)
    for decide in _decisions(desk, request):
        with pytest.raises(PermissionDenied, match="Only a person who can sign in"):
            decide(maeve)
    desk.assert_untouched(request)


def test_an_admin_sees_and_decides_nothing(desk: Desk) -> None:
    request, admin = desk.proposed(50), desk.people[Role.ADMIN]
    for decide in _decisions(desk, request):
        with pytest.raises(PermissionDenied, match=r"Your role \(admin\) may not approve actions"):
            decide(admin)
    with (
        desk.database.reading() as session,
        pytest.raises(PermissionDenied, match="may not read conversations"),
    ):
        list_requests(admin, desk.case, session=session, catalogue=desk.catalogue)
    with pytest.raises(PermissionDenied, match="may not read conversations"):
        check(admin, request.key, {}, database=desk.database, catalogue=desk.catalogue)
    with pytest.raises(PermissionDenied, match="may not work on conversations"):
        propose(
            admin, desk.case, "extend_trial", {"days": 1}, database=desk.database, catalogue=desk.catalogue
        )
    desk.assert_untouched(request)


@pytest.mark.parametrize("revision", [0, 2, -1, 10**9])
def test_a_forged_revision(desk: Desk, revision: int) -> None:
    request = desk.proposed(50)
    with pytest.raises(Conflict, match="changed while you looked at it"):
        desk.approve(desk.people[Role.REP], request, revision=revision)
    desk.assert_untouched(request)


@pytest.mark.parametrize(
    ("forged", "error", "words"),
    [
        ({"invoice": FOREIGN}, ActionRefused, "is not an invoice of this customer"),
        ({"amount": -50}, InvalidArguments, "amount"),
        ({"amount": 0}, InvalidArguments, "amount"),
        ({"amount": "1e9"}, RatchetError, ""),
        ({"amount": "NaN"}, InvalidArguments, "amount"),
        ({"amount": True}, InvalidArguments, "amount"),
        ({"amount": 3000.01}, ActionRefused, "is left to refund"),
        ({"amount": 100.005}, RatchetError, ""),
        ({"amount": None}, PermissionDenied, "above every limit"),
        ({"account": "customer-c2"}, InvalidArguments, "account"),
        ({"approved": True, "role": "manager"}, InvalidArguments, ""),
        ({"invoice": {"$ne": ""}}, InvalidArguments, "invoice"),
        ({"invoice": f"{OWN}\x00"}, RatchetError, ""),
    ],
)
def test_forged_arguments(desk: Desk, forged: dict[str, Any], error: type[Exception], words: str) -> None:
    request = desk.proposed(50)
    with pytest.raises(error) as refused:
        desk.approve(desk.people[Role.REP], request, arguments={**request.arguments, **forged})
    assert words in str(refused.value)
    desk.assert_untouched(request)


def test_the_request_of_another_conversation_stays_its_customers(desk: Desk) -> None:
    """Neither its invoice nor its conversation can be swapped under a request."""
    mine, theirs = desk.proposed(50), desk.proposed(50, case=desk.other_case, invoice=FOREIGN)
    rep_, manager = desk.people[Role.REP], desk.people[Role.MANAGER]
    for request, arguments in ((mine, theirs.arguments), (theirs, mine.arguments)):
        with pytest.raises(ActionRefused, match="is not an invoice of this customer"):
            desk.approve(rep_, request, arguments=arguments)
    with desk.database.transaction() as session:
        session.get_one(Conversation, desk.case).customer_id = theirs.customer_id
    for actor in (rep_, manager):
        with pytest.raises(Conflict, match="belongs to another customer than when this was proposed"):
            desk.approve(actor, mine)
    desk.assert_untouched(mine)
    desk.assert_untouched(theirs)


def test_there_is_no_way_around_the_approval(desk: Desk) -> None:
    request = desk.proposed(50)
    given = {"invoice": OWN, "amount": 50, "reason": "x"}
    with pytest.raises(InvalidInput, match="must be proposed, and approved by a person"):
        look_up(desk.case, "refund_invoice", given, database=desk.database, catalogue=desk.catalogue)
    connector = desk.catalogue.connector("refund_invoice")
    with pytest.raises(ActionRefused, match="needs an idempotency key"):
        connector.execute(Call("refund_invoice", given, Account(external_id="customer-c1")))
    with pytest.raises(RatchetError):
        check_again(desk.people[Role.MANAGER], request.key, database=desk.database, catalogue=desk.catalogue)
    desk.assert_untouched(request)


def test_a_decision_is_final(desk: Desk) -> None:
    request, maeve, ingrid = desk.proposed(50), desk.people[Role.REP], desk.people[Role.MANAGER]
    reject(maeve, request.key, database=desk.database, revision=request.revision, reason="Not owed")
    rejected = desk.stored(request)
    for actor, who in ((maeve, "You have"), (ingrid, "Rep has")):
        with pytest.raises(Conflict, match=f"{who} already rejected this at"):
            desk.approve(actor, rejected)
    assert desk.stored(request).status == "rejected"


def _decisions(desk: Desk, request: ActionRequest) -> list[Callable[[Actor], object]]:
    shared: dict[str, Any] = {"database": desk.database, "revision": request.revision}
    return [
        lambda actor: desk.approve(actor, request),
        lambda actor: desk.approve(actor, request, arguments={**request.arguments, "amount": 1}),
        lambda actor: reject(actor, request.key, reason="No", **shared),
        lambda actor: ask(actor, request.key, note="Please", catalogue=desk.catalogue, **shared),
    ]
