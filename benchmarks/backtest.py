"""A backtest of 1,000,000 conversations with kept vectors, killed eight times with kill -9.

Builds a temporary database (about 2 GB, deleted afterwards) with 384 numbers a conversation and an
"examples" version, judges all of history in worker processes that are killed at random moments, and checks
that each conversation was judged exactly once. Then times the results. ``--postgres`` does the same on the
embedded Postgres, ``--conversations N`` takes fewer.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
from sqlalchemy import text
from sqlmodel import col, func, select

from benchmarks.table import print_table
from core.classifiers import (
    Example,
    Question,
    Subject,
    dispatch_backtests,
    get_kind,
    open_services,
    overlap,
    sample_answers,
    start_backtest,
    volume_over_time,
    what_would_change,
)
from core.classifiers.tables import Backtest, Classifier, ClassifierAnswer, ClassifierVersion
from core.criteria import current_criterion, ensure_criteria
from core.database import Database, migrate
from core.identity import SYSTEM
from core.jobs import DurableJobs
from core.settings import Settings

Result = TypeVar("Result")

KILLS = 8
POOL = 1_000  # different vectors
EXAMPLES = 300
BLOCK = 10_000
FIRST_DAY = datetime(2025, 1, 6, 12, tzinfo=UTC)

_NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
)
_CUSTOMER = """
INSERT INTO customer (id, source, external_id, name, email, phone, locale, time_zone, facts, created_at)
VALUES (1, 'bench', 'u1', 'Customer', '', '', 'en', '', '{}', :moment)
"""
_CONVERSATIONS = f"""
INSERT INTO conversation (id, source, external_id, customer_id, channel, subject, status, priority,
    escalation_reason, locale, tags, ai_outcome, preview, message_count, last_message_at, created_at,
    updated_at, source_state)
{_NUMBERS}
SELECT i, 'bench', 'C-' || i, 1, 'chat', '', 'closed', 3, '', 'en', '[]', '', '', 1, :moment, :moment,
    :moment, '{{}}' FROM n
"""
_VECTORS = f"""
INSERT INTO subject_features (features, subject_type, subject_id, stamp, vector, made_at)
{_NUMBERS}
SELECT :features, 'conversation', i, '', pool.vector, :made FROM n JOIN pool ON pool.id = i % {POOL}
"""
_OTHER = """
INSERT INTO classifier_answer (version_id, subject_id, conversation_id, answer, confidence, abstained, source,
    error, occurred_at)
SELECT :other, subject_id, conversation_id, answer, confidence, subject_id % 7 = 0, source, error, occurred_at
FROM classifier_answer WHERE version_id = :version
"""


def main() -> int:
    """Build, judge, kill, check, measure. Returns 1 when a conversation was not judged exactly once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--worker", nargs=2, metavar=("URL", "BACKTEST"))
    options = parser.parse_args()
    if options.worker:
        _work(*options.worker)
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="ratchet-backtest-") as folder,
        _url(options.postgres, folder) as url,
    ):
        database = Database(url)
        try:
            return _measure(database, options.conversations)
        finally:
            database.dispose()


def _measure(database: Database, count: int) -> int:
    migrate(database)
    version_id, seconds = _timed(lambda: _build(database, count))
    print(f"building {count:,} conversations with vectors took {seconds:.0f} s")
    services = open_services(database, Settings())
    started = start_backtest(SYSTEM, version_id, database=database, services=services)
    print(f"estimate: {started.estimate['seconds']:.0f} s")
    peak, kills, seconds = _judge(database, started.key, count)
    with database.reading() as session:
        answers = session.execute(
            select(func.count(), func.min(ClassifierAnswer.subject_id), func.max(ClassifierAnswer.subject_id))
        ).one()
        done = session.get_one(Backtest, started.key)
    once = tuple(answers) == (count, 1, count) and (done.done, done.failed) == (count, 0)
    print_table(
        f"Backtest of {count:,} conversations on {database.dialect}",
        ["", ""],
        [
            ["killed with kill -9", f"{kills} times"],
            ["judged exactly once", "all" if once else f"NO: {tuple(answers)}, done {done.done:,}"],
            ["seconds at work (without starting processes)", f"{seconds:.0f}"],
            ["conversations a second", f"{count / seconds:,.0f}"],
            ["most memory of a worker", f"{peak / 2**20:,.0f} MB"],
        ],
    )
    _time_results(database, version_id)
    return 0 if once and kills == KILLS else 1


def _judge(database: Database, backtest_id: int, count: int) -> tuple[int, int, float]:
    """Workers one after the other, each killed at a random moment. Returns memory, kills and seconds."""
    chance = random.Random(7)
    places = sorted(chance.randint(count // 50, count - count // 50) for _ in range(KILLS))
    url = database.url.render_as_string(hide_password=False)
    peak, kills, seconds = 0, 0, 0.0
    while (found := _backtest(database, backtest_id)).state != "finished":
        worker = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.backtest", "--worker", url, str(backtest_id)]
        )
        watched, first, last = psutil.Process(worker.pid), found.done, time.monotonic()
        while worker.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.02)
            done = _backtest(database, backtest_id).done
            moment = time.monotonic()
            if done > first:  # it is at work
                seconds += moment - last
            last = moment
            if places and done >= places[0] and done > first:
                places.pop(0)
                worker.kill()
                kills += 1
        worker.wait()
    return peak, kills, seconds


