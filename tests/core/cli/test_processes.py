"""The command line as processes of their own: start-up time, pipes, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from core.database import Database
from core.settings import ROOT
from tests.core.surfaces.reading import conversation, write_lines


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "core", *words]


def environment(database: Database, home: Path) -> dict[str, str]:
    url = database.url.render_as_string(hide_password=False)
    return {**os.environ, "RATCHET_DATABASE_URL": url, "RATCHET_HOME": str(home)}


def test_help_starts_within_a_second_of_work() -> None:
    used = []
    for _ in range(3):
        before = os.times()
        done = subprocess.run(command("--help"), cwd=ROOT, capture_output=True, text=True, check=True)
        after = os.times()
        used.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    assert min(used) < 1
    assert "verify-audit" in done.stdout
    heavy = (
        "import sys, core.cli; print(sorted({'numpy', 'sqlalchemy', 'openai', 'agents'} & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_bad_input_prints_one_line_and_no_traceback(database: Database, home: Path) -> None:
    done = subprocess.run(
        command("import", "conversations", "nope.jsonl"),
        cwd=ROOT, env=environment(database, home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "error: nope.jsonl: there is no such file or folder\n"


def test_batches_read_standard_input(database: Database, home: Path) -> None:
    done = subprocess.run(
        command("search", "--queries", "-", "--lexical"),
        cwd=ROOT, env=environment(database, home), input='{"id": 1, "query": "refund"}\n',
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == {"id": 1, "results": []}


def test_an_import_that_was_killed_is_finished_by_the_next(
    tmp_path: Path, database: Database, home: Path
) -> None:
    path = write_lines(tmp_path / "in.jsonl", *(conversation(f"c-{n}") for n in range(2_000)))
    words = command("import", "conversations", str(path), "--json")
    env = environment(database, home)
    with subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        deadline = time.monotonic() + 60
        while not 0 < stored(database) < 2_000 and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        running.kill()
    before = stored(database)
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert 0 < before <= 2_000
    assert (answer["unchanged"], answer["new"], answer["messages"]) == (
        before,
        2_000 - before,
        2_000 - before,
    )
    assert stored(database) == 2_000


def stored(database: Database) -> int:
    from sqlalchemy import text

    with database.reading() as session:
        return int(session.connection().execute(text("SELECT count(*) FROM conversation")).scalar_one())


def test_the_worker_stops_when_told(database: Database, home: Path) -> None:
    with subprocess.Popen(
        command("worker"), cwd=ROOT, env=environment(database, home), stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        try:
            assert running.stderr.readline().startswith("working: deliver replies")
            running.send_signal(signal.SIGTERM)
            assert running.wait(timeout=60) == 0
            assert running.stderr.read() == "stopping\n"
        finally:
            running.kill()
