"""Run something in a process that is killed with SIGKILL."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import NoReturn

from core.database import Database


def die(*_: object, **__: object) -> NoReturn:
    """What kill -9 does to this process: no handler, no finaliser, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def run_until_killed(work: Callable[[Database], object], database: Database) -> None:
    """Do ``work`` in a child, on connections of its own, and make sure that it was killed.

    A fork rather than a new interpreter: the kill is the same, the start a hundred times quicker.
    SQLite forbids taking open connections into a child, so ours are closed first.
    """
    database.dispose()
    child = os.fork()
    if child == 0:
        try:
            work(Database(database.url.render_as_string(hide_password=False)))
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the process was not killed: exit {os.waitstatus_to_exitcode(status)}"
    assert os.WTERMSIG(status) == signal.SIGKILL
