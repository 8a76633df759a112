"""Scripts in processes of their own that start quickly: each is forked from one that has imported everything.

A new interpreter would spend four seconds on imports before the moment a test is about.
"""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

_SERVER = get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        "core.actions",
        "core.assist",
        "core.evals",
        "core.evals.running",
        "core.llm",
        "dbos",
        "tests.faults.backtesting",
        "tests.faults.dying",
    ]
)


def start_script(code: str, *arguments: object, talk: Connection | None = None) -> ForkServerProcess:
    """Run ``code`` with this process's environment and ``sys.argv[1:]``; ends with the tests at the latest.

    Args:
        talk: the script's end of :func:`line`, which it finds as ``talk``.
    """
    texts = [str(each) for each in arguments]
    child = _SERVER.Process(target=_run, args=(code, texts, dict(os.environ), talk), daemon=True)
    child.start()
    return child


def line() -> tuple[Connection, Connection]:
    """Two ends of a line on which a test and its script send each other values."""
    return _SERVER.Pipe()


def ended(child: ForkServerProcess, seconds: float) -> int | None:
    """The exit code (negative: the signal), once it has ended; None when it has not by then."""
    child.join(seconds)
    return child.exitcode


def _run(code: str, arguments: list[str], environment: dict[str, str], talk: Connection | None) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["script", *arguments]
    exec(compile(code, "<script>", "exec"), {"__name__": "__main__", "talk": talk})
