"""The one straight way to a draft: context, agent run, then a finished draft or one that waits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial as bound
from typing import Any

from agents import Usage

from core.actions import Catalogue
from core.assist.acting import OTHER_BUILD, OTHER_CASE, Desk, Paused, digest_of, fingerprint
from core.assist.agent import PASSAGES_A_SEARCH, PASSAGES_AN_ARTICLE, run_agent
from core.assist.build import current_build
from core.assist.context import Context
from core.assist.equipment import Equipment
from core.assist.finishing import finish
from core.assist.grounding.evidence import Evidence
from core.assist.grounding.wording import language_of
from core.assist.guardrails import Finding, check_source
from core.assist.holding import why_held, withheld
from core.assist.partial import PartialReply
from core.assist.result import DraftResult, PausedRun
from core.assist.tables import Build
from core.classifiers import HeldBack
from core.errors import Conflict, ProviderError
from core.knowledge import Hit, search
from core.llm import provider_name
from core.settings import Settings
from core.traces import RunTrace, step

log = logging.getLogger(__name__)

DEADLINE_CALLS = 4
"""A run may take this many times what one model call may."""


@dataclass(frozen=True)
class Rehearsal:
    """What takes the place of everything that has an effect or reads what is stored.

    Attributes:
        desk: makes the desk of the run.
        held: the classifier because of which nothing may be drafted; may block.
    """

    desk: Callable[[Evidence, Catalogue], Desk]
    held: Callable[[], HeldBack | None]


async def draft(
    context: Context,
    *,
    equipment: Equipment,
    partial: PartialReply | None = None,
    draft_id: int | None = None,
    paused: Paused | None = None,
    trace: RunTrace | None = None,
    rehearsal: Rehearsal | None = None,
) -> DraftResult | PausedRun:
    """Write a draft and verify it. Stores nothing but what the agent proposes to do.

    Args:
        partial: is fed with the reply as it streams.
        draft_id: the stored draft, which makes proposals possible; None: the agent can only search.
        paused: go on from there. Its proposals are decided and over.
        trace: the recording this draft is part of.
        rehearsal: nobody will send this draft. It may take as long as its calls may.

    Returns:
        The draft, or the run as it waits for people to decide on what it proposed.

    Raises:
        Conflict: ``paused`` cannot go on, because the case or the build is another one.
        Exception: the model or the search failed; see :func:`core.assist.failures.explain`.
    """
    settings = equipment.settings
    acts = draft_id is not None or rehearsal is not None
    catalogue = await asyncio.to_thread(equipment.actions) if acts else None
    build = await asyncio.to_thread(_read_build, equipment, catalogue)
    if trace is not None:
        trace.describe(build_id=build.id, model=provider_name(settings))
    if context.findings:
        with step("guardrail", "customer's messages") as seen:
            seen.note(found=[each.guardrail for each in context.findings])
    in_articles: list[Finding] = []
    evidence = Evidence(
        bound(_search, equipment=equipment, context=context, findings=in_articles), context.masker
    )
    for source in context.background.sources():
        evidence.state(source)
    if rehearsal is not None and catalogue is not None and catalogue.actions():
        desk: Desk | None = rehearsal.desk(evidence, catalogue)
    else:
        desk = _desk(context, draft_id, evidence=evidence, equipment=equipment, catalogue=catalogue)
    stamp = fingerprint(catalogue, settings, instructions=equipment.instructions)
    if paused is not None:
        _take_up(paused, context=context, evidence=evidence, desk=desk, stamp=stamp)
    ask = rehearsal.held if rehearsal is not None else bound(why_held, context, equipment=equipment)
    held, asking = await asyncio.to_thread(timed, ask)
    if held is not None:
        nothing = withheld(
            held,
            context=context,
            steps=tuple(desk.steps) if desk is not None else (),
            findings=context.findings,
            build=build,
            equipment=equipment,
            milliseconds=asking,
        )
        return replace(nothing, trace_id=trace.id if trace is not None else "")
    started = time.perf_counter()
    deadline = settings.model_timeout_seconds * DEADLINE_CALLS
    # nobody waits for a rehearsal, and its calls wait for each other
    async with asyncio.timeout(deadline if rehearsal is None else None):
        answer = await run_agent(
            context,
            evidence=evidence,
            provider=equipment.provider,
            settings=settings,
            desk=desk,
            resume=paused.state if paused is not None else None,
            partial=partial,
            trace=trace,
            instructions=equipment.instructions,
        )
    ran = time.perf_counter()
    usage = _usage(answer.usage, settings)
    stages = {
        "classifiers": asking,
        "search": evidence.milliseconds,
        "model": (ran - started) * 1000 - evidence.milliseconds,
    }
    earlier = [Finding(**each) for each in paused.findings] if paused is not None else context.findings
    findings = list(dict.fromkeys([*earlier, *in_articles, *(desk.findings if desk is not None else ())]))
    if answer.state is not None and desk is not None:
        return PausedRun(
            paused=Paused(
                state=answer.state,
                fingerprint=stamp,
                items=digest_of(context.items),
                background=context.background.as_json(),
                passages=evidence.dump(),
                steps=list(desk.steps),
                calls=dict(desk.calls),
                refusals=dict(desk.refusals),
                findings=[asdict(finding) for finding in findings],
                trace_id=trace.id if trace is not None else "",
            ),
            locale=context.locale,
            retrieved=tuple(evidence.retrieved),
            build=build,
            model=provider_name(settings),
            usage=usage,
            stages=stages,
        )
    assert answer.output is not None  # noqa: S101 - a run that does not wait has an output
    result = await asyncio.to_thread(
        finish,
        answer.output,
        context=context,
        evidence=evidence,
        steps=tuple(desk.steps) if desk is not None else (),
        findings=findings,
        build=build,
        equipment=equipment,
        usage=usage,
        stages=stages,
    )
    return replace(result, trace_id=trace.id if trace is not None else "")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What ``work`` returned, and the milliseconds it took."""
    started = time.perf_counter()
    value = work()
    return value, (time.perf_counter() - started) * 1000


