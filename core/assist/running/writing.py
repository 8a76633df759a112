"""One draft in the making: its context, the run, and the transaction at the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial as bound
from typing import TypeVar

from core.assist.acting import Background, Paused
from core.assist.context import Context, conversation_context
from core.assist.drafting import draft, timed
from core.assist.equipment import CallLog, Equipment, equip
from core.assist.partial import PartialReply
from core.assist.result import PausedRun
from core.assist.storing import store, store_paused
from core.database import Database
from core.settings import Settings
from core.traces import Recorder, recording

_Value = TypeVar("_Value")


@dataclass
class Live:
    """A draft this process is writing."""

    draft_id: int
    conversation_id: int
    note: str
    paused: Paused | None = None
    partial: PartialReply | None = None
    task: asyncio.Task[None] | None = None
    stored: str = ""
    beaten: float = 0.0

    def text(self) -> str:
        return self.partial.readable() if self.partial is not None else ""


class Writer:
    """Writes the drafts of one runner.

    Args:
        runner: the runner's id, which stands in each draft it writes.
        equipment: what to draft with; None makes it from the settings for the first draft.
    """

    def __init__(
        self, database: Database, settings: Settings, *, runner: str, equipment: Equipment | None = None
    ) -> None:
        self.calls = CallLog()
        self.equipment = equipment
        self._database = database
        self._settings = settings
        self._runner = runner
        self._equipping = threading.Lock()

    async def write(self, live: Live) -> None:
        equipment = await asyncio.to_thread(self._equipped)
        context, reading = await asyncio.to_thread(timed, bound(self._context, live))
        live.partial = PartialReply(context.masker)
        async with recording(
            "draft",
            recorder=equipment.recorder,
            draft_id=live.draft_id,
            conversation_id=live.conversation_id,
            trace_id=live.paused.trace_id if live.paused is not None else "",
        ) as trace:
            result = await draft(
                context,
                equipment=equipment,
                partial=live.partial,
                draft_id=live.draft_id,
                paused=live.paused,
                trace=trace,
            )
            trace.finish("waiting" if isinstance(result, PausedRun) else "ok")
        result = replace(result, stages={"context": reading, **result.stages})
        keep = bound(store_paused, result) if isinstance(result, PausedRun) else bound(store, result)
        await self.in_transaction(
            bound(keep, live.draft_id, runner=self._runner, basis_message_id=context.basis_message_id)
        )

    def _context(self, live: Live) -> Context:
        with self._database.reading() as session:
            return conversation_context(
                live.conversation_id,
                session=session,
                organisation=self._settings.organisation,
                note=live.note,
                draft_id=live.draft_id,
                background=Background.from_json(live.paused.background) if live.paused else None,
            )

    def _equipped(self) -> Equipment:
        with self._equipping:
            if self.equipment is None:
                self.equipment = equip(
                    self._database,
                    self._settings,
                    sink=self.calls.add,
                    recorder=Recorder(self._database, self._settings),
                )
            return self.equipment

    async def in_transaction(self, work: Callable[..., _Value]) -> _Value:
        def run() -> _Value:
            with self._database.transaction() as session:
                return work(session=session)

        return await asyncio.to_thread(run)
