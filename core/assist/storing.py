"""The end of a run as one transaction: a finished draft, or one that waits."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.assist.build import store_build
from core.assist.grounding.evidence import Retrieved
from core.assist.result import DraftResult, PausedRun
from core.assist.tables import Citation, Draft
from core.conversations import Conversation, note_ai_outcome
from core.database import now


def store(
    result: DraftResult, draft_id: int, *, runner: str, basis_message_id: int | None, session: Session
) -> bool:
    """Finish a running draft: its row, its citations, its build and the conversation, at once.

    Args:
        basis_message_id: the newest customer message the model has seen.

    Returns:
        False, and nothing changed, when the draft is not this runner's running one any more: it was
        cancelled, or taken for dead.
    """
    started = time.perf_counter()
    store_build(result.build, session=session)
    finished = (
        update(Draft)
        .where(col(Draft.id) == draft_id, col(Draft.state) == "running", col(Draft.runner) == runner)
        .values(
            state="ready",
            basis_message_id=basis_message_id,
            decision=result.decision,
            reason=result.reason,
            question=result.question,
            text=result.text,
            confidence=result.confidence,
            locale=result.locale,
            build_id=result.build.id,
            model=result.model,
            removed=[{"text": each.text, "reason": each.reason} for each in result.removed],
            retrieved=_retrieved(result.retrieved),
            steps=[step.as_json() for step in result.steps],
            supports=[
                {
                    "start": each.start,
                    "end": each.end,
                    "label": each.label,
                    "quote": each.quote,
                    "support": each.support,
                }
                for each in result.supports
            ],
            findings=[asdict(each) for each in result.findings],
            score=result.score,
            signals=result.signals,
            paused={},
            waiting_for=[],
            trace_id=result.trace_id,
            usage=result.usage,
            error="",
            heartbeat_at=now(),
            finished_at=now(),
        )
        .returning(col(Draft.conversation_id))
    )
    conversation_id = session.execute(finished).scalar_one_or_none()
    if conversation_id is None:
        return False
    session.add_all(
        Citation(
            draft_id=draft_id,
            position=position,
            start=each.start,
            end=each.end,
            passage_id=each.hit.passage_id,
            article_version_id=each.hit.article_version_id,
            quote=each.quote,
            support=each.support,
        )
        for position, each in enumerate(result.citations)
    )
    session.flush()
    conversation = session.exec(
        select(Conversation).where(col(Conversation.id) == conversation_id).with_for_update()
    ).one()
    if conversation.last_customer_message_id == basis_message_id:  # else it is about an older message
        note_ai_outcome(conversation_id, session=session, outcome=result.decision)
    stages = {**result.stages, "store": (time.perf_counter() - started) * 1000}
    session.execute(
        update(Draft)
        .where(col(Draft.id) == draft_id)
        .values(stages={name: round(value, 2) for name, value in stages.items()})
    )
    return True


def store_paused(
    run: PausedRun, draft_id: int, *, runner: str, basis_message_id: int | None, session: Session
) -> bool:
    """Let a running draft wait for the actions it proposed.

    Returns:
        False, and nothing changed, when the draft is not this runner's running one any more.
    """
    store_build(run.build, session=session)
    waits = (
        update(Draft)
        .where(col(Draft.id) == draft_id, col(Draft.state) == "running", col(Draft.runner) == runner)
        .values(
            state="waiting",
            basis_message_id=basis_message_id,
            text="",
            locale=run.locale,
            build_id=run.build.id,
            model=run.model,
            retrieved=_retrieved(run.retrieved),
            steps=[step.as_json() for step in run.paused.steps],
            findings=run.paused.findings,
            paused=run.paused.as_json(),
            waiting_for=sorted(run.paused.calls.values()),
            trace_id=run.paused.trace_id,
            usage=run.usage,
            stages={name: round(value, 2) for name, value in run.stages.items()},
            heartbeat_at=now(),
        )
        .returning(col(Draft.id))
    )
    return session.execute(waits).scalar_one_or_none() is not None


def _retrieved(entries: tuple[Retrieved, ...]) -> list[dict[str, Any]]:
    return [
        {"passage_id": each.hit.passage_id, "score": round(each.hit.score, 4), "query": each.query}
        for each in entries
    ]
