"""Claims on the results of a run: who has which in hand, for how long, and when that is void.

A result belongs to its owner only as long as its row says so: every write asks for that again. So
whoever lost a claim, because it was frozen for longer than the lease, cannot write over a newer answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select, text, update
from sqlmodel import Session, col

from core.database import Database, now
from core.evals.content import CaseContent
from core.evals.output import Output
from core.evals.running.states import ANSWERED, ASKED, ERROR, HELD, LOST, WAITING
from core.evals.tables import EvalCaseVersion, EvalResult

LEASE = timedelta(seconds=15)
"""A claim that is not renewed for so long is void: its owner is frozen, or cut off."""
_MOST_TRIES = 20
_LOST_WORDS = "Whoever asked this case died while doing so, again and again."
_id, _run_id, _state, _owner = (
    col(EvalResult.id),
    col(EvalResult.run_id),
    col(EvalResult.state),
    col(EvalResult.owner),
)


@dataclass(frozen=True, slots=True)
class Task:
    """A result to be asked, by whoever claimed it."""

    result_id: int
    repeat: int
    case: CaseContent


@dataclass(frozen=True, slots=True)
class Ungraded:
    """A result whose output is kept and waits for its grades."""

    result_id: int
    case: CaseContent
    output: Output


def claim(run_id: int, *, owner: str, limit: int, session: Session) -> list[Task]:
    """Take up to ``limit`` results that nobody has asked yet, in order."""
    rows = _take(run_id, _state == WAITING, limit=limit, session=session)
    if not rows:
        return []
    _write(
        [row.id for row in rows],
        {
            "state": ASKED,
            "owner": owner,
            "claimed_until": now() + LEASE,
            "tries": col(EvalResult.tries) + 1,
        },
        session=session,
    )
    cases = _contents({row.case_version_id for row in rows}, session=session)
    return [Task(row.id, row.repeat, cases[row.case_version_id]) for row in rows]


def claim_ungraded(run_id: int, *, owner: str, limit: int, session: Session) -> list[Ungraded]:
    """Take up to ``limit`` results with an output that nobody is grading."""
    free = (_state == ANSWERED) & (_owner == "")
    rows = _take(run_id, free, limit=limit, session=session)
    if not rows:
        return []
    ids = [row.id for row in rows]
    _write(ids, {"owner": owner, "claimed_until": now() + LEASE}, session=session)
    cases = _contents({row.case_version_id for row in rows}, session=session)
    kept = session.execute(select(_id, col(EvalResult.output)).where(_id.in_(ids)))
    outputs = {row.id: Output.from_json(row.output) for row in kept}
    return [Ungraded(row.id, cases[row.case_version_id], outputs[row.id]) for row in rows]


def still_held(ids: Iterable[int], *, state: str, owner: str, session: Session) -> set[int]:
    """Which of the results are still the owner's; they stay so until the transaction ends."""
    mine = select(_id).where(_id.in_(list(ids)), _owner == owner, _state == state)
    return set(session.scalars(mine.order_by(_id).with_for_update()))


def renew(run_id: int, *, owner: str, session: Session) -> None:
    """Keep everything the owner has in hand for another lease.

    What is being written at this moment is passed over: waiting for it, row by row, could end in a deadlock.
    """
    mine = select(_id).where(_run_id == run_id, _owner == owner, _state.in_(HELD))
    ids = session.scalars(mine.order_by(_id).with_for_update(skip_locked=True)).all()
    _write(ids, {"claimed_until": now() + LEASE}, session=session)


def give_back(
    run_id: int, *, owner: str, session: Session, only: Collection[int] | None = None, asked: bool = True
) -> None:
    """Let others have what the owner has in hand.

    Args:
        only: these results; by default everything.
        asked: whether they may have been asked: that counts as a try.
    """
    mine = [_run_id == run_id, _owner == owner, _state.in_(HELD)]
    if only is not None:
        mine.append(_id.in_(list(only)))
    tries = col(EvalResult.tries)
    ids = session.scalars(select(_id).where(*mine).order_by(_id).with_for_update()).all()
    session.execute(
        update(EvalResult)
        .where(_id.in_(ids))
        .values(
            state=case((_state == ASKED, WAITING), else_=_state),
            tries=tries if asked else case((_state == ASKED, tries - 1), else_=tries),
            owner="",
            claimed_until=None,
        )
    )


def free_lost(run_id: int, *, owner: str, lives: Callable[[str], bool], database: Database) -> int:
    """Void the claims of the dead at once, and those that nobody renewed for a lease.

    Args:
        owner: who asks; its own claims stay.
        lives: whether a worker may still be alive, see :attr:`core.jobs.Job.lives`.

    Returns:
        How many claims were void.
    """
    others = [_run_id == run_id, _state.in_(HELD), _owner.not_in(("", owner))]
    with database.reading() as session:
        names = list(session.scalars(select(_owner).where(*others).distinct()))
    dead = [name for name in names if not lives(name)]
    if not names:
        return 0
    void = or_(_owner.in_(dead), col(EvalResult.claimed_until) < now())
    with claiming(database) as session:
        rows = session.execute(
            select(_id, _state, col(EvalResult.tries))
            .where(*others, void)
            .order_by(_id)
            .with_for_update(skip_locked=True)
        ).all()
        hopeless = [row.id for row in rows if row.state == ASKED and row.tries >= _MOST_TRIES]
        again = [row.id for row in rows if row.state == ASKED and row.tries < _MOST_TRIES]
        free = {"owner": "", "claimed_until": None}
        _write(hopeless, free | {"state": ERROR, "error_kind": LOST, "error": _LOST_WORDS}, session=session)
        _write(again, free | {"state": WAITING}, session=session)
        _write([row.id for row in rows if row.state == ANSWERED], free, session=session)
    return len(rows)


@contextmanager
def claiming(database: Database) -> Iterator[Session]:
    """A transaction that holds results. On Postgres the server ends it when this process freezes in the
    middle of it, so that nobody waits for its locks."""
    with database.transaction() as session:
        if not database.is_sqlite:
            milliseconds = int(LEASE.total_seconds() * 1000)
            session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))
        yield session


def _take(run_id: int, which: ColumnElement[bool], *, limit: int, session: Session) -> list[Any]:
    return list(
        session.execute(
            select(_id, col(EvalResult.case_version_id), col(EvalResult.repeat))
            .where(_run_id == run_id, which)
            .order_by(_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def _write(ids: Collection[int | None], values: dict[str, Any], *, session: Session) -> None:
    if ids:
        session.execute(
            update(EvalResult)
            .where(_id.in_(list(ids)))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _contents(version_ids: set[int], *, session: Session) -> dict[int, CaseContent]:
    found = session.scalars(select(EvalCaseVersion).where(col(EvalCaseVersion.id).in_(version_ids)))
    return {version.key: CaseContent.of_version(version) for version in found}
