"""The background work of classifiers, for whatever process does background work."""

from __future__ import annotations

from core.classifiers.live.drifting import watch_drift
from core.classifiers.live.judging import judge_new
from core.classifiers.services import open_services
from core.database import Database
from core.jobs import Duty, DutyStatus, Worker
from core.settings import Settings

HOUR = 3600.0
AT_ONCE, REMOTE_AT_ONCE = 500, 40
"""Subjects a version judges in one turn; those of which a model is asked."""


class Judges:
    """Judges what arrives and watches for drift, in threads of its own.

    Deliveries must not wait for a model, nor rules for a provider that is down: so what asks a provider has
    a thread by itself.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._services = open_services(database, settings)
        self._near = Worker([Duty("judge with classifiers", self._judge_near, interval=1)], name="judges")
        self._far = Worker(
            [
                Duty("judge with models", self._judge_far, interval=1),
                Duty("watch for drift", self._watch, interval=HOUR),
            ],
            name="judges-far",
        )

    def start(self) -> None:
        """Begin. Does nothing when it runs already."""
        self._near.start()
        self._far.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Stop after the piece in hand. Returns whether both threads have ended."""
        near = self._near.stop(timeout)
        return self._far.stop(timeout) and near

    def status(self) -> list[DutyStatus]:
        """How each duty is doing."""
        return [*self._near.status(), *self._far.status()]

    def _judge_near(self) -> int:
        return judge_new(
            database=self._database,
            services=self._services,
            at_most=AT_ONCE,
            should_stop=self._near.should_stop,
            remote=False,
        )

    def _judge_far(self) -> int:
        return judge_new(
            database=self._database,
            services=self._services,
            at_most=REMOTE_AT_ONCE,
            should_stop=self._far.should_stop,
            remote=True,
        )

    def _watch(self) -> int:
        return watch_drift(database=self._database, services=self._services)
