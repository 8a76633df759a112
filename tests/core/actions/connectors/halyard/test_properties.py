"""Over any sequence of refunds, no invoice returns more than it took, and the ledger adds up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from core.actions import ActionRefused
from core.actions.connectors.halyard.store import open_store
from core.actions.connectors.halyard.tables import Operation, Refund
from core.settings import Settings
from tests.core.actions.connectors.halyard.conftest import NOON, Office, invoice

STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),  # which invoice
        st.one_of(st.none(), st.integers(1, 4000)),  # hundredths
        st.integers(0, 400),  # hours that pass before
        st.booleans(),  # whether the call is sent twice
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None)
@given(STEPS)
def test_sums_hold(steps: list[tuple[int, int | None, int, bool]]) -> None:
    with TemporaryDirectory() as folder:
        office = Office(Settings(home=Path(folder)), now=NOON)
        entries = [
            invoice(NOON, first_payment=True),
            invoice(NOON - timedelta(days=3), times_paid=2),
            invoice(NOON - timedelta(days=3)),
        ]
        office.open_account("ada", *entries)
        done: list[int] = [0, 0, 0]
        refusals = 0
        for count, (place, minor, hours, twice) in enumerate(steps):
            office.now += timedelta(hours=hours)
            amount = None if minor is None else minor / 100
            call = office.call(
                "refund_invoice", once=f"k{count}", invoice=entries[place].invoice["number"], amount=amount
            )
            try:
                outcome = office.connector.execute(call)
            except ActionRefused:
                refusals += 1
                continue
            if twice:
                assert office.connector.execute(call) == outcome
            done[place] += int(Decimal(outcome.result["amount"]) * 100)
            assert outcome.result["refunded_so_far"] == str(Decimal(done[place]) / 100 + Decimal("0.00"))
        refunds, operations = office.rows(Refund), office.rows(Operation)
        paid = [sum(each["amount"] for each in entry.payments) for entry in entries]
        assert all(returned <= most for returned, most in zip(done, paid, strict=True))
        assert sum(each.amount for each in refunds) == sum(done)
        assert [each.status for each in operations].count("done") == len(refunds)
        assert [each.status for each in operations].count("refused") == refusals
        counted = sum(each.amount for each in refunds if each.rule == "exception")
        assert counted == sum(each.amount for each in refunds if each.counts)
        open_store(office.settings).dispose()
