"""kill -9 between approval and receipt: carried out once, or marked unknown; never twice, never lost."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select

from core.actions import ActionRequest, Call, Catalogue, Executor, Outcome, OutcomeUnknown, Preview, approve
from core.actions.execution import carrying, executor, receipts
from core.actions.requests import approving
from core.database import Database, now
from core.identity import Actor, Role
from tests.core.actions.scripted import REFUND, propose_refund
from tests.core.conversations.make import add_actor, load, record, stored_id
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults
ROUNDS = int(os.environ.get("RATCHET_TEST_ROUNDS", "8"))
"""Kills at each moment; more on demand, because hundreds take their minutes."""
LEASE = timedelta(milliseconds=50)
MOMENTS = (
    "before the approval is committed",
    "after the approval",
    "before the claim",
    "after the claim",
    "after it was noted to leave",
    "inside the system, before its commit",
    "inside the system, after its commit",
    "before the receipt",
    "inside the receipt's transaction",
)


class Purse:
    """A system with a file of its own. ``keeps_keys``: repeats are recognised, and it can be asked."""

    name = "purse"

    def __init__(self, path: Path, *, keeps_keys: bool, dies: str = "") -> None:
        self._path = path
        self._keeps_keys = keeps_keys
        self._dies = dies
        with self._open() as file:
            file.execute("CREATE TABLE IF NOT EXISTS paid (key TEXT, amount REAL)")

    def actions(self) -> tuple[object, ...]:
        return (REFUND,)

    def preview(self, call: Call) -> Preview:
        return Preview("Refund.", facts="same")

    def execute(self, call: Call) -> Outcome:
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            known = file.execute("SELECT 1 FROM paid WHERE key = ?", (call.idempotency_key,)).fetchone()
            if known is None or not self._keeps_keys:
                file.execute(
                    "INSERT INTO paid VALUES (?, ?)", (call.idempotency_key, call.arguments["amount"])
                )
            if self._dies == "inside the system, before its commit":
                die()
            file.execute("COMMIT")
        if self._dies == "inside the system, after its commit":
            die()
        return Outcome({}, "Paid")

    def look_for(self, call: Call) -> Outcome | None:
        if not self._keeps_keys:
            raise OutcomeUnknown("The purse keeps no keys.")
        return Outcome({}, "Paid") if call.idempotency_key in self.paid() else None

    def paid(self) -> Counter[str]:
        with self._open() as file:
            return Counter(key for (key,) in file.execute("SELECT key FROM paid"))

    def _open(self) -> sqlite3.Connection:
        return _Closing(self._path, isolation_level=None, timeout=10)


class _Closing(sqlite3.Connection):
    """Closed with its block, not some time later."""

    def __exit__(self, *_: object) -> None:  # type: ignore[override]
        self.close()


def _approve_and_carry_out(
    database: Database, moment: str, actor: Actor, key: int, purse: Path, keeps_keys: bool
) -> None:
    """In the child: everything from the click to the receipt, and die at ``moment``."""
    catalogue = Catalogue([Purse(purse, keeps_keys=keeps_keys, dies=moment)])  # type: ignore[list-item]
    if moment == "before the approval is committed":
        approving.note = die  # type: ignore[assignment]
    if moment == "before the claim":
        executor.claim = die
    if moment == "after the claim":
        carrying.note_leaving = die
    if moment == "after it was noted to leave":
        Purse.execute = die  # type: ignore[assignment, method-assign]
    if moment == "before the receipt":
        carrying.record_done = die
    if moment == "inside the receipt's transaction":
        receipts.note = die  # type: ignore[assignment]
    approve(actor, key, database=database, catalogue=catalogue, revision=1)
    if moment == "after the approval":
        die()
    Executor(database, lambda: catalogue, executor_id="dying", lease=LEASE).carry_out(key)


@pytest.fixture
def rep(database: Database) -> Actor:
    return add_actor(database, "rosa", Role.MANAGER)


@pytest.fixture(params=[True, False], ids=["keeps keys", "cannot tell"])
def keeps_keys(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_process_never_pays_twice(
    database: Database, rep: Actor, home: Path, moment: str, keeps_keys: bool
) -> None:
    load(database, [record()])
    conversation = stored_id(database)
    path = home / "purse.sqlite"
    purse = Purse(path, keeps_keys=keeps_keys)
    catalogue = Catalogue([purse])  # type: ignore[list-item]
    survivor = Executor(database, lambda: catalogue, executor_id="survivor")
    wanted = []
    for number in range(ROUNDS):
        request = propose_refund(database, catalogue, conversation, 10 + number)
        wanted.append(request.idempotency_key)
        run_until_killed(
            partial(
                _approve_and_carry_out,
                moment=moment,
                actor=rep,
                key=request.key,
                purse=path,
                keeps_keys=keeps_keys,
            ),
            database,
        )
        # The browser tries again, as after a reload; then another process takes over.
        approve(rep, request.key, database=database, catalogue=catalogue, revision=1)
        _let_leases_end(database)
        assert survivor.carry_out_due() == 1
    survivor.close()
    paid, requests = purse.paid(), _requests(database)
    assert sorted(requests) == sorted(wanted)
    assert set(paid) <= set(wanted)
    assert all(count == 1 for count in paid.values())
    left = moment in MOMENTS[4:]
    if keeps_keys or not left:
        assert set(requests.values()) == {"done"}
        assert len(paid) == ROUNDS
    else:
        assert set(requests.values()) == {"unknown"}
        happened = moment in ("inside the system, after its commit", *MOMENTS[7:])
        assert len(paid) == (ROUNDS if happened else 0)


def _let_leases_end(database: Database) -> None:
    with database.transaction() as session:
        for request in session.exec(select(ActionRequest).where(ActionRequest.status == "executing")):
            assert request.lease_until is not None
            assert request.lease_until <= now() + LEASE, "the lease is short"
            request.lease_until = now()
            session.add(request)


def _requests(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {request.idempotency_key: request.status for request in session.exec(select(ActionRequest))}
