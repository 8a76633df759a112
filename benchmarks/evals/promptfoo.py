"""Our suites in other tools: each check of an exported suite graded by promptfoo itself and by us.

    python -m benchmarks.evals.promptfoo [--cases 40] [--tools FOLDER]

A suite with every deterministic kind of expectation is exported, run by the real promptfoo against a local
OpenAI-compatible server with prepared answers, and each check's pass or fail is compared with our own
grading of the same answers. What promptfoo cannot express is counted, not compared. Then the real
inspect_ai reads the samples we export and openai/evals' shape is checked. Exit status 1 on a disagreement.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from benchmarks.evals.others import InspectAI, NotInstalled, Promptfoo
from benchmarks.evals.trials import Trial, trials
from benchmarks.table import print_table
from core.classifiers import open_services
from core.criteria import ensure_criteria
from core.database import Database, migrate, open_database
from core.evals import (
    CaseContent,
    Output,
    add_members,
    create_case,
    create_suite,
    export_case_file,
    grade_batch,
    import_case_file,
)
from core.evals.tables import EvalCase
from core.identity import SYSTEM
from core.settings import Settings, get_settings

SUITE = "round-trip"
_RUN_SECONDS = 900


def main() -> int:
    """Run it; 0 when every check agrees, or the tools cannot be installed here."""
    parser = argparse.ArgumentParser(description="Round trip with promptfoo, inspect_ai and openai/evals.")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--tools", type=Path, default=Path(gettempdir()) / "ratchet-evals-tools")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder, _home(Path(folder)) as (database, settings):
        made = trials(max(12, chosen.cases))
        by_question = {each.question: each.answer for each in made}
        ids = _store(made, database)
        good = True
        with _server(by_question) as url:
            try:
                good &= _compare(Promptfoo(chosen.tools), made, ids, url, Path(folder), database, settings)
            except NotInstalled as error:
                print(f"skipped promptfoo: {error}")
        try:
            good &= _inspect(InspectAI(chosen.tools), made, Path(folder), database)
        except NotInstalled as error:
            print(f"skipped inspect_ai: {error}")
        good &= _openai_evals(made, database)
        good &= _again(database, len(made))
    return 0 if good else 1


def _compare(
    promptfoo: Promptfoo,
    made: Sequence[Trial],
    ids: Sequence[int],
    url: str,
    folder: Path,
    database: Database,
    settings: Settings,
) -> bool:
    """Each check by both; True when none disagrees."""
    version = promptfoo.install()
    file = export_case_file(
        SYSTEM,
        database=database,
        format="promptfoo",
        suite=SUITE,
        keep_personal_data=True,  # a masked name would be looked for in answers that are not masked
        provider="openai:chat:prepared",
        base_url=url,
    )
    config, wrote = folder / "suite.yaml", folder / "results.json"
    config.write_bytes(file.content)
    _run_promptfoo(promptfoo, config, wrote, folder)
    theirs = _their_grades(json.loads(wrote.read_text("utf-8")))
    ours = _our_grades(made, ids, database, settings)
    rows: dict[str, Counter[str]] = {}
    wrong = []
    for (question, name), (kind, passed) in sorted(ours.items()):
        counts = rows.setdefault(kind, Counter())
        counts["checks"] += 1
        counts["passed"] += passed
        other, why = theirs.get((question, name), (not passed, "it says nothing of it"))
        if other is not passed:
            counts["differ"] += 1
            wrong.append(f"{kind} {name} of {question!r}: ours {passed}, promptfoo {other}: {why}")
    print_table(
        f"promptfoo {version}: {len(made)} cases, each check by promptfoo and by us",
        ("expectation", "checks", "passed", "failed", "disagree"),
        [
            (kind, counts["checks"], counts["passed"], counts["checks"] - counts["passed"], counts["differ"])
            for kind, counts in sorted(rows.items())
        ],
    )
    total = len(ours)
    print(f"\nagreement on deterministic checks: {total - len(wrong)} of {total}")
    for note in file.notes:
        print(f"not compared: {note}")
    for each in wrong:
        print(f"DISAGREE {each}")
    return not wrong


def _run_promptfoo(promptfoo: Promptfoo, config: Path, wrote: Path, folder: Path) -> None:
    command = [*promptfoo.command(), "eval", "-c", str(config), "-o", str(wrote)]
    command += ["--no-cache", "--no-table", "--no-progress-bar", "--no-write"]
    environment = {
        "PROMPTFOO_CONFIG_DIR": str(folder),
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        "OPENAI_API_KEY": "none",
    }
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
        check=False,
    )
    if not wrote.is_file():
        print((done.stderr or done.stdout)[-3000:], file=sys.stderr)
        raise RuntimeError(f"promptfoo wrote no results (exit status {done.returncode})")


def _their_grades(results: dict[str, Any]) -> dict[tuple[str, str], tuple[bool, str]]:
    """Pass or fail and why, by question and the name of the check, which promptfoo calls its metric."""
    found: dict[tuple[str, str], tuple[bool, str]] = {}
    for each in results["results"]["results"]:
        question = json.loads(each["vars"]["chat"])[-1]["content"]
        grading = each.get("gradingResult") or {}
        if each.get("error") and not grading.get("componentResults"):
            print(f"promptfoo: {question!r}: {str(each['error'])[:300]}")
        asked = each["testCase"].get("assert", [])
        for assertion in asked:
            if assertion["type"] == "assert-set":
                # a set is named by its score: passed when one of its members did
                score = each["namedScores"].get(assertion.get("metric"), 0)
                found[question, assertion["metric"]] = (score >= assertion["threshold"], f"score {score}")
        for part in grading.get("componentResults") or []:
            metric = (part.get("assertion") or {}).get("metric")
            if metric:
                found[question, metric] = (bool(part["pass"]), str(part["reason"])[:200])
    return found


def _our_grades(
    made: Sequence[Trial], ids: Sequence[int], database: Database, settings: Settings
) -> dict[tuple[str, str], tuple[str, bool]]:
    with database.reading() as session:
        contents = [CaseContent.of_case(session.get_one(EvalCase, each)) for each in ids]
    outputs = [Output(text=each.answer, milliseconds=1.0) for each in made]
    graded = grade_batch(
        list(zip(contents, outputs, strict=True)),
        [],
        database=database,
        services=open_services(database, settings),
    )
    found: dict[tuple[str, str], tuple[str, bool]] = {}
    for trial, grades in zip(made, graded, strict=True):
        for grade in grades:
            expectation = trial.expectations[grade.place]
            if expectation["kind"] in ("decision", "criterion"):
                continue
            if grade.passed is None:
                raise RuntimeError(f"not graded: {expectation}: {grade.error}")
            found[trial.question, expectation["name"]] = (grade.kind, grade.passed)
    return found


def _inspect(inspect_ai: InspectAI, made: Sequence[Trial], folder: Path, database: Database) -> bool:
    """The real inspect_ai reads our samples, and writes a log that we read."""
    version = inspect_ai.install()
    samples = folder / "samples.jsonl"
    samples.write_bytes(export_case_file(SYSTEM, database=database, format="inspect", suite=SUITE).content)
    script = folder / "read.py"
    script.write_text(_READ.format(samples=str(samples), logs=str(folder / "inspect-logs")), "utf-8")
    done = subprocess.run(
        [str(inspect_ai.python()), str(script)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
        check=False,
    )
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
        return False
    read = json.loads(done.stdout.splitlines()[-1])
    same = bool(read["inputs"] == [each.question for each in made] and read["targets"] == len(made))
    print(
        f"\ninspect_ai {version}: read {len(read['inputs'])} samples, inputs {'equal' if same else 'DIFFER'}"
    )
    for log in sorted((folder / "inspect-logs").glob("*")):
        back = import_case_file(SYSTEM, database=database, path=log, dry_run=True)
        known, held = back.count("known"), len(back.cases)  # its own run may break off without a network
        print(
            f"its log {log.suffix}: {known} of its {held} samples recognised, {len(back.problems)} problems"
        )
        same = same and known == held > 0 and not back.problems
    return same


_READ = """
import json
from inspect_ai import Task, eval
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

