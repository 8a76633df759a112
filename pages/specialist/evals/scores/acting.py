"""What people do on the Scores tab: one transaction each."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from pages.process import get_process
from pages.widgets import confirming
from pages.widgets.shell import run_action


def confirm(label: str, act: Callable[[Session], object], *, done: str, key: str) -> None:
    """The primary button of a dialog: acts in a transaction, and closes the dialog if that worked."""

    def work() -> None:
        with get_process().database.transaction() as session:
            act(session)

    confirming.confirm(label, work, done=done, key=key)


def in_transaction(act: Callable[[Session], object], *, done: str = "") -> bool:
    """Do what somebody asked for; whether it worked."""

    def work() -> bool:
        with get_process().database.transaction() as session:
            act(session)
        return True

    return bool(run_action(work, done=done))
