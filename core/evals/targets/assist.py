"""The whole way to a draft: context, knowledge, classifiers, agent, checks. No effect outside."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

from sqlmodel import Session, col, select

from core.actions import open_catalogue
from core.assist import (
    DraftResult,
    Equipment,
    PastCase,
    PastMessage,
    Replayed,
    as_provider_error,
    current_build,
    equip,
    replay,
    store_build,
)
from core.database import Database
from core.errors import InvalidInput, RatchetError
from core.evals.content import CaseContent
from core.evals.frozen.thawing import frozen_background, frozen_messages, frozen_steps
from core.evals.output import Output
from core.evals.targets.bill import PURPOSE, Bill, Ledger
from core.evals.targets.changing import changed_instructions, changed_settings
from core.evals.targets.registry import Asked, target
from core.knowledge import Article
from core.llm import Pace, model_provider

WAITING = "waiting"


@target("assist")
def open_assist(asked: Asked) -> AssistTarget:
    """See the module. Loads the embedder.

    Raises:
        InvalidInput: the changes are wrong.
        ConfigurationError: the settings do not name a usable model.
    """
    return open_assist_on(asked.database, asked)


def open_assist_on(knowledge: Database, asked: Asked) -> AssistTarget:
    """The same with what is live in ``knowledge``: what it costs, and its build, go to the asked database.

    Raises:
        InvalidInput: the changes are wrong.
        ConfigurationError: the settings do not name a usable model.
    """
    usual = equip(knowledge, asked.settings)
    with knowledge.reading() as session:
        usual = usual.in_force(session=session)
    settings = changed_settings(usual.settings, asked.changes)
    pace = Pace(
        start=asked.concurrency,
        most=asked.most_concurrency,
        requests_a_minute=asked.requests_a_minute,
        tokens_a_minute=asked.tokens_a_minute,
    )
    ledger = Ledger(asked.database)
    catalogue = open_catalogue(asked.database, settings)
    equipment = replace(
        usual,
        settings=settings,
        provider=model_provider(
            settings, sink=ledger.add, purpose=PURPOSE, embedder=usual.embedder, pace=pace
        ),
        catalogue=lambda: catalogue,
        instructions=changed_instructions(asked.changes) or usual.instructions,
        follows=False,
    )
    with knowledge.reading() as session:
        build = current_build(
            session=session,
            settings=settings,
            actions=catalogue.digest,
            instructions=equipment.instructions,
        )
    with asked.database.transaction() as session:
        store_build(build, session=session)
    # nothing is waited for offline: more at once than there are processors only wait for each other
    local = os.cpu_count() or 1 if settings.model_provider == "offline" else None
    return AssistTarget(build.id, equipment, pace=pace, ledger=ledger, room=local)


class AssistTarget:
    """See :class:`core.evals.targets.Target`. Open it with :func:`open_assist`."""

    def __init__(
        self, build_id: str, equipment: Equipment, *, pace: Pace, ledger: Ledger, room: int | None
    ) -> None:
        self.build_id = build_id
        self._equipment = equipment
        self._pace = pace
        self._ledger = ledger
        self._room = room
        self._articles: dict[int, str] = {}

    @property
    def room(self) -> int:
        """See :class:`Target`."""
        return self._room or self._pace.room

    async def answer(self, case: CaseContent, repeat: int) -> Output:  # noqa: ARG002 - each repeat is asked anew
        """See :class:`Target`."""
        past = past_case(case)
        started = time.perf_counter()
        with self._ledger.bill() as bill:
            try:
                replayed = await replay(past, equipment=self._equipment)
            except RatchetError:
                raise
            except Exception as error:
                known = as_provider_error(error)
                if known is None:
                    raise
                raise known from error
        milliseconds = (time.perf_counter() - started) * 1000 - bill.waited
        await self._know_articles(replayed)
        await self._ledger.store()
        return self._output(replayed, bill, milliseconds)

    async def aclose(self) -> None:
        """See :class:`Target`."""
        await self._equipment.provider.aclose()
        await self._ledger.store(at_least=1)

    def _output(self, replayed: Replayed, bill: Bill, milliseconds: float) -> Output:
        result = replayed.result
        known: dict[str, Any] = {
            "proposals": replayed.proposals,
            "retrieved": tuple(
                {
                    "passage_id": each.hit.passage_id,
                    "article": self._articles[each.hit.article_id],
                    "title": each.hit.title,
                    "score": round(each.hit.score, 4),
                    "query": each.query,
                }
                for each in result.retrieved
            ),
            "steps": tuple(step.as_json() for step in replayed.steps),
            "searches": result.searches,
            "locale": result.locale,
            "model": result.model,
            "build_id": result.build.id,
            "requests": bill.requests,
            "input_tokens": bill.input_tokens,
            "output_tokens": bill.output_tokens,
            "cost": bill.cost,
            "milliseconds": milliseconds,
            "stages": {name: round(value, 2) for name, value in result.stages.items()},
        }
        if not isinstance(result, DraftResult):
            return Output(decision=WAITING, findings=tuple(result.paused.findings), **known)
        return Output(
            text=result.text,
            decision=result.decision,
            reason=result.reason,
            question=result.question,
            citations=tuple(
                {
                    "start": each.start,
                    "end": each.end,
                    "passage_id": each.hit.passage_id,
                    "article_version_id": each.hit.article_version_id,
                    "article": self._articles[each.hit.article_id],
                    "title": each.hit.title,
                    "quote": each.quote,
                    "passage": each.hit.text,
                    "support": each.support,
                }
                for each in result.citations
            ),
            findings=tuple(asdict(each) for each in result.findings),
            confidence=result.confidence,
            **known,
        )

    async def _know_articles(self, replayed: Replayed) -> None:
        """Learn the full names of articles that were not seen before."""
        unknown = {each.hit.article_id for each in replayed.result.retrieved} - self._articles.keys()
        if unknown:
            self._articles |= await asyncio.to_thread(self._names, unknown)

    def _names(self, article_ids: Collection[int]) -> dict[int, str]:
        with self._equipment.database.reading() as session:
            return _article_names(article_ids, session=session)


def past_case(case: CaseContent) -> PastCase:
    """The input of a case as drafting takes it.

    Raises:
        InvalidInput: no customer says anything in it.
    """
    content = case.input
    messages = frozen_messages(content)
    if not any(each.author == "customer" and each.text.strip() for each in messages):
        raise InvalidInput("This case has no message of a customer to answer.")
    conversation = content.get("conversation") or {}
    return PastCase(
        messages=tuple(
            PastMessage(each.author, each.text, each.name, each.files, each.id, each.created_at)
            for each in messages
        ),
        customer=content.get("customer") or {},
        subject=conversation.get("subject") or "",
        channel=conversation.get("channel") or case.channel,
        locale=conversation.get("locale") or content.get("locale") or "",
        note=content.get("note") or "",
        steps=frozen_steps(content),
        background=frozen_background(content),
        conversation_id=conversation.get("id") or 0,
    )


def _article_names(article_ids: Collection[int], *, session: Session) -> dict[int, str]:
    found = select(Article.id, Article.source, Article.external_id).where(col(Article.id).in_(article_ids))
    return {row[0]: f"{row[1]}/{row[2]}" for row in session.execute(found)}
