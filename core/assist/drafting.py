"""The one straight way to a draft: context, agent run, verification, one transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial as bound
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.assist.agent import PASSAGES_A_SEARCH, PASSAGES_AN_ARTICLE, run_agent
from core.assist.build import current_build, store_build
from core.assist.context import Context
from core.assist.equipment import Equipment
from core.assist.grounding.citations import verify
from core.assist.grounding.evidence import Evidence
from core.assist.partial import PartialReply
from core.assist.result import DraftResult
from core.assist.tables import Build, Citation, Draft
from core.conversations import Conversation, note_ai_outcome
from core.database import now
from core.errors import ProviderError
from core.knowledge import Hit, search
from core.llm import provider_name

log = logging.getLogger(__name__)

ANSWER, ABSTAIN = "answer", "abstain"
DEADLINE_CALLS = 4
"""A run may take this many times what one model call may."""


async def draft(
    context: Context, *, equipment: Equipment, partial: PartialReply | None = None
) -> DraftResult:
    """Write a draft and verify it. Stores nothing.

    Args:
        partial: is fed with the reply as it streams.

    Raises:
        Exception: the model or the search failed; see :func:`core.assist.failures.explain`.
    """
    settings = equipment.settings
    build = await asyncio.to_thread(_read_build, equipment)
    evidence = Evidence(bound(_search, equipment=equipment, context=context), context.masker)
    started = time.perf_counter()
    async with asyncio.timeout(settings.model_timeout_seconds * DEADLINE_CALLS):
        answer = await run_agent(
            context, evidence=evidence, provider=equipment.provider, settings=settings, partial=partial
        )
    ran = time.perf_counter()
    output = answer.output
    verified = verify(
        output.sentences,
        passages=evidence.passages,
        masker=context.masker,
        language=context.language,
        names=(settings.organisation,),
        customer_text=context.customer_text,
    )
    result = DraftResult(
        decision=output.decision,
        reason="" if output.decision == ANSWER else output.reason,
        question=context.masker.unmask(output.question),
        text=verified.text,
        confidence=output.confidence,
        locale=context.locale,
        citations=verified.citations,
        removed=verified.removed,
        retrieved=tuple(evidence.retrieved),
        build=build,
        model=provider_name(settings),
        usage={
            "requests": answer.usage.requests,
            "input_tokens": answer.usage.input_tokens,
            "output_tokens": answer.usage.output_tokens,
            "cost": (
                answer.usage.input_tokens * settings.model_price_input
                + answer.usage.output_tokens * settings.model_price_output
            )
            / 1e6,
        },
        stages={
            "search": evidence.milliseconds,
            "model": (ran - started) * 1000 - evidence.milliseconds,
            "verify": (time.perf_counter() - ran) * 1000,
        },
    )
    if output.decision != ANSWER:
        return result
    if verified.supported == 0:
        return replace(
            result,
            decision=ABSTAIN,
            reason="missing_knowledge",
            question=result.question or "What is the right answer here, and where is it written down?",
            text="",
            citations=(),
            confidence=0.0,
        )
    # a reply that lost sentences may have lost its point with them
    return replace(result, confidence=output.confidence * verified.supported / verified.factual)


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
            retrieved=[
                {"passage_id": each.hit.passage_id, "score": round(each.hit.score, 4), "query": each.query}
                for each in result.retrieved
            ],
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


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What ``work`` returned, and the milliseconds it took."""
    started = time.perf_counter()
    value = work()
    return value, (time.perf_counter() - started) * 1000


def _read_build(equipment: Equipment) -> Build:
    with equipment.database.reading() as session:
        return current_build(session=session, settings=equipment.settings)


def _search(query: str, *, equipment: Equipment, context: Context) -> list[Hit]:
    find = bound(
        search, query, locale=context.locale, limit=PASSAGES_A_SEARCH, per_article=PASSAGES_AN_ARTICLE
    )
    with equipment.database.reading() as session:
        try:
            return find(session=session, embedder=equipment.embedder)
        except ProviderError as error:
            log.warning("searching by words only: %s", error)
            return find(session=session, embedder=None)
