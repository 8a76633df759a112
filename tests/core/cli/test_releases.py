"""``proposals``, ``releases`` and ``build``: from an edit to a rollback, by command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from core.cli.app import app
from core.database import Database
from core.identity import SYSTEM, Role
from core.releases import propose_edit
from core.releases.shipping import shipping
from core.settings import get_settings
from tests.core.knowledge.making import WordEmbedder
from tests.core.releases.making import add_edit, add_person, fill, replayed


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def told(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1
    return result.stderr


@pytest.fixture
def edit(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(shipping, "get_embedder", lambda _settings: WordEmbedder())
    articles = fill(database)
    sue = add_person(database, "sue", Role.SPECIALIST)
    add_person(database, "sam", Role.SPECIALIST)
    add_person(database, "mia", Role.MANAGER)
    with database.transaction() as session:
        return add_edit(session, sue, articles["refunds"], "Other.").key


def test_from_an_edit_to_a_rollback(database: Database, edit: int) -> None:
    before = told("build", "show")["build"]
    made = told("proposals", "propose", "--edit", str(edit), "--as", "sue")
    number = str(made["proposal"])
    assert "have not been replayed" in refused("proposals", "ship", number)
    assert "You wrote" in refused("proposals", "review", number, "--approve", "--as", "sue")
    assert "has to be a person" in refused("proposals", "review", number, "--approve", "--as", " ")
    assert "called nobody" in refused("proposals", "review", number, "--approve", "--as", "nobody")
    assert told("proposals", "review", number, "--approve", "--as", "sam")["state"] == "approved"
    reason = "The old rule ended in October."
    assert "may not override" in refused("proposals", "override", number, "--reason", reason, "--as", "sam")
    assert told("proposals", "override", number, "--reason", reason, "--as", "mia")["overridden"]
    shown = told("proposals", "show", number)
    assert shown["gate"]["open"]
    assert shown["changes"][0]["after"] == "Other."
    released = told("proposals", "ship", number, "--as", "sam")
    assert released["before_build"] == before
    assert told("proposals", "ship", number)["release"] == released["release"]
    difference = told("build", "diff", before[:7], released["after_build"])
    assert difference["parts"][0]["words"] == "Articles: “Refunds” version 2 instead of 1."
    assert reason in run("releases", "list").stdout
    accepted = ("releases", "accept", str(released["release"]), "--reason")
    assert "Write why" in refused(*accepted, " ")
    assert told(*accepted, "It is what we want.", "--as", "sam")["watch"] == "closed"
    back = told("releases", "roll-back", str(released["release"]), "--reason", "Too early.")
    assert back["after_build"] == before
    assert "Rollback: Change: Refunds" in run("releases", "list").stdout
    assert "released" in run("proposals", "list").stdout


def test_instructions_from_a_file(database: Database, edit: int, tmp_path: Path) -> None:
    file = tmp_path / "instructions.md"
    file.write_text("Be brief.", "utf-8")
    made = told("proposals", "propose", "--instructions", str(file), "--title", "Brief", "--as", "sue")
    assert made["title"] == "Brief"
    assert told("proposals", "withdraw", str(made["proposal"]))["state"] == "withdrawn"
    assert "cannot be read" in refused("proposals", "propose", "--instructions", str(tmp_path / "none"))
    parts = ("provider=compatible", "name=small", "base_url=http://127.0.0.1:9/v1")
    named = [each for part in parts for each in ("--model", part)]
    model = told("proposals", "propose", *named, "--as", "sue")
    shown = told("proposals", "show", str(model["proposal"]))
    (change,) = shown["changes"]
    assert change["kind"] == "model"
    told("proposals", "remove", str(change["change"]), "--as", "sue")
    rules = told("proposals", "show", str(model["proposal"]))["gate"]["rules"]
    assert [each["words"] for each in rules if each["name"] == "changes" and each["state"] == "failed"]
    assert "like --model" in refused("proposals", "propose", "--model", "offline")
    assert "Name one of" in refused("proposals", "propose")
    assert "no such proposal" in refused("proposals", "show", "999")
    assert "There is no build" in refused("build", "show", "0000")


def test_what_a_replay_said_is_shown(database: Database, edit: int) -> None:
    with database.transaction() as session:
        proposal = propose_edit(SYSTEM, edit, session=session)
    replayed(database, get_settings(), proposal, word="worse", words="Worse by 8 points.")
    shown = run("proposals", "show", str(proposal.key)).stdout
    assert "failed     The answers are not significantly worse. Worse by 8 points." in shown
