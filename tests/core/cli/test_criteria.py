"""``criteria list``, ``show``, ``publish``, ``retire`` and ``restore``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from core.cli.app import app
from core.criteria import CUSTOMER, criterion_versions, ensure_criteria, list_criteria, record_judgement
from core.database import Database


@pytest.fixture(autouse=True)
def _shipped(database: Database) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(app, ["criteria", *arguments], input=given)


def lines(*arguments: str, given: str = "") -> list[dict[str, Any]]:
    result = run(*arguments, "--json", given=given)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_listing(database: Database) -> None:
    with database.transaction() as session:
        record_judgement(CUSTOMER, "csat", session=session, subject_id=1, answer="5")
    about = {each["name"]: each for each in lines("list", "--subject", "conversation")}
    assert "csat" in about
    assert "polite" not in about
    assert about["csat"]["judgements"] == {"person": 0, "classifier": 0, "customer": 1}
    assert "csat                     v1   scale" in run("list").stdout
    assert "1 by customers" in run("show", "csat").stdout


def test_what_is_shown_can_be_edited_and_published(database: Database, tmp_path: Path) -> None:
    (polite,) = lines("show", "polite")
    polite["guidance"] = "Judge the words."
    (published,) = lines("publish", "-", given=json.dumps(polite))
    assert published == {"name": "polite", "version": 2}
    # the version in it is older now: what was edited meanwhile is not overwritten
    polite["guidance"] = "Judge the tone."
    result = run("publish", "-", given=json.dumps(polite))
    assert result.exit_code == 1
    assert "Somebody else has just published a version of polite" in result.stderr
    assert lines("show", "polite", "--version", "1")[0]["guidance"].startswith("Judge the words, not")


def test_a_file_is_published_as_a_whole_or_not_at_all(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "criteria.yaml"
    good = "- {question: Is it short?, kind: yes_no, subjects: [reply], good: [yes]}\n"
    file.write_text(good + "- {question: Which?, kind: one_of, subjects: [reply], answers: [one]}\n")
    result = run("publish", str(file))
    assert result.exit_code == 1
    assert "Answers: Write at least two answers" in result.stderr
    with database.reading() as session:
        assert len(list_criteria(session=session)) == len(lines("list"))
    assert "is_it_short" not in run("list").stdout

    file.write_text(good)
    assert run("publish", str(file)).stdout == "is_it_short version 1 is published.\n"
    with database.reading() as session:
        assert criterion_versions("is_it_short", session=session)[0].good == ["yes"]


def test_retiring_and_restoring(database: Database) -> None:
    assert "its judgements are kept" in run("retire", "polite").stdout
    assert "polite" not in run("list").stdout
    assert "(retired)" in run("list", "--retired").stdout
    assert run("restore", "polite").exit_code == 0
    assert "polite" in run("list").stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("list", "--subject", "customer"), "Unknown subject 'customer'"),
        (("show", "fame"), "There is no criterion 'fame'"),
        (("show", "polite", "--version", "7"), "polite has the versions 1 to 1, not 7"),
        (("retire", "fame"), "There is no criterion 'fame'"),
        (("publish", "nowhere.json"), "nowhere.json cannot be read: No such file"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], reason: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert reason in result.stderr