def _work(url: str, backtest_id: str) -> None:
    database = Database(url)
    jobs = DurableJobs(database, Settings())
    while _backtest(database, int(backtest_id)).state in ("planned", "running"):
        dispatch_backtests(database=database, jobs=jobs)
        time.sleep(0.1)
    jobs.close()
    database.dispose()


def _build(database: Database, count: int) -> int:
    pool = np.random.default_rng(1).normal(size=(POOL, 384)).astype(np.float32)
    pool /= np.linalg.norm(pool, axis=1, keepdims=True)
    version_id = _add_versions(database, pool)
    with database.transaction() as session:
        name = session.get_one(ClassifierVersion, version_id).features
        binary = "BLOB" if database.is_sqlite else "BYTEA"
        session.execute(text(f"CREATE TABLE pool (id INTEGER PRIMARY KEY, vector {binary})"))
        vectors = [{"id": at, "vector": row.astype("<f2").tobytes()} for at, row in enumerate(pool)]
        session.execute(text("INSERT INTO pool VALUES (:id, :vector)"), vectors)
        session.execute(text(_CUSTOMER), {"moment": _stored(FIRST_DAY, database)})
    made = _stored(datetime.now(UTC), database)
    for first in range(1, count + 1, BLOCK):
        rows = {"first": first, "last": min(first + BLOCK - 1, count)}
        moment = _stored(FIRST_DAY + timedelta(hours=8 * first / BLOCK * 1e6 / count), database)
        with database.transaction() as session:
            session.execute(text(_CONVERSATIONS), {**rows, "moment": moment})
            session.execute(text(_VECTORS), {**rows, "features": name, "made": made})
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
    return version_id


def _add_versions(database: Database, pool: np.ndarray) -> int:
    """A classifier with a fitted version, and another one to compare with."""
    services = open_services(database, Settings())
    with database.transaction() as session:
        ensure_criteria(session=session)
    with database.reading() as session:
        criterion = current_criterion("customer_intent", session=session)
    if criterion is None:
        raise LookupError("the criterion customer_intent is shipped")
    question = Question.of(criterion)
    answers = question.answers
    examples = [Example(Subject(f"text {at}"), answers[at % len(answers)]) for at in range(EXAMPLES)]
    model = get_kind("examples").fit(question, {}, examples, services=services, features=pool[:EXAMPLES])
    made = []
    for name in ("first", "second"):
        with database.transaction() as session:
            classifier = Classifier(
                name=name,
                title=name,
                criterion_name=criterion.name,
                kind="examples",
                subject_type="conversation",
            )
            session.add(classifier)
            session.flush()
            version = ClassifierVersion(
                classifier_id=classifier.key,
                version=1,
                criterion_id=criterion.key,
                kind="examples",
                subject_type="conversation",
                answers=list(answers),
                model=model.dump(),
                features=model.features,
                hold_back=[answers[0]],
            )
            session.add(version)
            session.flush()
            classifier.live_version_id = version.key if name == "second" else None
            made.append(version.key)
    return made[0]


def _time_results(database: Database, version_id: int) -> None:
    with database.transaction() as session:
        other = session.exec(
            select(ClassifierVersion.id).where(col(ClassifierVersion.id) != version_id)
        ).one()
        session.execute(text(_OTHER), {"other": other, "version": version_id})
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
    calls: dict[str, Callable[[], object]] = {}
    with database.reading() as session:
        for step in ("day", "week", "month"):
            calls[f"volume by {step}"] = lambda step=step: volume_over_time(  # type: ignore[misc]
                session=session, version_id=version_id, step=step, time_zone="Europe/Berlin"
            )
        calls["sample of 25"] = lambda: sample_answers(session=session, version_id=version_id, n=25)
        calls["overlap"] = lambda: overlap(version_id, session=session)
        calls["what would change"] = lambda: what_would_change(version_id, session=session)
        rows = [[name, f"{_timed(call)[1]:.2f} s"] for name, call in calls.items()]
    print_table("Results", ["", "first call"], rows)


def _backtest(database: Database, backtest_id: int) -> Backtest:
    with database.reading() as session:
        return session.get_one(Backtest, backtest_id)


def _stored(moment: datetime, database: Database) -> object:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if database.is_sqlite else moment


def _timed(call: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    return call(), time.perf_counter() - started


@contextmanager
def _url(postgres: bool, folder: str) -> Iterator[str]:
    if not postgres:
        yield f"sqlite:///{Path(folder) / 'backtest.sqlite'}"
        return
    from tests.postgres import running_postgres

    with running_postgres(Path(folder)) as url:
        yield url


if __name__ == "__main__":
    sys.exit(main())
