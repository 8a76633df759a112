"""Which process writes a draft, and whether it still does."""

from __future__ import annotations

import hashlib
import secrets
import socket
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import psutil
from sqlalchemy import update
from sqlmodel import Session, col, select

from core.assist.tables import Draft
from core.database import now

LEASE = timedelta(seconds=15)
"""A running draft whose heartbeat is older than this is nobody's any more."""


def new_runner_id() -> str:
    """``machine-pid-start-random``: who writes, in a form that tells later whether it still lives."""
    process = psutil.Process()
    return f"{_machine()}-{process.pid}-{int(process.create_time())}-{secrets.token_hex(4)}"


def is_gone(draft: Draft, *, at: datetime, lease: timedelta = LEASE) -> bool:
    """Whether nobody writes this running draft any more.

    A process of this machine that is gone is known at once; any other is given up when its lease ends.
    """
    return at - draft.heartbeat_at > lease or _process_ended(draft.runner)


def interrupt_leftovers(
    *, session: Session, conversation_id: int | None = None, lease: timedelta = LEASE
) -> int:
    """Mark running drafts whose writer is gone as interrupted; their partial text is kept.

    Returns:
        How many there were.
    """
    running = select(Draft).where(col(Draft.state) == "running")
    if conversation_id is not None:
        running = running.where(col(Draft.conversation_id) == conversation_id)
    moment = now()
    gone = [draft for draft in session.exec(running) if is_gone(draft, at=moment, lease=lease)]
    changed = 0
    for draft in gone:
        # unless a heartbeat arrived since it was read
        interrupted = (
            update(Draft)
            .where(
                col(Draft.id) == draft.key,
                col(Draft.state) == "running",
                col(Draft.heartbeat_at) == draft.heartbeat_at,
            )
            .values(state="interrupted", finished_at=moment)
            .returning(col(Draft.id))
        )
        changed += session.execute(interrupted).scalar_one_or_none() is not None
    return changed


def _process_ended(runner: str) -> bool:
    machine, _, rest = runner.partition("-")
    pid, _, started = rest.partition("-")
    started = started.partition("-")[0]
    if machine != _machine() or not pid.isdigit() or not started.isdigit():
        return False
    try:
        process = psutil.Process(int(pid))
        # the number may have been given to another process since
        return abs(process.create_time() - int(started)) > 2 or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


@cache
def _machine() -> str:
    """Tells this machine since its last start, and this container, from others that share a database."""
    parts = [socket.gethostname()]
    boot = Path("/proc/sys/kernel/random/boot_id")
    if boot.exists():
        parts.append(boot.read_text().strip())
    try:
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        parts.append(str(int(psutil.boot_time())))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
