"""The process-wide runner: drafts go on whatever the page that asked for them does.

One event loop in a thread of its own writes all drafts of this process, a bounded number at once.
What a draft has so far is stored at most twice a second, together with a heartbeat. A draft whose
process dies becomes ``interrupted`` and keeps its text; see :mod:`core.assist.running.liveness`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial as bound
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from core import audit
from core.assist.acting import OTHER_BUILD, Paused
from core.assist.equipment import Equipment
from core.assist.failures import explain, is_expected
from core.assist.running import attempts
from core.assist.running.attempts import Begun
from core.assist.running.liveness import LEASE, interrupt_leftovers, new_runner_id
from core.assist.running.loop import LoopThread
from core.assist.running.resuming import list_resumable, take_up
from core.assist.running.writing import Live, Writer
from core.assist.tables import Draft
from core.database import Database
from core.errors import Conflict, NotFound
from core.identity import Actor, Permission, require
from core.settings import Settings

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
HEARTBEAT_SECONDS = 3.0
SWEEP_SECONDS = 5.0
RESUME_SECONDS = 1.0
_Value = TypeVar("_Value")


class DraftRunner:
    """Writes drafts in the background. One a process; safe to call from any thread.

    Args:
        equipment: what to draft with; None makes it from the settings when the first draft starts.
        lease: after this without a heartbeat another runner takes a draft for dead.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        equipment: Equipment | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        self.id = new_runner_id()
        self._database = database
        self._settings = settings
        self._writer = Writer(database, settings, runner=self.id, equipment=equipment)
        self._lease = lease
        self._live: dict[int, Live] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._slots = asyncio.Semaphore(settings.model_concurrency)
        self._thread = LoopThread("ratchet-drafts")
        self._thread.submit(self._look_after())

    def start(self, conversation_id: int, *, actor: Actor, note: str = "", answer: str = "") -> int:
        """Start a draft on a person's request, or find the one that is being written.

        Args:
            note: what the rep asks for.
            answer: what the rep answers to the question of the newest draft.

        Returns:
            The draft's id. Two tabs, two clicks or two processes get the same one.

        Raises:
            PermissionDenied, NotFound, InvalidInput: see :func:`core.assist.running.attempts.begin`.
            Conflict: a draft with another note is being written, or the server is stopping.
        """
        begun = self._begin(
            bound(
                attempts.begin,
                actor,
                conversation_id,
                runner=self.id,
                note=note,
                answer=answer,
                lease=self._lease,
            )
        )
        return self._launched(begun, conversation_id, note).draft_id

    def ensure_draft(self, conversation_id: int, *, actor: Actor) -> int | None:
        """Start a draft when the customer waits and there is none that fits.

        See :func:`core.assist.running.attempts.begin_if_needed` for when that is.

        Returns:
            The id of the conversation's newest draft, or None when nothing waits for an answer.
        """
        begun = self._begin(
            bound(attempts.begin_if_needed, actor, conversation_id, runner=self.id, lease=self._lease)
        )
        return None if begun is None else self._launched(begun, conversation_id, "").draft_id

    def cancel(self, draft_id: int, *, actor: Actor) -> bool:
        """Stop a draft, also one that another process writes. What was written so far is kept.

        Returns:
            False when it had ended already.

        Raises:
            PermissionDenied: the actor may not ask for drafts.
            NotFound: there is no such draft.
        """
        require(actor, Permission.DRAFTS_REQUEST)
        live = self._live.get(draft_id)
        with self._database.transaction() as session:
            if session.get(Draft, draft_id) is None:
                raise NotFound(f"There is no draft {draft_id}.")
            text = live.text() if live else None
            stopped = attempts.end(draft_id, session=session, state="cancelled", text=text)
            if stopped:
                audit.record(
                    actor.person_id,
                    actor.who,
                    "draft.cancelled",
                    session=session,
                    subject_type="draft",
                    subject_id=draft_id,
                )
        if live is not None:
            self._stop(live)
        return stopped

    def sweep(self) -> int:
        """Mark drafts of dead processes as interrupted. Runs by itself too; safe to repeat.

        Returns:
            How many there were.
        """
        with self._database.transaction() as session:
            return interrupt_leftovers(session=session, lease=self._lease)

    def resume(self) -> int:
        """Go on with drafts whose proposed actions are decided and over. Runs by itself too.

        Returns:
            How many this process took up.
        """
        with self._database.reading() as session:
            ready = list_resumable(session=session)
        return sum(self._take_up(draft_id) for draft_id in ready)

    def running(self) -> list[int]:
        """The drafts this process is writing."""
        return sorted(self._live)

    def close(self) -> None:
        """Stop writing. Drafts in hand become interrupted with what they have so far. Safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            live = list(self._live.values())
        with self._database.transaction() as session:
            for each in live:
                attempts.end(
                    each.draft_id, session=session, state="interrupted", text=each.text(), runner=self.id
                )
        if self._writer.equipment is not None:
            self._thread.submit(self._writer.equipment.aclose()).result(timeout=10)
        self._thread.close()
        if self._writer.equipment is not None and self._writer.equipment.recorder is not None:
            self._writer.equipment.recorder.close()
        with self._database.transaction() as session:
            self._writer.calls.store(session=session)

    def _begin(self, begin: Callable[..., _Value]) -> _Value:
        if self._closed:
            raise Conflict("The server is stopping: try again in a moment.")
        for _ in range(3):
            try:
                with self._database.transaction() as session:
                    return begin(session=session)
            except IntegrityError:
                continue  # another process was first; the next look finds its draft
        raise Conflict("Somebody else is starting a draft for this conversation: try again in a moment.")

    def _launched(self, begun: Begun, conversation_id: int, note: str) -> Begun:
        if begun.started:
            self._launch(Live(begun.draft_id, conversation_id, " ".join(note.split())))
        return begun

    def _launch(self, live: Live) -> None:
        with self._lock:
            if not self._closed:
                self._live[live.draft_id] = live
                self._thread.submit(self._run(live))

    def _take_up(self, draft_id: int) -> bool:
        try:
            with self._database.transaction() as session:
                draft = take_up(draft_id, session=session, runner=self.id)
                if draft is None:
                    return False
                try:
                    paused = Paused.from_json(draft.paused)
                except (KeyError, TypeError):  # stored by a version that kept other things
                    attempts.end(draft_id, session=session, state="failed", text=None, error=OTHER_BUILD)
                    return False
                live = Live(draft_id, draft.conversation_id, draft.note, paused)
        except IntegrityError:
            return False  # a newer draft is being written; it knows what was done
        self._launch(live)
        return True

    async def _run(self, live: Live) -> None:
        live.task = asyncio.current_task()
        try:
            async with self._slots:
                await self._writer.write(live)
        except asyncio.CancelledError:
            raise  # whoever cancelled has stored why
        except Exception as error:
            if is_expected(error):
                log.warning("draft %s failed: %s", live.draft_id, type(error).__name__)
            else:
                log.exception("draft %s failed", live.draft_id)
            await self._writer.in_transaction(
                bound(
                    attempts.end,
                    live.draft_id,
                    state="failed",
                    text=live.text(),
                    error=explain(error),
                    runner=self.id,
                )
            )
        finally:
            self._live.pop(live.draft_id, None)

    async def _look_after(self) -> None:
        swept = resumed = 0.0
        while True:
            try:
                if time.monotonic() - swept >= SWEEP_SECONDS:
                    swept = time.monotonic()
                    await asyncio.to_thread(self.sweep)
                if time.monotonic() - resumed >= RESUME_SECONDS:
                    resumed = time.monotonic()
                    await asyncio.to_thread(self.resume)
                await asyncio.to_thread(self._flush)
            except Exception:
                log.exception("could not store the progress of drafts")  # the next round tries again
            await asyncio.sleep(FLUSH_SECONDS)

    def _flush(self) -> None:
        """Store what is new, and a heartbeat for what is not; stop what is not ours any more."""
        moment = time.monotonic()
        due = [
            (live, text)
            for live in list(self._live.values())
            if (text := live.text()) != live.stored or moment - live.beaten >= HEARTBEAT_SECONDS
        ]
        if not due and not self._writer.calls:
            return
        lost: list[Live] = []
        with self._database.transaction() as session:
            for live, text in due:
                if not attempts.keep_alive(live.draft_id, session=session, text=text, runner=self.id):
                    lost.append(live)
            self._writer.calls.store(session=session)
        for live, text in due:
            live.stored, live.beaten = text, moment
        for live in lost:
            self._stop(live)

    def _stop(self, live: Live) -> None:
        if live.task is not None:
            self._thread.loop.call_soon_threadsafe(live.task.cancel)
