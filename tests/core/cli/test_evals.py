"""``evals``: what the Evals page does, by command, with an exit status that CI can go by."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from core.database import Database
from core.evals import Output, add_members, create_case, create_suite
from core.evals.tables import EvalRun
from core.evals.targets import registry
from core.identity import SYSTEM
from tests.core.cli.test_commands import fails, lines, ok, run
from tests.core.evals.running.making import TARGET, Script, opener

QUESTIONS = [f"Question {number}?" for number in range(30)]


@pytest.fixture
def script(database: Database, monkeypatch: pytest.MonkeyPatch) -> Script:
    """How the target ``scripted`` answers: as it should."""
    made = Script(says=lambda _case, _repeat: Output(text="It is on your card within 14 days."))
    monkeypatch.setitem(registry._TARGETS, TARGET, opener(made, database))
    return made


@pytest.fixture
def suite(database: Database) -> str:
    """Thirty cases that want "14 days"; the first is critical."""
    with database.transaction() as session:
        ids = [
            create_case(
                SYSTEM,
                session=session,
                name=question,
                messages=[{"author": "customer", "text": question}],
                expectations=[{"kind": "contains", "texts": ["14 days"]}],
                critical=question == QUESTIONS[0],
                state="accepted",
            ).key
            for question in QUESTIONS
        ]
        made = create_suite(SYSTEM, session=session, title="Core", name="core", kind="core")
        add_members(SYSTEM, made.key, ids, session=session)
    return "core"


def evals(*words: str, code: int = 0) -> dict[str, Any]:
    """The JSON of a command that is expected to end with this status."""
    result = run("evals", *words, "--json")
    assert result.exit_code == code, (result.output, result.exception)
    return dict(json.loads(result.stdout.splitlines()[-1]))


def wrong(*questions: str) -> Any:
    return lambda case, _repeat: Output(text="No." if case.name in questions else "Within 14 days.")


def test_help_is_light_and_says_the_exit_status() -> None:
    program = (
        "import sys; from core.cli import app\n"
        "from typer.testing import CliRunner\n"
        "found = CliRunner().invoke(app, ['evals', 'run', '--help'])\n"
        "assert found.exit_code == 0, found.output\n"
        "heavy = {'sqlalchemy', 'numpy', 'dbos', 'openai', 'yaml', 'core.evals'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "print(found.output)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded, said = done.stdout.split("\n", 1)
    assert loaded == "[]"
    assert "2 the verdict is worse" in " ".join(said.split())


def test_a_run_and_what_ci_hears_of_it(suite: str, script: Script) -> None:
    good = evals("run", suite, "--target", TARGET, "--min-score", "1")
    assert (good["state"], good["passed"], good["exit_status"]) == ("finished", 30, 0)
    assert good["scores"]["passed"]["estimate"] == 1
    baseline = str(good["run"])

    script.build_id = "build-2"
    script.says = wrong(*QUESTIONS[1:15])
    worse = evals("run", suite, "--target", TARGET, "--baseline", baseline, code=2)
    assert (worse["comparison"]["verdict"], worse["exit_status"]) == ("worse", 2)
    assert worse["reasons"] == []

    script.build_id = "build-3"
    script.says = wrong(QUESTIONS[1])
    unclear = evals("run", suite, "--target", TARGET, "--baseline", baseline)
    assert unclear["comparison"]["verdict"] == "unclear"
    assert evals("compare", baseline, str(unclear["run"]), "--strict", code=3)["verdict"] == "unclear"
    assert evals("compare", baseline, str(worse["run"]), code=2)["verdict"] == "worse"
    assert evals("compare", str(worse["run"]), baseline)["verdict"] == "better"
    by_build = evals("compare", "build-1", "build-2", "--suite", suite, code=2)
    assert (by_build["before"]["run_id"], by_build["after"]["run_id"]) == (good["run"], worse["run"])

    script.build_id = "build-4"
    low = run("evals", "run", suite, "--target", TARGET, "--min-score", "0.99")
    assert low.exit_code == 2
    assert "below the 99.0%" in low.stderr
    assert "passed    96.7%" in low.stdout

    script.build_id = "build-5"
    script.says = wrong(QUESTIONS[0])
    assert "critical" in evals("run", suite, "--target", TARGET, code=2)["reasons"][0]

    newest, *_ = lines(ok("evals", "runs", "--json"))
    assert (newest["build"], newest["suite"]) == ("build-5", suite)
    assert "96.7%" in ok("evals", "runs", "--suite", suite)


def test_a_run_that_ends_early_goes_on(suite: str, script: Script, database: Database) -> None:
    script.cost = 0.01
    script.says = lambda _case, _repeat: Output(text="14 days", cost=0.01)
    assert "Go on with `evals resume" in fails("evals", "run", suite, "--target", TARGET, "--budget", "0.05")
    with database.reading() as session:
        number = session.exec(select(EvalRun.id)).one()
    asked = len(script.asked)
    assert asked < 30
    done = evals("resume", str(number), "--budget", "5")
    assert (done["state"], done["passed"]) == ("finished", 30)
    assert len(script.asked) == 30
    assert "finished" in ok("evals", "stop", str(number))


def test_bad_input_is_one_line_and_ends_with_1(suite: str, script: Script) -> None:
    assert "no suite" in fails("evals", "run", "nothing").lower()
    assert "no target" in fails("evals", "run", suite, "--target", "odd").lower()
    assert "candidate" in fails("evals", "run", suite, "--candidate", "odd").lower()
    assert "run 77" in fails("evals", "run", suite, "--baseline", "77")
    assert script.asked == []
    assert "no number of a run" in fails("evals", "compare", "x", "1")
    assert "--min-score" in run("evals", "run", suite, "--min-score", "7").output
    for words in (
        ("run", suite, "--min-score", "7"),
        ("run",),
        ("run", suite, "--odd"),
        ("cases", "show", "x"),
    ):
        assert run("evals", *words).exit_code == 1, words


def test_cases_by_command(suite: str, tmp_path: Path) -> None:
    row = lines(ok("evals", "cases", "list", "--suite", suite, "--json"))[0]
    assert row["name"] == QUESTIONS[-1]
    shown = ok("evals", "cases", "show", str(row["id"]))
    assert "customer: Question 29?" in shown
    assert "14 days" in shown
    ok("evals", "cases", "accept", str(row["id"]))
    assert "accepted already" in fails("evals", "cases", "dismiss", str(row["id"]), "--reason", "Not one.")

    for format, name in (("promptfoo", "a.yaml"), ("csv", "a.csv"), ("ratchet", "a.jsonl")):
        path = tmp_path / name
        made = evals("cases", "export", "--suite", suite, "--format", format, "--to", str(path))
        assert made["cases"] == 30
        done = evals("cases", "import", str(path))
        assert (done["format"], done["known"], done["new"]) == (format, 30, 0)
    assert run("evals", "cases", "export", "--suite", suite).stdout.count("\n") == 30

    path = tmp_path / "foreign.jsonl"
    path.write_text('{"input": "New?", "ideal": "yes"}\n{"broken\n')
    assert "Line 2" in fails("evals", "cases", "import", str(path))
    tried = run("evals", "cases", "import", str(path), "--dry-run")
    assert "would be: 1 new" in tried.stdout
    assert "line 2" in tried.stderr
    done = evals(
        "cases", "import", str(path), "--skip-broken", "--suite", suite, "--tag", "nightly", "--accept"
    )
    assert (done["new"], done["problems"][0]["line"]) == (1, 2)
    path.write_text('{"input": "Odd?", "ideal": "yes"}')
    odd = str(evals("cases", "import", str(path))["cases"][0]["case"])
    assert "1 dismissed" in ok("evals", "cases", "dismiss", odd, "--reason", "Not one.")
    (row,) = lines(ok("evals", "cases", "list", "--tag", "nightly", "--json"))
    assert (row["state"], row["suites"]) == ("accepted", ["Core"])


def test_suites_and_candidates_by_command(suite: str, tmp_path: Path) -> None:
    ok("evals", "suites", "create", "smoke", "--title", "Smoke", "--kind", "smoke")
    case = lines(ok("evals", "cases", "list", "--json"))[0]["id"]
    assert "1 added" in ok("evals", "suites", "add", "smoke", str(case))
    assert "Say which cases" in fails("evals", "suites", "add", "smoke")
    assert evals("suites", "freeze", "smoke")["cases"] == 1
    assert evals("suites", "freeze", "smoke")["version"] == 1
    assert [each["name"] for each in lines(ok("evals", "suites", "list", "--json"))] == ["smoke", "core"]
    assert evals("suites", "show", "smoke")["versions"][0]["cases"] == 1
    assert "1 cases" in ok("evals", "suites", "show", "smoke")

    instructions = tmp_path / "brief.txt"
    instructions.write_text("Answer in one sentence.")
    assert ok("evals", "candidates", "list").strip() == "no candidates"
    ok("evals", "candidates", "add", "brief", "--instructions", str(instructions), "--purpose", "Shorter")
    (found,) = lines(ok("evals", "candidates", "list", "--json"))
    assert found["changes"] == {"instructions": "Answer in one sentence."}
    assert "cannot be read" in fails(
        "evals", "candidates", "add", "x", "--instructions", str(tmp_path / "none")
    )


def test_judges_and_scores_by_command(database: Database) -> None:
    from core.criteria import ensure_criteria

    with database.transaction() as session:
        ensure_criteria(session=session)
    assert ok("evals", "judges").strip() == "no judges"
    assert "no classifier" in fails("evals", "calibrate", "nobody").lower()
    assert "nothing judged" in ok("evals", "scores", "polite")
    found = evals("scores", "polite", "--judge", "people", "--since", "2026-01-01")
    assert (found["total"]["n"], found["lines"]) == (0, [])
    assert "no day" in fails("evals", "scores", "polite", "--since", "yesterday")
    assert "split by" in fails("evals", "scores", "polite", "--by", "mood")
