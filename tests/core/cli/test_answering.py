"""``answering fit``, ``curve`` and ``set``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.cli.app import app
from core.database import Database
from tests.core.assist.abstention.making import examples

runner = CliRunner()


def run(*arguments: str) -> Result:
    return runner.invoke(app, ["answering", *arguments])


@pytest.fixture
def labelled(tmp_path: Path, database: Database) -> Path:
    path = tmp_path / "labelled.jsonl"
    rows = ({"signals": e.signals, "right": e.right, "group": e.group} for e in examples(400))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_fit_look_and_set(labelled: Path) -> None:
    fitted = json.loads(run("fit", "--labelled", str(labelled), "--json").stdout)
    assert (fitted["n"], fitted["source"], fitted["live"]) == (400, "labelled", False)
    level = next(each for each in fitted["levels"] if each["precision"] == 0.85)
    chosen = json.loads(run("set", "--precision", "0.85", "--json").stdout)
    assert (chosen["threshold"], chosen["n"]) == (level["threshold"], level["n"])
    looked = json.loads(run("curve", "--json").stdout)
    assert (looked["calibration"], looked["live"], looked["precision"]) == (chosen["calibration"], True, 0.85)
    assert "85%" in run("curve").stdout
    assert "Every draft is shown" in run("set", "--all").stdout
    assert json.loads(run("curve", "--json").stdout)["threshold"] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("fit",), "60 more in all"),
        (("curve",), "Nothing is calibrated yet"),
        (("set",), "either --precision SHARE or --all"),
        (("set", "--precision", "0.9", "--all"), "either --precision SHARE or --all"),
        (("fit", "--labelled", "/nowhere.jsonl"), "/nowhere.jsonl"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    database: Database, arguments: tuple[str, ...], reason: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("curve", "--confidence", "2"), ("set", "--precision", "7")])
def test_a_share_out_of_range_is_refused(labelled: Path, arguments: tuple[str, ...]) -> None:
    run("fit", "--labelled", str(labelled))
    result = run(*arguments)
    assert result.exit_code == 1
    assert "error:" in result.stderr


def test_an_unknown_calibration_is_named(labelled: Path) -> None:
    run("fit", "--labelled", str(labelled))
    assert "no calibration 77" in run("curve", "--calibration", "77").stderr


def test_a_bad_line_is_named(labelled: Path) -> None:
    labelled.write_text('{"signals": {"retrieval": 1}, "right": true}\nnot json\n')
    result = run("fit", "--labelled", str(labelled))
    assert result.exit_code == 1
    assert "Line 2" in result.stderr
