"""Carries approved requests out: at once in a few threads, and what was left over from a duty."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from secrets import token_hex

from core.actions.catalogue import Catalogue
from core.actions.execution.carrying import Timing, carry_out
from core.actions.execution.claims import claim, due_requests
from core.actions.opening import open_catalogue
from core.actions.tables import ActionRequest
from core.database import Database
from core.settings import Settings

LEASE = timedelta(seconds=60)
"""How long an attempt may take before another process may take it over."""

_log = logging.getLogger(__name__)


class Executor:
    """One a process. Several processes may have one each.

    Args:
        catalogue_of: gives the catalogue of this moment.
        executor_id: names this process in the requests it holds.
        lease: longer than any connector may take to answer: see :func:`lease_for`.
        first_wait: before the second attempt when a system is out of reach; it doubles each time.
        threads: how many are carried out at once.
    """

    def __init__(
        self,
        database: Database,
        catalogue_of: Callable[[], Catalogue],
        *,
        executor_id: str,
        lease: timedelta = LEASE,
        first_wait: timedelta = timedelta(seconds=5),
        threads: int = 4,
    ) -> None:
        self.id = executor_id
        self._database = database
        self._catalogue_of = catalogue_of
        self._timing = Timing(lease, first_wait)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="actions")
        self._in_hand: dict[int, Future[ActionRequest | None]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def carry_out(self, request_id: int) -> ActionRequest | None:
        """Carry it out here and now, if it is due and nobody else has it.

        Returns:
            The request afterwards, or None when there was nothing to do.

        Raises:
            NotFound: there is no such request.
            ConfigurationError: the catalogue cannot be made.
        """
        catalogue = self._catalogue_of()
        claimed = claim(request_id, database=self._database, executor=self.id, lease=self._timing.lease)
        if claimed is None:
            return None
        return carry_out(claimed, database=self._database, catalogue=catalogue, timing=self._timing)

    def carry_out_due(self, *, at_most: int = 20) -> int:
        """Carry out what is approved, and what was left behind by a process that died.

        Returns:
            How many requests were taken up.
        """
        with self._database.reading() as session:
            due = due_requests(session=session, limit=at_most)
        return sum(self.carry_out(request_id) is not None for request_id in due)

    def submit(self, request_id: int) -> Future[ActionRequest | None]:
        """Carry it out soon, in a thread of the pool; submitting it twice does it once.

        Nothing depends on it: a request that is lost on the way is picked up by the duty. When the
        executor is closed the future is cancelled.
        """
        with self._lock:
            known = self._in_hand.get(request_id)
            if known is not None:
                return known
            if self._closed:
                gone: Future[ActionRequest | None] = Future()
                gone.cancel()
                return gone
            future = self._pool.submit(self.carry_out, request_id)
            self._in_hand[request_id] = future
        future.add_done_callback(lambda over: self._finished(request_id, over))
        return future

    def close(self) -> None:
        """Wait for the calls under way and take on no more; what was queued stays approved."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _finished(self, request_id: int, future: Future[ActionRequest | None]) -> None:
        with self._lock:
            self._in_hand.pop(request_id, None)
        if not future.cancelled() and (error := future.exception()) is not None:
            _log.error("action request %s was not carried out", request_id, exc_info=error)


def open_executor(database: Database, settings: Settings) -> Executor:
    """This process's executor, for the catalogue that the settings and connections describe."""
    return Executor(
        database,
        lambda: open_catalogue(database, settings),
        executor_id=f"{socket.gethostname()}-{os.getpid()}-{token_hex(4)}",
        lease=lease_for(settings),
    )


def lease_for(settings: Settings) -> timedelta:
    """A lease that outlasts the slowest answer that ``settings`` allow, with room for our own writes."""
    return max(LEASE, timedelta(seconds=3 * settings.action_timeout_seconds))
