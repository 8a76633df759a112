"""kill -9 a backtest again and again at random moments: each conversation is judged exactly once."""

from __future__ import annotations

import os
import random
import time

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.classifiers import Question, Services, start_backtest
from core.classifiers.tables import Backtest, ClassifierAnswer, ClassifierVersion
from core.criteria import get_criterion
from core.database import Database
from core.identity import SYSTEM
from core.settings import get_settings
from tests.faults.backtesting import fill
from tests.faults.scripts import ended, line, start_script

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("RATCHET_TEST_ROUNDS", "8"))
SUBJECTS = 2_500 * ROUNDS
PAUSE = 0.05  # seconds a chunk, so that most kills meet one

WORKER = """
import sys, time
from core.classifiers import dispatch_backtests
from core.classifiers.tables import Backtest
from core.database import Database
from core.jobs import DurableJobs
from core.settings import Settings
from tests.faults import backtesting

database = Database(sys.argv[1])
jobs = DurableJobs(database, Settings())
key = int(sys.argv[2])
state = done = None
while state != "finished":
    dispatch_backtests(database=database, jobs=jobs)
    jobs.take_over()
    time.sleep(0.02)
    with database.reading() as session:
        backtest = session.get_one(Backtest, key)
    if done is None:
        done = backtest.done
    if talk is not None and backtest.done > done:
        talk.send("working")
        talk = None
    state = backtest.state
    assert state in ("planned", "running", "finished"), backtest.error
jobs.close()
database.dispose()
"""


def test_killed_again_and_again_a_backtest_judges_each_conversation_once(database: Database) -> None:
    version = fill(database, SUBJECTS, pause=PAUSE)
    services = Services(get_settings(), lambda: pytest.fail("no text is read here"))
    started = start_backtest(SYSTEM, version, database=database, services=services)
    assert started.total == SUBJECTS
    chance = random.Random(20261122)
    url = database.url.render_as_string(hide_password=False)
    reached = []
    for _ in range(ROUNDS):
        ours, theirs = line()
        worker = start_script(WORKER, url, started.key, talk=theirs)
        assert ours.poll(60), "the worker did not begin"
        time.sleep(chance.uniform(0, 2 * PAUSE))
        worker.kill()
        assert ended(worker, 20) == -9
        with database.reading() as session:
            found = session.get_one(Backtest, started.key)
            reached.append(found.done)
            assert found.state == "running", "it was not killed in the middle"
            answers = select(func.count(), func.max(col(ClassifierAnswer.subject_id)))
            assert tuple(session.execute(answers).one()) == (found.done, found.reached_id)
    assert reached == sorted(reached)
    assert reached[0] > 0
    worker = start_script(WORKER, url, started.key)
    assert ended(worker, 60) == 0
    _check(database, version, started.key)


def _check(database: Database, version_id: int, backtest_id: int) -> None:
    with database.reading() as session:
        done = session.get_one(Backtest, backtest_id)
        assert (done.state, done.done, done.failed) == ("finished", SUBJECTS, 0)
        version = session.get_one(ClassifierVersion, version_id)
        answers = Question.of(get_criterion(version.criterion_id, session=session)).answers
        found = session.execute(select(col(ClassifierAnswer.subject_id), col(ClassifierAnswer.answer))).all()
    assert len(found) == SUBJECTS
    assert dict(iter(found)) == {key: answers[key % 3] for key in range(1, SUBJECTS + 1)}
