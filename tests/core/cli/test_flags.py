"""``flags``: what the Flags page shows, by command, and cases for outside harnesses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.database import Database
from core.evals import accept_flag, raise_flag
from core.identity import SYSTEM, Actor, Role
from tests.core.cli.test_commands import fails, lines, ok
from tests.core.conversations.make import add_actor
from tests.core.evals.making import TEXT, bring_articles, open_case, write_draft


@pytest.fixture
def rosa(database: Database) -> Actor:
    return add_actor(database, "rosa", Role.REP)


def test_list_show_and_export(database: Database, rosa: Actor, tmp_path: Path) -> None:
    assert ok("flags", "list").strip() == "no flags"
    bring_articles(database)
    draft = write_draft(database, open_case(database))
    with database.transaction() as session:
        flag = raise_flag(
            rosa,
            session=session,
            subject_type="draft",
            subject_id=draft.key,
            strength="weak",
            criterion="polite",
            span={"start": 0, "end": 5},
            better="Dear Ada",
        ).key
    assert "polite" in ok("flags", "list", "--state", "open")
    (row,) = lines(ok("flags", "list", "--json"))
    assert (row["criterion"], row["answer"], row["flagged_by"]) == ("polite", "no", "Rosa")
    shown = ok("flags", "show", str(flag))
    assert "[Hello]" in shown
    assert "better: Dear Ada" in shown
    assert json.loads(ok("flags", "show", str(flag), "--json"))["case_state"] == "candidate"

    assert ok("flags", "export") == ""
    with database.transaction() as session:
        accept_flag(SYSTEM, flag, session=session)
    path = tmp_path / "cases.jsonl"
    assert json.loads(ok("flags", "export", "--to", str(path), "--json"))["cases"] == 1
    case = json.loads(path.read_text("utf-8"))
    assert case["expectations"][0]["text"] == TEXT
    assert {each["external_id"] for each in case["articles"]} == {"refunds", "invoices", "goodwill"}


def test_bad_input_is_one_line(database: Database, tmp_path: Path) -> None:
    assert "no flag 7" in fails("flags", "show", "7")
    assert "not 'odd'" in fails("flags", "list", "--state", "odd")
    assert "not 'odd'" in fails("flags", "export", "--state", "odd")
    assert "cannot be written" in fails("flags", "export", "--to", str(tmp_path / "none" / "x"))
