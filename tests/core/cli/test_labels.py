"""``labels`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from core.cli.app import app
from core.criteria import ensure_criteria
from core.database import Database
from core.identity import Role
from core.labelling import answer_item
from tests.core.conversations.make import add_actor
from tests.core.labelling.making import fill, take


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["labels", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def run_json(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--json", code=code).splitlines()]


def test_from_queue_to_file_and_back(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
    maeve = add_actor(database, "maeve", Role.REP)
    fill(database, 3)
    drawn = ("--strategy", "stratified", "--set", "by=channel", "--set", "locale=en", "--seed", "4")
    (made,) = run_json("create", "resolved", *drawn, "--person", "maeve", "--name", "First")
    assert (made["size"], made["design"]["frame_size"], made["parameters"]) == (
        2,
        2,
        {"by": "channel", "locale": "en"},
    )
    view = take(database, maeve, made["id"])
    assert view is not None
    with database.transaction() as session:
        answer_item(maeve, view.assignment.key, session=session, answer="yes")
    number = str(made["id"])
    assert run("progress", number) == "1 of 2 answers, 1 to go.\n"
    (listed,) = run_json("queues")
    assert (listed["name"], listed["progress"]) == ("First", {"total": 2, "done": 1, "left": 1})
    assert run("queues").split()[:3] == [number, "open", "1/2"]
    for format in ("csv", "label_studio"):
        path = tmp_path / f"labels.{format}"
        run("export", "--queue", number, "--format", format, "--output", str(path))
        (report,) = run_json("import", str(path), "--criterion", "resolved", "--format", format)
        assert (report["added"], report["unchanged"], report["rejects"]) == (0, 1, [])
    assert "maeve" in run("export", "--criterion", "resolved", "--version", "1")
    assert "closed" in run("close", number)
    assert "open" in run("reopen", number)


def test_what_cannot_be_done_is_said(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
    add_actor(database, "maeve", Role.REP)
    ids = fill(database, 1)
    assert "no criterion 'tone'" in run("create", "tone", code=1)
    assert "must be NAME=VALUE" in run("create", "resolved", "--set", "by", code=1)
    assert "true or false" in run("create", "resolved", "--set", "unjudged=maybe", code=1)
    assert "user name 'nobody'" in run("create", "resolved", "--person", "nobody", code=1)
    assert "no label queue 9" in run("progress", "9", code=1)
    assert "no version 7 of criterion" in run("export", "--criterion", "resolved", "--version", "7", code=1)
    path = tmp_path / "labels.csv"
    path.write_text(f"subject_id,answer,judge\n{ids[0]},yes,Bo\n{ids[0]},perhaps,Bo\n{ids[0]},no,Ann\n")
    output = run("import", str(path), "--criterion", "resolved", "--person", "Bo=maeve", code=1)
    assert "2 added (0 correct an earlier answer), 0 unchanged, 1 rejected." in output
    assert "labels.csv:3: 'perhaps' does not answer" in output
    assert "nobody here goes by 'Ann'" in output
