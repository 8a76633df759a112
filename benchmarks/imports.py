"""Importing conversations against plain bulk inserts of the same rows into the same tables.

50,000 messages in 10,000 conversations; ``--conversations N`` for another number. Runs on temporary
SQLite databases, with ``--postgres URL`` on that server too. Target: at least half the messages/s of
the plain inserts, which check nothing, derive nothing and find nothing again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Table, create_engine, make_url, text

from benchmarks.table import print_table
from core.conversations import (
    Conversation,
    ConversationRecord,
    Customer,
    CustomerRecord,
    Message,
    MessageRecord,
    import_conversations,
)
from core.database import Database, migrate, now

TARGET = 0.5
TURNS = 5
ROUNDS = 5
BATCH = 2000
START = datetime(2026, 1, 1, tzinfo=UTC)
_SENTENCES = (
    "My invoice for the last month shows two charges.",
    "The second one is not mine, could you please look into it?",
    "Thank you, we have checked it with the team.",
    "We will refund the difference within five working days.",
)


def main() -> int:
    """Measure each database, print, and return 1 when one misses the target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--postgres", default="", metavar="URL", help="also there; makes ratchet_bench_*")
    options = parser.parse_args()
    table, missed = [], []
    messages = options.conversations * TURNS
    with tempfile.TemporaryDirectory(prefix="ratchet-imports-") as temporary:
        folder = Path(temporary)
        for name, new_url in _databases(folder, options.postgres):
            rounds = [_measure(new_url, number, folder, options.conversations) for number in range(ROUNDS)]
            rates = [messages / median(taken[what].wall for taken in rounds) for what in range(3)]
            # Round by round, as a machine that does other things drifts between rounds.
            by_wall = median(plain.wall / ours.wall for plain, ours, _ in rounds)
            by_cpu = median(plain.cpu / ours.cpu for plain, ours, _ in rounds)
            table.append((name, *(f"{rate:,.0f}" for rate in rates), f"{by_wall:.2f}x", f"{by_cpu:.2f}x"))
            if by_wall < TARGET:
                missed.append(name)
    print_table(
        f"Importing {messages:,} messages, messages/s, median of {ROUNDS}",
        ("database", "plain inserts", "import", "import again", "import/plain", "by our CPU time"),
        table,
    )
    if missed:
        print(f"\nbelow {TARGET:.0%} of plain inserts: {', '.join(missed)}")
    return 1 if missed else 0


def _databases(folder: Path, server: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    """Names, and for each a function that gives the URL of an empty database by a name."""
    yield "SQLite", lambda name: f"sqlite:///{folder / name}.sqlite"
    if server:
        yield "Postgres", lambda name: _new_on_postgres(server, f"ratchet_bench_{name}")


def _new_on_postgres(server: str, name: str) -> str:
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Seconds by the clock, and of this process's CPU."""

    wall: float
    cpu: float


def _measure(
    new_url: Callable[[str], str], number: int, home: Path, conversations: int
) -> tuple[_Taken, _Taken, _Taken]:
    """One round of plain inserts, an import, and the same import again."""
    with _Fresh(new_url(f"plain{number}")) as database:
        plain = _taken(lambda: _insert(database, conversations))
    with _Fresh(new_url(f"ours{number}")) as database:
        ours = _taken(lambda: _import(database, home, conversations))
        again = _taken(lambda: _import(database, home, conversations))
    return plain, ours, again


class _Fresh:
    """A migrated database that is closed afterwards."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def __enter__(self) -> Database:
        migrate(self._database)
        return self._database

    def __exit__(self, *_: object) -> None:
        self._database.dispose()


def _taken(call: Callable[[], None]) -> _Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return _Taken(time.perf_counter() - wall, time.process_time() - cpu)


def _import(database: Database, home: Path, conversations: int) -> None:
    records = _records(conversations)
    report = import_conversations(records, database=database, source="bench", batch_size=BATCH, home=home)
    if report.rejects or report.read != conversations:
        raise RuntimeError(f"the import lost something: {report.rejects[:3]}")


def _text(number: int, turn: int) -> str:
    return f"{number}: " + " ".join(_SENTENCES[(number + turn) % 4 :] + _SENTENCES[: turn % 3])


def _records(conversations: int) -> Iterator[ConversationRecord]:
    for number in range(conversations):
        at = START + timedelta(minutes=number)
        messages = [
            MessageRecord(
                "rep" if turn % 2 else "customer",
                _text(number, turn),
                at + timedelta(seconds=turn),
                external_id=f"m{turn}",
            )
            for turn in range(TURNS)
        ]
        person = number % 3000
        customer = CustomerRecord(f"u{person}", f"Customer {person}", f"customer{person}@example.com")
        yield ConversationRecord(f"c{number}", "chat", customer, messages, at, subject=f"Invoice {number}")


def _insert(database: Database, conversations: int) -> None:
    """Rows as they end up, keys and all, straight into the tables, in transactions of the same size."""
    customers, made = _table(Customer), min(3000, conversations)
    with database.transaction() as session:
        session.connection().execute(customers.insert(), [_customer_row(n) for n in range(made)])
    for first in range(0, conversations, BATCH):
        numbers = range(first, min(first + BATCH, conversations))
        with database.transaction() as session:
            connection = session.connection()
            connection.execute(_table(Conversation).insert(), [_conversation_row(n) for n in numbers])
            connection.execute(
                _table(Message).insert(), [_message_row(n, turn) for n in numbers for turn in range(TURNS)]
            )


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _customer_row(number: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "source": "bench",
        "external_id": f"u{number}",
        "name": f"Customer {number}",
        "email": f"customer{number}@example.com",
        "phone": "",
        "locale": "",
        "time_zone": "",
        "facts": {},
        "created_at": START,
    }


def _conversation_row(number: int) -> dict[str, Any]:
    at = START + timedelta(minutes=number)
    return {
        "id": number + 1,
        "source": "bench",
        "external_id": f"c{number}",
        "customer_id": number % 3000 + 1,
        "channel": "chat",
        "subject": f"Invoice {number}",
        "status": "open",
        "priority": 3,
        "escalation_reason": "",
        "assignee_id": None,
        "locale": "",
        "tags": [],
        "csat": None,
        "ai_outcome": "",
        "waiting_since": at,
        "preview": _text(number, TURNS - 1)[:200],
        "message_count": TURNS,
        "last_message_at": at,
        "last_customer_message_id": (number + 1) * TURNS,
        "created_at": at,
        "updated_at": now(),
        "source_state": {"status": None, "csat": None, "tags": []},
    }


def _message_row(number: int, turn: int) -> dict[str, Any]:
    return {
        "id": number * TURNS + turn + 1,
        "conversation_id": number + 1,
        "position": turn,
        "external_id": f"m{turn}",
        "author": "rep" if turn % 2 else "customer",
        "name": "",
        "text": _text(number, turn),
        "folded": "",
        "html": "",
        "created_at": START + timedelta(minutes=number, seconds=turn),
    }


if __name__ == "__main__":
    raise SystemExit(main())
