"""The same idempotency key is carried out once, whoever sends it how often."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from core.actions import Account, ActionRefused, Call, OutcomeUnknown
from core.actions.connectors.halyard import HalyardConnector
from core.actions.connectors.halyard.store import open_store
from core.actions.connectors.halyard.tables import Operation, Refund
from core.settings import Settings
from tests.core.actions.connectors.halyard.conftest import Office, invoice


@pytest.fixture
def number(office: Office) -> str:
    office.open_account("ada", invoice(number="HLY-2026-048213"))
    return "HLY-2026-048213"


def test_the_same_key_gives_the_same_outcome(office: Office, number: str) -> None:
    first = office.execute("refund_invoice", once="k", invoice=number, amount=5)
    assert office.execute("refund_invoice", once="k", invoice=number, amount=5) == first
    assert len(office.rows(Refund)) == 1


def test_the_same_key_gives_the_same_refusal_also_when_it_would_pass_later(
    office: Office, number: str
) -> None:
    with pytest.raises(ActionRefused) as first:
        office.execute("refund_invoice", once="k", invoice="HLY-2026-000001")
    office.open_account("eve", invoice(number="HLY-2026-000001"))
    with pytest.raises(ActionRefused) as second:
        office.execute("refund_invoice", once="k", invoice="HLY-2026-000001")
    assert str(first.value) == str(second.value)
    with pytest.raises(ActionRefused, match="is not an invoice of this customer"):
        office.connector.look_for(office.call("refund_invoice", once="k", invoice="HLY-2026-000001"))


def test_a_key_belongs_to_one_call(office: Office, number: str) -> None:
    office.execute("refund_invoice", once="k", invoice=number, amount=5)
    with pytest.raises(ActionRefused, match="different call"):
        office.execute("refund_invoice", once="k", invoice=number, amount=6)
    assert [each.amount for each in office.rows(Refund)] == [500]


def test_an_effect_without_a_key_is_refused(office: Office, number: str) -> None:
    with pytest.raises(ActionRefused, match="needs an idempotency key"):
        office.connector.execute(office.call("refund_invoice", invoice=number))


def test_look_for_asks_without_repeating(office: Office, number: str) -> None:
    call = office.call("refund_invoice", once="k", invoice=number)
    assert office.connector.look_for(call) is None
    outcome = office.connector.execute(call)
    assert office.connector.look_for(call) == outcome
    assert len(office.rows(Refund)) == 1


def test_look_for_finds_it_also_when_the_customers_address_changed_since(office: Office, number: str) -> None:
    call = office.call("refund_invoice", once="k", invoice=number)
    outcome = office.connector.execute(call)
    renamed = replace(call, account=Account(email="new@example.com"))
    assert office.connector.look_for(renamed) == outcome


def test_the_outcome_is_written_with_the_effect_or_not_at_all(
    office: Office, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the process dies here")

    call = office.call("refund_invoice", once="k", invoice=number)
    with monkeypatch.context() as patched:
        patched.setattr("core.actions.connectors.halyard.connector.record", fails)
        with pytest.raises(RuntimeError):
            office.connector.execute(call)
    assert (office.rows(Refund), office.rows(Operation)) == ([], [])
    assert office.connector.look_for(call) is None


def test_a_commit_that_fails_is_an_unknown_outcome(
    office: Office, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_store(office.settings)._database.write_engine

    def fails(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(engine, "commit", fails)
    try:
        with pytest.raises(OutcomeUnknown, match="Check again"):
            office.execute("refund_invoice", once="k", invoice=number)
    finally:
        event.remove(engine, "commit", fails)


def test_many_threads_with_one_key_refund_once(office: Office, number: str) -> None:
    call = office.call("refund_invoice", once="k", invoice=number, amount=5)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: office.connector.execute(call), range(16)))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert len(office.rows(Refund)) == 1


def test_many_threads_with_keys_of_their_own_never_return_too_much(office: Office, number: str) -> None:
    def attempt(place: int) -> bool:
        try:
            office.connector.execute(
                office.call("refund_invoice", once=f"k{place}", invoice=number, amount=5)
            )
        except ActionRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(attempt, range(16)))
    assert sum(done) == 5, "5 x 5.00 fit into 29.00"
    assert sum(each.amount for each in office.rows(Refund)) == 2500


def _refund_often(home: str, barrier: Any, found: Any) -> None:
    connector = HalyardConnector(Settings(home=Path(home)))
    account = Account(external_id="cus_ada")
    barrier.wait()
    for place in range(10):
        arguments = {"invoice": "HLY-2026-048213", "amount": 1, "reason": "Test"}
        found.put(connector.execute(Call("refund_invoice", arguments, account, f"k{place}")).reference)


def test_two_processes_with_the_same_keys_refund_once_each(office: Office, number: str) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, found = context.Barrier(2), context.Queue()
    both = [
        context.Process(target=_refund_often, args=(str(office.settings.home), barrier, found))
        for _ in range(2)
    ]
    for process in both:
        process.start()
    receipts = [found.get(timeout=60) for _ in range(20)]
    for process in both:
        process.join(timeout=60)
    assert [process.exitcode for process in both] == [0, 0]
    assert len(set(receipts)) == 10
    assert sorted(receipts[i] for i in range(20)) == sorted(2 * sorted(set(receipts)))
    assert sum(each.amount for each in office.rows(Refund)) == 1000
