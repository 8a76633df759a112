"""Answers to the conversations of a replay, by what is live and by the candidate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlmodel import col, select

from core.database import Database
from core.errors import RatchetError
from core.evals import CaseContent, Output, Target, freeze_conversation
from core.releases.replaying.staging import Searches
from core.releases.replaying.states import AFTER, BEFORE
from core.releases.tables import ReplayAnswer

log = logging.getLogger(__name__)

_BROKEN = "Something went wrong while this conversation was answered; the details are in the server's log."
_NOT_ASKED = "The customer has written nothing that can be answered."


def answer_sample(
    replay_id: int,
    conversation_ids: Sequence[int],
    *,
    before: Callable[[], Target],
    after: Callable[[], Target],
    same: Callable[[Searches], bool] | None,
    database: Database,
    pause: Callable[[], None],
) -> None:
    """Have both sides answer what is not answered yet. Safe to repeat.

    Args:
        before, after: open what is asked; blocks.
        same: whether searches would find the same after the release: then the answer before stands for both.
            None: what differs is not the articles alone.
        pause: called before each; what it raises ends this.
    """
    for side, opened in ((BEFORE, before), (AFTER, after)):
        left = _left(replay_id, conversation_ids, side, database=database)
        if side == AFTER and same is not None:
            left = _take_over(replay_id, left, same, database=database)
        pause()
        if left:
            asyncio.run(_ask(replay_id, left, side, opened, database=database, pause=pause))


def _left(replay_id: int, conversation_ids: Sequence[int], side: str, *, database: Database) -> list[int]:
    with database.reading() as session:
        known = set(
            session.exec(
                select(ReplayAnswer.conversation_id).where(
                    ReplayAnswer.replay_id == replay_id, ReplayAnswer.side == side
                )
            )
        )
    return [each for each in conversation_ids if each not in known]


def _take_over(
    replay_id: int,
    conversation_ids: Sequence[int],
    same: Callable[[Searches], bool],
    *,
    database: Database,
) -> list[int]:
    """Keep for both sides what rests on searches that find the same. Returns what is left to ask."""
    with database.reading() as session:
        answers = session.exec(
            select(ReplayAnswer).where(
                ReplayAnswer.replay_id == replay_id,
                ReplayAnswer.side == BEFORE,
                col(ReplayAnswer.conversation_id).in_(conversation_ids),
            )
        ).all()
    kept = [
        each
        for each in answers
        if each.error == _NOT_ASKED
        or (not each.error and each.output.get("searches") is not None and same(each.output["searches"]))
    ]
    with database.transaction() as session:
        for each in kept:
            session.add(
                ReplayAnswer(
                    replay_id=replay_id,
                    conversation_id=each.conversation_id,
                    side=AFTER,
                    error=each.error,
                    output=each.output,
                )
            )
    taken = {each.conversation_id for each in kept}
    return [each for each in conversation_ids if each not in taken]


async def _ask(
    replay_id: int,
    conversation_ids: Sequence[int],
    side: str,
    opened: Callable[[], Target],
    *,
    database: Database,
    pause: Callable[[], None],
) -> None:
    target = await asyncio.to_thread(opened)
    waiting = list(reversed(conversation_ids))

    async def work() -> None:
        while waiting:
            await asyncio.to_thread(pause)
            if not waiting:
                return
            conversation_id = waiting.pop()
            output, error = await _answer(target, conversation_id, database=database)
            await asyncio.to_thread(_keep, replay_id, conversation_id, side, output, error, database=database)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, min(target.room, len(waiting)))):
                group.create_task(work())
    finally:
        await target.aclose()


async def _answer(target: Target, conversation_id: int, *, database: Database) -> tuple[Output | None, str]:
    def read() -> CaseContent | None:
        with database.reading() as session:
            content = freeze_conversation(conversation_id, session=session)
        if content is None:
            return None
        return CaseContent(
            name="", input=content, snapshot_id="", expectations=(), conversation_id=conversation_id
        )

    case = await asyncio.to_thread(read)
    if case is None:
        return None, _NOT_ASKED
    try:
        return await target.answer(case, 0), ""
    except RatchetError as error:
        return None, str(error)
    except Exception:
        log.exception("conversation %d could not be answered", conversation_id)
        return None, _BROKEN


def _keep(
    replay_id: int, conversation_id: int, side: str, output: Output | None, error: str, *, database: Database
) -> None:
    said = {} if output is None else replace(output, stages={}).as_json()
    with database.transaction() as session:
        session.add(
            ReplayAnswer(
                replay_id=replay_id,
                conversation_id=conversation_id,
                side=side,
                error=error[:1000],
                output=said,
            )
        )
