"""The chart of scores over a million judgements: adding them up, reading series, and counting them in SQL.

One grader has judged every reply of ninety days, several replies to a conversation, over four channels,
twenty themes, six products and five builds. A million judgements are added up once; then the queries a page
asks are timed, beside the plain SQL that counts the judgements themselves in the same run.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select, text
from sqlmodel import col

from benchmarks.table import Timing, ms, print_table, ratio, timed
from core.criteria import current_criterion, ensure_criteria
from core.database import Database, migrate
from core.evals import ScoreQuery, read_series, rebuild
from core.evals.tables import ScoreCell, ScoreLink
from core.identity import SYSTEM

TARGET_MS = 300.0
DAYS = 90
_LAST = date(2026, 11, 21)
_CHANNELS = ("chat", "email", "voice", "embedded")
_THEMES = tuple(f"theme {number}" for number in range(20))
_PRODUCTS = tuple(f"plan {number}" for number in range(6))
_REPLIES = (1, 1, 2, 2, 3, 4)
"""Replies of a conversation, as often as they stand here."""
_MOMENT = "strftime('%Y-%m-%d %H:%M:%S.000000', at, 'unixepoch')"


def main() -> int:
    """Print the tables; 1 when a series takes longer than the target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--judgements", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15, help="how often each query is asked")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ratchet-scores-") as folder:
        path = Path(folder) / "scores.sqlite"
        database = Database(f"sqlite:///{path}")
        migrate(database)
        with database.transaction() as session:
            ensure_criteria(session=session)
        judged = _fill(path, database, options.judgements)
        _print_adding(database, judged)
        slowest = _print_reading(database, judged, options.times)
        database.dispose()
    good = slowest <= TARGET_MS
    print(f"\ntarget: every series within {TARGET_MS:.0f} ms at p95: {'met' if good else 'missed'}")
    return 0 if good else 1


def _print_adding(database: Database, judged: int) -> None:
    started = time.perf_counter()
    rebuild(database=database)
    seconds = time.perf_counter() - started
    with database.reading() as session:
        cells = session.execute(select(func.count()).select_from(ScoreCell)).scalar_one()
        links = session.execute(select(func.count()).select_from(ScoreLink)).scalar_one()
        kept = session.execute(select(func.sum(col(ScoreCell.n)))).scalar_one()
    print_table(
        f"adding up {judged:,} judgements of {DAYS} days",
        ["", ""],
        [
            ["seconds", f"{seconds:,.0f}"],
            ["judgements a second", f"{judged / seconds:,.0f}"],
            ["judgements in the cells", f"{kept:,}"],
            ["cells", f"{cells:,}"],
            ["links between cells", f"{links:,}"],
        ],
    )


def _print_reading(database: Database, judged: int, times: int) -> float:
    first = _LAST - timedelta(days=DAYS - 1)
    queries = {
        "everything": _query(first),
        "split by channel": _query(first, by="channel"),
        "split by theme": _query(first, by="theme"),
        "split by product": _query(first, by="product"),
        "split by build": _query(first, by="build"),
        "one channel, split by theme": _query(first, by="theme", channel="email"),
        "four weeks": _query(_LAST - timedelta(days=27)),
    }
    raw = timed(lambda: _count_raw(database), times=min(3, times), warm_up=0)
    rows = [["counting the raw judgements in SQL", ms(raw.p50), ms(raw.p95), "", "1.00x"]]
    slowest = 0.0
    for name, query in queries.items():
        found, taken = _ask(database, query, times)
        slowest = max(slowest, taken.p95)
        rows.append([name, ms(taken.p50), ms(taken.p95), f"{found:,}", ratio(taken.p50, raw.p50)])
    print_table(
        f"reading a series over {judged:,} judgements, milliseconds",
        ["", "p50", "p95", "points", "of raw"],
        rows,
    )
    return slowest


def _ask(database: Database, query: ScoreQuery, times: int) -> tuple[int, Timing]:
    def ask() -> int:
        with database.reading() as session:
            return sum(len(line.points) for line in read_series(SYSTEM, query, session=session).lines)

    return ask(), timed(ask, times=times)


def _count_raw(database: Database) -> int:
    """What a chart without cells would ask, without intervals: judgements and good ones by day."""
    statement = text(
        "SELECT substr(reply.created_at, 1, 10) AS day, count(*), sum(judgement.answer = 'yes'), "
        "count(DISTINCT reply.conversation_id) FROM judgement JOIN reply ON reply.id = judgement.subject_id "
        "WHERE judgement.subject_type = 'reply' AND judgement.judge = 'grader' "
        "AND judgement.superseded_by_id IS NULL AND judgement.withdrawn_at IS NULL GROUP BY day"
    )
    with database.reading() as session:
        return len(session.execute(statement).all())


