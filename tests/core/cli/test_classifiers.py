"""``classifiers fit``, ``evaluate``, ``list``, ``show``, ``ship``, ``rollback``, and ``classify``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from core.cli import classifying
from core.cli.app import app
from core.database import Database
from tests.core.classifiers.authoring.making import ANSWERS, WordEmbedder, publish, texts


@pytest.fixture(autouse=True)
def _words(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    words = WordEmbedder()
    monkeypatch.setattr("core.classifiers.services.get_embedder", lambda settings: words)


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=given)


def rows(*answers: Any, each: int = 6, start: int = 0) -> str:
    entries = [
        {"text": new.text, "answer": new.answer} for a in answers for new in texts(a, each, start=start)
    ]
    return "\n".join(json.dumps(entry) for entry in entries)


def fit(*others: str, given: str, name: str = "want") -> Result:
    return run(
        "classifiers", "fit", "--criterion", "want", "--examples", "-", "--name", name, *others, given=given
    )


def test_from_a_file_to_answers(database: Database, tmp_path: Path) -> None:
    publish(database)
    first = fit("--json", given=rows(*ANSWERS))
    assert first.exit_code == 0, first.stderr
    made = json.loads(first.stdout)
    assert (made["version"], made["added"], made["examples"], made["figures"]["n"]) == (1, 18, 18, 18)
    again = json.loads(fit("--json", given=rows(*ANSWERS)).stdout)
    assert (again["version"], again["added"], again["already"]) == (1, 0, 18)
    inputs = tmp_path / "inputs.jsonl"
    lines = [
        {"id": 7, "text": "I want my money back"},
        {"id": "b", "text": "password page"},
        {"id": "c", "text": " "},
    ]
    inputs.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    said = run("classify", "want", "--inputs", str(inputs))
    assert said.exit_code == 0, said.stderr
    refund, login, nothing = map(json.loads, said.stdout.splitlines())
    assert set(refund) == {"id", "answer", "confidence", "abstained", "top"}
    assert (refund["id"], refund["answer"]) == (7, "refund")
    assert refund["top"][0] == {"answer": "refund", "confidence": refund["confidence"]}
    assert (login["id"], login["answer"]) == ("b", "login")
    assert nothing == {"id": "c", "answer": "", "confidence": 0.0, "abstained": True, "top": []}


def test_bad_lines_are_named_and_the_rest_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database)
    assert fit(given=rows(*ANSWERS)).exit_code == 0
    monkeypatch.setattr(classifying, "_AT_ONCE", 2)
    given = '{"id":1,"text":"money"}\n{oops\n{"text":"no id"}\n[1]\n{"id":2}\n\n{"id":3,"text":"password"}\n'
    said = run("classify", "want", "--inputs", "-", given=given)
    assert said.exit_code == 1
    assert [json.loads(line)["id"] for line in said.stdout.splitlines()] == [1, 3]
    for reason in (
        "-:2: ",
        "-:3: id is missing",
        "-:4: it must be a JSON object",
        "-:5: text must be a text",
    ):
        assert reason in said.stderr
    assert said.stderr.splitlines()[-1] == "error: 4 lines could not be classified"


def test_a_question_made_of_the_answers(database: Database) -> None:
    missing = fit(given=rows("refund", "login"))
    assert missing.exit_code == 1
    assert "There is no criterion 'want'" in missing.stderr
    assert "--new-criterion" in missing.stderr
    several = [
        {"text": f"{words} {place}", "answer": answer}
        for place in range(6)
        for words, answer in (
            ("money back", ["refund"]),
            ("password page", ["login"]),
            ("money password", ["login", "refund"]),
            ("hello there", []),
        )
    ]
    made = fit("--new-criterion", given="\n".join(map(json.dumps, several)))
    assert made.exit_code == 0, made.stderr
    assert "made the criterion want (many_of) with 2 answers" in made.stderr
    said = run("classify", "want", "--inputs", "-", given='{"id":1,"text":"password page"}')
    answer = json.loads(said.stdout)
    assert answer["answer"] == ["login"]
    assert {each["answer"] for each in answer["top"]} == {"login", "refund"}


def test_rules_come_from_a_file(database: Database, tmp_path: Path) -> None:
    publish(database)
    written = tmp_path / "want.rules"
    arguments = ["classifiers", "fit", "--criterion", "want", "--name", "want", "--kind", "rules"]
    arguments += ["--settings", str(written)]
    assert "cannot be read" in run(*arguments).stderr
    written.write_text('refund whenever text contains "money"', "utf-8")
    assert "Line 1" in run(*arguments).stderr
    written.write_text('refund when text contains "money"\n', "utf-8")
    made = run(*arguments)
    assert made.exit_code == 0, made.stderr
    assert "want version 1: 0 examples" in made.stdout
    said = run("classify", "want", "--inputs", "-", given='{"id":1,"text":"my money back"}')
    assert json.loads(said.stdout)["answer"] == "refund"
    written.write_text('login when text contains "money"\n', "utf-8")
    assert "want version 2" in run(*arguments).stdout
    written.write_text('{"rules": ["a list"]', "utf-8")
    assert "is not JSON" in run(*arguments).stderr


def test_what_cannot_be_fitted(database: Database) -> None:
    publish(database)
    for given, reason in (
        ('{"text":"a"}\n{"text":"","answer":"refund"}', "2 lines are no examples; nothing was stored"),
        ('{"text":"a","answer":"nonsense"}', "Example 1: 'nonsense' does not answer"),
        ("", "- has no examples"),
        (rows("refund"), "answer"),
    ):
        result = fit(given=given)
        assert result.exit_code == 1
        assert reason in result.stderr
    assert fit(given=rows(*ANSWERS)).exit_code == 0
    assert "is of the kind examples, not rules" in fit("--kind", "rules", given=rows("refund")).stderr
    publish(database, "other_one")
    elsewhere = run(
        "classifiers",
        "fit",
        "--criterion",
        "other_one",
        "--examples",
        "-",
        "--name",
        "want",
        given=rows("refund"),
    )
    assert "want answers want, not other_one" in elsewhere.stderr
    for arguments in (("classify", "nope", "--inputs", "-"), ("classifiers", "show", "nope")):
        result = run(*arguments)
        assert (result.exit_code, result.stderr) == (1, "error: There is no classifier 'nope'.\n")


def test_contradictions_in_a_file_are_named(database: Database) -> None:
    publish(database)
    result = fit(
        given=rows(*ANSWERS) + "\n" + json.dumps({"text": texts("refund", 1)[0].text, "answer": "login"})
    )
    assert result.exit_code == 0
    assert "is “refund” and “login”; the first one counts" in result.stderr


def test_measuring_and_listing(database: Database) -> None:
    publish(database)
    held = [{"text": t.text, "answer": t.answer, "held_out": True} for t in texts("refund", 3, start=90)]
    fit(given=rows(*ANSWERS) + "\n" + "\n".join(map(json.dumps, held)))
    shown = run("classifiers", "evaluate", "want").stdout
    assert "cross-validated: 18 examples" in shown
    assert "held out: 3 examples" in shown
    brought = run(
        "classifiers", "evaluate", "want", "--examples", "-", "--json", given=rows("login", start=50)
    )
    figures = json.loads(brought.stdout)
    assert figures["cross_validated"] is None
    assert figures["held_out"]["accuracy"]["estimate"] == 1
    (listed,) = [json.loads(line) for line in run("classifiers", "list", "--json").stdout.splitlines()]
    assert (listed["name"], listed["examples"], listed["newest"], listed["live"]) == ("want", 21, 1, None)
    assert "v1" in run("classifiers", "list").stdout
    described = json.loads(run("classifiers", "show", "want", "--json").stdout)
    assert described["by_answer"] == {"refund": 6, "login": 6, "other": 6}


def test_the_live_version_answers_unless_another_is_named(database: Database) -> None:
    publish(database)
    fit(given=rows(*ANSWERS))
    shipped = run("classifiers", "ship", "want", "--reason", "figures hold")
    assert shipped.stdout == "want version 1 is live.\n", shipped.stderr
    assert json.loads(fit("--json", given=rows("refund", start=40)).stdout)["version"] == 2
    assert run("classifiers", "evaluate", "want").stdout.startswith("want version 1\n")
    assert run("classifiers", "evaluate", "want", "--version", "2").stdout.startswith("want version 2\n")
    run("classifiers", "ship", "want", "--reason", "more examples")
    assert run("classifiers", "evaluate", "want").stdout.startswith("want version 2\n")
    back = run("classifiers", "rollback", "want", "--reason", "worse")
    assert back.stdout == "want version 1 is live again.\n", back.stderr
    assert "versions 1 to 2, not 9" in run("classify", "want", "--inputs", "-", "--version", "9").stderr
