"""Time-limited lock-out after repeated failures.

An attempt is counted before its password is checked, in one atomic UPDATE. Any number of
parallel guesses therefore gets at most :data:`ALLOWED_FAILURES` checks, and a correct password
clears the count again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from sqlalchemy import case, or_, update
from sqlmodel import Session, col

from core.database import now
from core.identity.tables import Person

ALLOWED_FAILURES = 5
LOCK_TIME = timedelta(minutes=15)
_STRANGERS_REMEMBERED = 10_000


def count_attempt(person_id: int, *, session: Session) -> bool:
    """Count an attempt; False when the person is locked and the password must not be checked."""
    instant = now()
    lock_over = col(Person.locked_until) <= instant
    count = case((lock_over, 1), else_=col(Person.failed_attempts) + 1)
    result = session.execute(
        update(Person)
        .where(col(Person.id) == person_id, or_(col(Person.locked_until).is_(None), lock_over))
        .values(
            failed_attempts=count,
            locked_until=case((count >= ALLOWED_FAILURES, instant + LOCK_TIME), else_=None),
        )
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def clear_attempts(person_id: int, *, session: Session) -> None:
    """Forget failures and any lock."""
    session.execute(
        update(Person)
        .where(col(Person.id) == person_id)
        .values(failed_attempts=0, locked_until=None)
        .execution_options(synchronize_session="fetch")
    )


class Strangers:
    """The same lock-out for usernames nobody has, so that it does not tell who exists.

    Kept in this process only, for the usernames tried most recently.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def count_attempt(self, username: str) -> bool:
        """Like :func:`count_attempt`, by name."""
        instant = now()
        with self._lock:
            count, locked_until = self._tries.pop(username, (0, None))
            locked = locked_until is not None and locked_until > instant
            if not locked:
                count = 1 if locked_until is not None else count + 1
                locked_until = instant + LOCK_TIME if count >= ALLOWED_FAILURES else None
            self._tries[username] = (count, locked_until)
            while len(self._tries) > _STRANGERS_REMEMBERED:
                self._tries.popitem(last=False)
        return not locked