samples = json_dataset({samples!r})
for kind in ("eval", "json"):
    eval(
        Task(dataset=samples, solver=[generate()], scorer=includes()),
        model="mockllm/model", log_dir={logs!r}, log_format=kind, display="none",
    )
print(json.dumps({{
    "inputs": [each.input[-1].content for each in samples],
    "targets": sum(isinstance(each.target, (str, list)) for each in samples),
}}))
"""


def _openai_evals(made: Sequence[Trial], database: Database) -> bool:
    """The shape that openai/evals' own classes take: chat messages, and a text or texts."""
    lines = export_case_file(
        SYSTEM, database=database, format="openai-evals", suite=SUITE
    ).content.splitlines()
    wrong = 0
    for trial, line in zip(made, lines, strict=True):
        sample = json.loads(line)
        ideal = sample["ideal"]
        roles = all(set(each) == {"role", "content"} for each in sample["input"])
        texts = isinstance(ideal, str) or (
            isinstance(ideal, list) and all(isinstance(each, str) for each in ideal)
        )
        wrong += not (roles and texts and sample["input"][-1]["content"] == trial.question)
    print(f"openai/evals: {len(lines) - wrong} of {len(lines)} samples in its shape")
    return not wrong


def _again(database: Database, count: int) -> bool:
    """Every format back into the database it came from."""
    good = True
    rows = []
    for name in ("ratchet", "promptfoo", "inspect", "openai-evals", "csv"):
        made = export_case_file(SYSTEM, database=database, format=name, suite=SUITE)
        back = import_case_file(SYSTEM, database=database, content=made.content, name=made.name)
        rows.append(
            (name, f"{len(made.content):,}", back.count("known"), back.count("new"), len(back.problems))
        )
        good &= back.count("known") == count
    print_table("exported and imported again", ("format", "bytes", "the same", "new", "problems"), rows)
    return good


def _store(made: Sequence[Trial], database: Database) -> list[int]:
    with database.transaction() as session:
        ensure_criteria(session=session)
        ids = [
            create_case(
                SYSTEM,
                session=session,
                name=f"Case {number}",
                messages=[{"author": "customer", "text": each.question}],
                expectations=each.expectations,
                state="accepted",
            ).key
            for number, each in enumerate(made)
        ]
        suite = create_suite(SYSTEM, session=session, title="Round trip", name=SUITE)
        add_members(SYSTEM, suite.key, ids, session=session)
    return ids


@contextmanager
def _home(folder: Path) -> Iterator[tuple[Database, Settings]]:
    settings = get_settings().model_copy(
        update={"home": folder / "home", "database_url": f"sqlite:///{folder}/round-trip.sqlite"}
    )
    database = open_database(settings)
    try:
        migrate(database)
        yield database, settings
    finally:
        database.dispose()


@contextmanager
def _server(answers: dict[str, str]) -> Iterator[str]:
    """Chat completions with prepared answers; whoever asks something else is a judge, and is told yes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            last = asked["messages"][-1]["content"]
            said = answers.get(last, '{"pass": true, "score": 1, "reason": "prepared"}')
            choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            body = json.dumps(
                {
                    "id": "c",
                    "object": "chat.completion",
                    "model": "prepared",
                    "choices": [choice],
                    "usage": usage,
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


if __name__ == "__main__":
    sys.exit(main())