def _take_up(paused: Paused, *, context: Context, evidence: Evidence, desk: Desk | None, stamp: str) -> None:
    """Put the ledger and the desk back to where the run paused.

    Raises:
        Conflict: the case or the build is another one.
    """
    if desk is None or paused.fingerprint != stamp:
        raise Conflict(OTHER_BUILD)
    if paused.items != digest_of(context.items):
        raise Conflict(OTHER_CASE)
    evidence.restore(paused.passages)
    desk.restore(paused.steps, calls=paused.calls, refusals=paused.refusals)


def _desk(
    context: Context,
    draft_id: int | None,
    *,
    evidence: Evidence,
    equipment: Equipment,
    catalogue: Catalogue | None,
) -> Desk | None:
    if draft_id is None or context.conversation_id is None or catalogue is None or not catalogue.actions():
        return None
    return Desk(
        conversation_id=context.conversation_id,
        draft_id=draft_id,
        language=context.language,
        evidence=evidence,
        database=equipment.database,
        catalogue=catalogue,
    )


def _usage(usage: Usage, settings: Settings) -> dict[str, Any]:
    cost = usage.input_tokens * settings.model_price_input + usage.output_tokens * settings.model_price_output
    return {
        "requests": usage.requests,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": cost / 1e6,
    }


def _read_build(equipment: Equipment, catalogue: Catalogue | None) -> Build:
    with equipment.database.reading() as session:
        return current_build(
            session=session,
            settings=equipment.settings,
            actions=catalogue.digest if catalogue is not None else "",
            instructions=equipment.instructions,
        )


def _search(query: str, *, equipment: Equipment, context: Context, findings: list[Finding]) -> list[Hit]:
    """What the knowledge base gives, as a model may see it.

    Instructions are taken out and noted in ``findings``. Internal passages in another language than
    the reply are left out: translated into it, nothing would recognise them.
    """
    find = bound(
        search, query, locale=context.locale, limit=PASSAGES_A_SEARCH, per_article=PASSAGES_AN_ARTICLE
    )
    with equipment.database.reading() as session:
        try:
            hits = find(session=session, embedder=equipment.embedder)
        except ProviderError as error:
            log.warning("searching by words only: %s", error)
            hits = find(session=session, embedder=None)
    given: list[Hit] = []
    for hit in hits:
        if hit.audience != "public" and language_of(hit.locale) not in ("", context.language):
            continue
        cleaned = check_source(hit.text, origin="article", name=hit.title)
        findings += [each for each in cleaned.findings if each not in findings]
        given.append(replace(hit, text=cleaned.text) if cleaned.findings else hit)
    return given