def _query(since: date, **rest: Any) -> ScoreQuery:
    return ScoreQuery("correct", "grader", "reply", since, _LAST, **rest)


def _fill(path: Path, database: Database, wanted: int) -> int:
    """Insert the rows a year of work leaves, as quickly as SQLite takes them. Returns how many judgements."""
    with database.reading() as session:
        correct = current_criterion("correct", session=session)
        intent = current_criterion("customer_intent", session=session)
        if correct is None or intent is None:
            raise SystemExit("the criteria that ship are missing")
        keys = (correct.key, intent.key)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("CREATE TEMP TABLE made (id INTEGER PRIMARY KEY, at, channel, product, theme)")
    connection.execute("CREATE TEMP TABLE sent (id INTEGER PRIMARY KEY, of, at, build, answer)")
    conversations, replies = _made(wanted)
    connection.executemany("INSERT INTO made VALUES (?, ?, ?, ?, ?)", conversations)
    connection.executemany("INSERT INTO sent VALUES (?, ?, ?, ?, ?)", replies)
    connection.execute(
        "INSERT INTO customer (id, source, external_id, name, email, phone, locale, time_zone, facts,"
        " created_at)"
        f" SELECT id, 'x', id, '', '', '', '', '', json_object('plan', product), {_MOMENT} FROM made"
    )
    connection.execute(
        "INSERT INTO conversation (id, source, external_id, customer_id, channel, subject, status, priority,"
        " escalation_reason, locale, tags, ai_outcome, preview, message_count, last_message_at, created_at,"
        " updated_at, source_state)"
        " SELECT id, 'x', id, id, channel, '', 'closed', 3, '', '', '[]', '', '', 0,"
        f" {_MOMENT}, {_MOMENT}, {_MOMENT}, '{{}}' FROM made"
    )
    connection.execute(
        "INSERT INTO reply (id, message_id, conversation_id, person_id, token, draft_text, final_text,"
        " changes, citations, build_id, status_before, created_at)"
        f" SELECT id, id, of, 1, id, '', 'Done.', '[]', '[]', build, 'open', {_MOMENT} FROM sent"
    )
    judge = (
        "INSERT INTO judgement (criterion_id, subject_type, subject_id, answer, judge_type, judge, origin,"
        " reason, confidence, build_id, external_id, created_at)"
    )
    for criterion, subject_type, answer, name, source in (
        (keys[0], "reply", "answer", "grader", "sent"),
        (keys[1], "conversation", "theme", "intents", "made"),
    ):
        connection.execute(
            f"{judge} SELECT ?, ?, id, {answer}, 'classifier', ?, 'sample', '', 0.9, '', '', {_MOMENT}"
            f" FROM {source}",
            (criterion, subject_type, name),
        )
    connection.commit()
    connection.close()
    return len(replies)


def _made(wanted: int) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Conversations and replies.

    Returns:
        Conversations ``(id, second, channel, product, theme)`` and replies ``(id, conversation, second,
        build, answer)``; seconds are those since 1970.
    """
    rng = np.random.default_rng(1)
    sizes = rng.choice(_REPLIES, size=wanted)
    sizes = sizes[: int(np.searchsorted(sizes.cumsum(), wanted)) + 1]
    count, end = len(sizes), DAYS * 86_400 - 1
    began = rng.integers(0, end, size=count)
    chance = rng.beta(8, 2, size=count)
    of = np.repeat(np.arange(count), sizes)
    total = len(of)
    first = np.concatenate([[0], sizes.cumsum()[:-1]])
    gaps = rng.exponential(10 * 3_600, size=total)
    gaps[first] = 0
    waited = gaps.cumsum()
    sent = np.minimum(began[of] + (waited - waited[first][of]).astype(np.int64), end)
    answers = np.where(rng.random(total) < chance[of], "yes", "no")
    builds = np.char.add("build", (5 * (sent // 86_400) // DAYS).astype(str))
    zero = int(
        datetime.combine(_LAST - timedelta(days=DAYS - 1), datetime.min.time(), tzinfo=UTC).timestamp()
    )
    named = (rng.choice(each, size=count).tolist() for each in (_CHANNELS, _PRODUCTS, _THEMES))
    ids, numbers = range(1, count + 1), range(1, total + 1)
    return (
        list(zip(ids, (began + zero).tolist(), *named, strict=True)),
        list(
            zip(
                numbers,
                (of + 1).tolist(),
                (sent + zero).tolist(),
                builds.tolist(),
                answers.tolist(),
                strict=True,
            )
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
