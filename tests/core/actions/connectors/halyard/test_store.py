"""The file itself: made on first use, honest when it cannot be used, filled only once."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from core.actions import NotReached
from core.actions.connectors.halyard import HalyardConnector, fill, is_filled
from core.actions.connectors.halyard.store import FILE, open_store
from core.actions.connectors.halyard.tables import Customer, Refund
from core.settings import Settings
from tests.core.actions.connectors.halyard.conftest import Office, invoice


def test_it_is_made_on_first_use(office: Office) -> None:
    path = office.settings.home / FILE
    assert not path.exists()
    assert not is_filled(office.settings)
    assert not path.exists(), "asking makes nothing"
    office.open_account()
    assert is_filled(office.settings)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_foreign_keys_are_enforced(office: Office) -> None:
    with pytest.raises(IntegrityError), open_store(office.settings).transaction() as session:
        session.add(
            Refund(
                customer_id=1, invoice_id=1, amount=1, rule="x", counts=True, refunded_at=datetime.now(UTC)
            )
        )


def test_a_locked_file_is_not_reached_and_nothing_happens(office: Office) -> None:
    entry = invoice()
    office.open_account("ada", entry)
    impatient = Settings(home=office.settings.home, action_timeout_seconds=0.1)
    connector = HalyardConnector(impatient)
    other = sqlite3.connect(office.settings.home / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(NotReached, match="Nothing was changed"):
            connector.execute(office.call("refund_invoice", once="k", invoice=entry.invoice["number"]))
        assert connector.execute(office.call("list_invoices")).result["invoices"], "readers do not wait"
    finally:
        other.rollback()
        other.close()
        open_store(impatient).dispose()
    assert office.rows(Refund) == []


def test_a_file_that_is_none_is_not_reached(home: Path) -> None:
    (home / "elsewhere" / FILE).mkdir(parents=True)
    office = Office(Settings(home=home / "elsewhere"))
    with pytest.raises(NotReached, match="cannot be reached"):
        office.look("list_invoices")
    with pytest.raises(NotReached, match="cannot be reached"):
        office.execute("resend_invoice", invoice="HLY-2026-000001")


def test_a_removed_file_is_begun_anew(office: Office) -> None:
    office.open_account()
    for path in office.settings.home.glob(f"{FILE}*"):
        path.unlink()
    office.open_account()
    assert [each.external_id for each in office.rows(Customer)] == ["cus_ada"]


def test_filling_again_keeps_what_people_did(office: Office) -> None:
    entry = invoice()
    office.open_account("ada", entry)
    office.execute("refund_invoice", invoice=entry.invoice["number"], amount=5)
    office.open_account("ada", replace(entry), invoice())
    assert len(office.rows(Customer)) == 1
    assert [each.amount for each in office.rows(Refund)] == [500]
    assert len(office.look("list_invoices").result["invoices"]) == 1
    assert fill(office.settings, [], []).accounts == 0
