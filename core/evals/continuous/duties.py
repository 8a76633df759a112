"""The background work of scores, for whatever process does background work."""

from __future__ import annotations

from core.classifiers import open_services
from core.database import Database
from core.evals.continuous.grading import grade_sample
from core.evals.scores.releases import note_releases
from core.evals.scores.rolling import roll_up
from core.evals.scores.watching import watch_scores
from core.jobs import Duty, DutyStatus, Worker
from core.settings import Settings

AT_ONCE, REMOTE_AT_ONCE = 200, 20
"""Subjects a live grader grades in one turn; those of which a model is asked."""


class ScoreKeeper:
    """Grades samples, keeps scores up to date and watches them, in threads of its own.

    Whoever waits for a provider keeps nobody else waiting, and adding up a year keeps no grade waiting.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._services = open_services(database, settings)
        self._near = Worker([Duty("grade samples", self._grade_near, interval=1)], name="graders")
        self._far = Worker(
            [Duty("grade samples with models", self._grade_far, interval=1)], name="graders-far"
        )
        self._scores = Worker(
            [
                Duty("add up scores", self._add_up, interval=5),
                Duty("mark releases", self._mark, interval=60),
                Duty("watch scores", self._watch, interval=3600),
            ],
            name="scores",
        )

    def start(self) -> None:
        """Begin. Does nothing when it runs already."""
        for worker in (self._near, self._far, self._scores):
            worker.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Stop after the piece in hand. Returns whether all threads have ended."""
        ended = [worker.stop(timeout) for worker in (self._near, self._far, self._scores)]
        return all(ended)

    def status(self) -> list[DutyStatus]:
        """How each duty is doing."""
        return [*self._near.status(), *self._far.status(), *self._scores.status()]

    def _grade_near(self) -> int:
        return grade_sample(
            database=self._database,
            services=self._services,
            at_most=AT_ONCE,
            should_stop=self._near.should_stop,
            remote=False,
        )

    def _grade_far(self) -> int:
        return grade_sample(
            database=self._database,
            services=self._services,
            at_most=REMOTE_AT_ONCE,
            should_stop=self._far.should_stop,
            remote=True,
        )

    def _add_up(self) -> int:
        return roll_up(database=self._database, should_stop=self._scores.should_stop)

    def _mark(self) -> int:
        return note_releases(database=self._database)

    def _watch(self) -> int:
        return watch_scores(database=self._database)
