"""Cases a second against a fixed latency and against a limit, next to promptfoo and inspect_ai.

    python -m benchmarks.evals.throughput [--cases 1600] [--tools FOLDER] [--without-others] [--drafts 128]

The same questions, each with one check of its answer, go through our run engine (claimed, stored and graded
in a fresh SQLite database), promptfoo and inspect_ai, with 32 calls in flight, against a server of our own in
its own process that answers after 200 ms. The ideal is 32 / 0.2 s = 160 cases a second. "while asking" is by
the server's clock, from the first request to the last answer; "whole run" has everything, start-up too.
Processor time is that of the tool, not of the server: on a machine that does other things it says more than
the clock. The tools are installed into a folder for temporary files and kept there.

Then the server takes 120 requests a second: ours starts at 20 in flight and has to find that limit. Last, the
whole way to a draft (search, checks, two calls) through the same engine, which the processor limits.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # figures are per core

from sqlmodel import col, func, select

from benchmarks.answers import build, openings
from benchmarks.evals.others import Case, Finished, InspectAI, NotInstalled, Promptfoo
from benchmarks.evals.server import LATENCY, Running, running
from benchmarks.search import RememberingEmbedder
from benchmarks.table import ms, print_table
from core.database import Database, migrate
from core.evals import add_members, create_case, create_suite
from core.evals.running import start_run, work_on_run
from core.evals.tables import EvalResult, EvalRun
from core.identity import SYSTEM
from core.llm import get_embedder
from core.sample import read_material
from core.settings import Settings, get_settings

AT_ONCE = 32
IDEAL = AT_ONCE / LATENCY
TARGET = 0.90
LIMIT, BURST = 120.0, 60.0
TOLD = "You answer questions of customers. Be brief."
_MARGIN = 0.95
_TOOLS = "ratchet-evals-tools"


@dataclass(frozen=True)
class Measured:
    """One run of one tool. Moments are seconds since the first request."""

    name: str
    finished: Finished
    stats: dict[str, Any]

    @property
    def a_second(self) -> float:
        """Cases a second while it asked: one latency before the first answer there could be none."""
        return len(self.answered) / self.answered[-1] if self.answered else 0.0

    @property
    def answered(self) -> list[float]:
        found: list[float] = self.stats["answered"]
        return found


def main() -> int:
    """Print the tables; 1 when ours stays under the target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=1600)
    parser.add_argument("--tools", type=Path, default=Path(tempfile.gettempdir()) / _TOOLS)
    parser.add_argument("--without-others", action="store_true", help="only ours")
    parser.add_argument("--drafts", type=int, default=128, help="cases for the whole way; 0: none")
    options = parser.parse_args()
    cases = [
        Case(f"What became of my ticket? It is number {number}.", f"number {number}.")
        for number in range(1, options.cases + 1)
    ]
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors before it begins")
    tools = [] if options.without_others else _installed(options.tools)
    good = _fixed_latency(cases, tools)
    good &= _with_limit(cases, tools)
    if options.drafts:
        _drafts(options.drafts)
    return 0 if good else 1


def _fixed_latency(cases: Sequence[Case], tools: Sequence[Promptfoo | InspectAI]) -> bool:
    with running() as server:
        measured = [_ours(cases, server, concurrency=AT_ONCE, most_concurrency=AT_ONCE)]
        measured += _others(tools, cases, server)
    print_table(
        f"{len(cases)} cases, {AT_ONCE} in flight, {LATENCY * 1000:.0f} ms; ideal {IDEAL:.0f} cases a second",
        [
            "",
            "cases/s while asking",
            "of the ideal",
            "whole run",
            "CPU a case",
            "requests",
            "passed",
            "errors",
        ],
        [
            [
                each.name,
                f"{each.a_second:.0f}",
                f"{each.a_second / IDEAL:.0%}",
                f"{each.finished.seconds:.1f} s",
                f"{ms(1000 * each.finished.processor / len(cases))} ms",
                each.stats["requests"],
                each.finished.passed,
                each.finished.errors,
            ]
            for each in measured
        ],
    )
    ours = measured[0]
    met = ours.a_second >= TARGET * IDEAL and ours.finished.passed == len(cases)
    met = met and ours.stats["requests"] == len(cases) and ours.stats["most_in_flight"] <= AT_ONCE
    print(f"\ntarget: {TARGET:.0%} of the ideal, each case asked once: {'met' if met else 'missed'}")
    return met


def _with_limit(cases: Sequence[Case], tools: Sequence[Promptfoo | InspectAI]) -> bool:
    """The limit is a bucket: after its burst the ideal is the limit."""
    many = [Case(f"{case.question} ({turn})", case.wanted) for turn in range(2) for case in cases]
    with running(a_second=LIMIT, burst=BURST) as server:
        measured = [_ours(many, server, concurrency=20, most_concurrency=100)]
        measured += _others(tools, many, server)
    ideal = len(many) / ((len(many) - BURST) / LIMIT + LATENCY)
    print_table(
        f"{len(many)} cases, {LIMIT:.0f} requests a second at most ({BURST:.0f} at once); "
        f"ideal {ideal:.0f} cases a second",
        ["", "cases/s while asking", "of the ideal", "told to wait", "in flight at most", "passed", "errors"],
        [
            [
                each.name,
                f"{each.a_second:.0f}",
                f"{each.a_second / ideal:.0%}",
                each.stats["refused"],
                each.stats["most_in_flight"],
                each.finished.passed,
                each.finished.errors,
            ]
            for each in measured
        ],
    )
    ours = measured[0]
    reached = _reached(ours.answered, LIMIT * _MARGIN)
    words = f"after {reached:.1f} s" if reached is not None else "never"
    print(f"\nours began with 20 in flight and was at {_MARGIN:.0%} of the limit {words}")
    met = ours.a_second >= TARGET * ideal and ours.finished.passed == len(many)
    print(f"target: {TARGET:.0%} of what the limit allows, no case lost: {'met' if met else 'missed'}")
    return met


