"""``quality``."""

from __future__ import annotations

import json

from typer.testing import CliRunner, Result

from core.cli.app import app
from core.database import Database
from core.reporting import COLUMNS
from tests.core.reporting.making import START, add_conversation, add_criterion, judge

runner = CliRunner()


def run(*arguments: str) -> Result:
    return runner.invoke(app, ["quality", *arguments])


def made(database: Database) -> None:
    with database.transaction() as session:
        for _ in range(20):
            add_conversation(session, "sent 1", "discarded", source="a")
        subject = add_conversation(session, "edited 2", source="b", csat=5)
        judge(session, add_criterion(session), subject.key, "no", origin="flag")


def test_every_figure_as_json(database: Database) -> None:
    made(database)
    rows = [json.loads(line) for line in run("--json").stdout.splitlines()]
    assert all(tuple(row) == COLUMNS for row in rows)
    accepted = rows[0]
    assert (accepted["label"], accepted["n"], accepted["conversations"]) == ("Accepted", 41, 21)
    assert accepted["low"] < accepted["estimate"] == 21 / 41 < accepted["high"]
    assert all(row["sample"] for row in rows)
    (flagged,) = [row for row in rows if row["section"] == "criteria"]
    assert (flagged["estimate"], flagged["found"], flagged["random_or_complete"]) == ("", "0 of 1", "no")


def test_a_table_for_people_and_filters(database: Database) -> None:
    made(database)
    shown = run("--source", "a", "--since", f"{START:%Y-%m-%d}", "--zone", "Europe/Berlin").stdout
    assert "Accepted: sent, as drafted or edited" in shown
    assert "50.0%" in shown
    assert "n 40" in shown
    assert "0 of 1, no rate" in shown
    assert run("--until", f"{START:%Y-%m-%d}", "--json").stdout.count('"n": 0') >= 5


def test_what_cannot_be_meant_is_said_plainly(database: Database) -> None:
    for arguments, reason in (
        (("--since", "soon"), "is not a day"),
        (("--zone", "Mars/One"), "no time zone"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert reason in result.stderr
