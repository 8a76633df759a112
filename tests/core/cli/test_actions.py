"""``actions list``, ``show``, ``pending`` and ``check-again``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from core import actions
from core.actions import Catalogue, Executor
from core.cli.app import app
from core.database import Database
from tests.core.actions.scripted import Scripted, approve_now, propose_refund
from tests.core.conversations.make import add_actor, load, record, stored_id


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    system = Scripted()
    catalogue = Catalogue([system])
    monkeypatch.setattr(actions, "open_catalogue", lambda _database, _settings: catalogue)
    return system


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["actions", *arguments])


def lines(*arguments: str) -> list[dict[str, Any]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_listing(database: Database, system: Scripted) -> None:
    refund, look, _close = lines("list")
    assert refund["limits"] == {"rep": "100", "specialist": "300", "manager": "2000"}
    assert refund["schema"]["additionalProperties"] is False
    assert look["approvers"] == []
    assert "rep up to 100" in run("list").stdout


def test_requests_and_asking_again(database: Database, system: Scripted) -> None:
    assert "Nothing is waiting" in run("pending").stdout
    load(database, [record()])
    catalogue = Catalogue([system])
    rep = add_actor(database, "maeve")
    request = propose_refund(database, catalogue, stored_id(database))
    (waiting,) = lines("pending")
    assert (waiting["status"], waiting["amount"], waiting["currency"]) == ("proposed", "50.00", "EUR")
    assert waiting["who_may"].startswith("a rep (up to 100 EUR)")
    assert "Refund 50.00 EUR of INV-1." in run("pending", "--status", "proposed").stdout

    approve_now(rep, request, database, catalogue)
    system.steps.append("lost before")
    executor = Executor(database, lambda: catalogue, executor_id="x")
    executor.carry_out(request.key)
    executor.close()
    (unknown,) = lines("show", str(request.key))
    assert (unknown["status"], unknown["decided_by"]) == ("unknown", "Maeve")

    (done,) = lines("check-again", str(request.key))  # it never happened, so it is carried out, once
    assert (done["status"], done["reference"]) == ("done", "R1")
    assert system.effects == {request.idempotency_key: 1}
    assert "Refunded 50" in run("show", str(request.key)).stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", "99"), "There is no action request 99"),
        (("check-again", "99"), "There is no action request 99"),
        (("pending", "--status", "lost"), "Unknown status 'lost'"),
    ],
)
def test_bad_input(database: Database, system: Scripted, arguments: tuple[str, ...], reason: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert reason in result.stderr