def _drafts(count: int) -> None:
    settings = get_settings()
    texts = list(islice(cycle(case.text for case in openings(read_material())), count))
    cases = [Case(f"{text}\n\n({number})", "") for number, text in enumerate(texts)]
    embedder = RememberingEmbedder(get_embedder(settings), settings.home / "benchmarks" / "vectors.sqlite")
    with running() as server:
        measured = _ours(
            cases,
            server,
            target="assist",
            prepare=lambda database: build(database, embedder),
            concurrency=AT_ONCE,
            most_concurrency=AT_ONCE,
        )
    calls = measured.stats["requests"]
    print_table(
        f"{count} whole drafts with {AT_ONCE} calls in flight: search, classifiers, checks, two calls each",
        ["", "drafts/s", "calls/s", "CPU a draft", "requests", "errors"],
        [
            [
                "ours",
                f"{count / measured.answered[-1]:.1f}",
                f"{calls / measured.answered[-1]:.1f}",
                f"{ms(1000 * measured.finished.processor / count)} ms",
                calls,
                measured.finished.errors,
            ]
        ],
    )
    print("The processor is the limit here, not the server: more processes take part in a run by themselves.")


def _ours(
    cases: Sequence[Case],
    server: Running,
    *,
    target: str = "model",
    prepare: Callable[[Database], object] = migrate,
    **plan: Any,
) -> Measured:
    """A run of our engine from its start to its last grade, in this process."""
    with _home(prepare) as (database, folder):
        settings = Settings(
            _env_file=None,
            home=folder,
            model_provider="compatible",
            model_name="tiny",
            model_base_url=server.url,
            model_api="chat_completions",
        )
        with database.transaction() as session:
            suite = create_suite(SYSTEM, session=session, title="Throughput", name="throughput")
            keys = [
                create_case(
                    SYSTEM,
                    session=session,
                    name=f"Case {number}",
                    messages=[{"author": "customer", "text": case.question}],
                    system=TOLD,
                    expectations=[{"kind": "contains", "texts": [case.wanted]}] if case.wanted else [],
                    state="accepted",
                ).key
                for number, case in enumerate(cases)
            ]
            add_members(SYSTEM, suite.key, keys, session=session)
        server.stats()
        started, busy = time.perf_counter(), time.process_time()
        run = start_run(SYSTEM, "throughput", database=database, settings=settings, target=target, plan=plan)
        work_on_run(run.key, owner="benchmark", database=database, settings=settings)
        seconds, processor = time.perf_counter() - started, time.process_time() - busy
        finished = _counted(run, seconds, processor, database)
    return Measured("ours", finished, server.stats())


def _counted(run: EvalRun, seconds: float, processor: float, database: Database) -> Finished:
    with database.reading() as session:
        now = session.get_one(EvalRun, run.key)
        rows = session.exec(
            select(EvalResult.state, EvalResult.passed, func.count())
            .where(col(EvalResult.run_id) == run.key)
            .group_by(col(EvalResult.state), col(EvalResult.passed))
        ).all()
    if now.state != "finished":
        print(f"the run is {now.state}, not finished: {now.error}", file=sys.stderr)
    done = {(each[0], each[1]): each[2] for each in rows}
    errors = sum(count for (state, _), count in done.items() if state != "done")
    return Finished(seconds, processor, done.get(("done", True), 0), done.get(("done", False), 0), errors)


def _others(tools: Sequence[Promptfoo | InspectAI], cases: Sequence[Case], server: Running) -> list[Measured]:
    measured = []
    for tool in tools:
        with tempfile.TemporaryDirectory(prefix="ratchet-evals-") as folder:
            server.stats()
            try:
                finished = tool.run(cases, system=TOLD, url=server.url, at_once=AT_ONCE, folder=Path(folder))
            except (RuntimeError, subprocess.TimeoutExpired) as why:
                print(f"skipped {tool.name}: {why}", flush=True)
                continue
            measured.append(Measured(tool.name, finished, server.stats()))
    return measured


def _installed(folder: Path) -> list[Promptfoo | InspectAI]:
    ready: list[Promptfoo | InspectAI] = []
    for tool in (Promptfoo(folder), InspectAI(folder)):
        try:
            print(f"{tool.name} {tool.install()}", flush=True)
            ready.append(tool)
        except NotInstalled as why:
            print(f"skipped {tool.name}: it cannot be installed here ({why})", flush=True)
    return ready


def _reached(answered: Sequence[float], a_second: float) -> float | None:
    """When so many answers first came within one second."""
    for place, moment in enumerate(answered):
        later = place + int(a_second)
        if later < len(answered) and answered[later] - moment <= 1.0:
            return moment
    return None


@contextmanager
def _home(prepare: Callable[[Database], object]) -> Iterator[tuple[Database, Path]]:
    with tempfile.TemporaryDirectory(prefix="ratchet-throughput-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'evals.sqlite'}")
        prepare(database)
        try:
            yield database, Path(folder)
        finally:
            database.dispose()


if __name__ == "__main__":
    sys.exit(main())
