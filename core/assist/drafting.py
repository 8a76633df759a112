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
from core.assist.agent import run_agent
from core.assist.context import Context
from core.assist.equipment import Equipment
from core.assist.finding import describe_searches, find_passages
from core.assist.finishing import finish
from core.assist.footing import MOST_ATTEMPTS, MOVED, read_footing, settle
from core.assist.grounding.evidence import Evidence
from core.assist.guardrails import Finding
from core.assist.holding import why_held, withheld
from core.assist.partial import PartialReply
from core.assist.result import DraftResult, PausedRun
from core.assist.tables import Build
from core.classifiers import HeldBack
from core.errors import Conflict
from core.knowledge import Hit
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
    acts = draft_id is not None or rehearsal is not None
    catalogue = await asyncio.to_thread(equipment.actions) if acts else None
    for _ in range(MOST_ATTEMPTS):
        footing = await asyncio.to_thread(read_footing, equipment, catalogue)
        in_articles: list[Finding] = []
        evidence = _evidence(context, footing.equipment, in_articles)
        written = await _attempt(
            context,
            footing.build,
            evidence=evidence,
            in_articles=in_articles,
            equipment=footing.equipment,
            catalogue=catalogue,
            partial=partial,
            draft_id=draft_id,
            paused=paused,
            trace=trace,
            rehearsal=rehearsal,
        )
        written = replace(written, searches=describe_searches(evidence.finds, context))
        settled = await asyncio.to_thread(
            settle,
            footing,
            evidence.finds,
            search=bound(_search, equipment=equipment, context=context, findings=[]),
            equipment=equipment,
            catalogue=catalogue,
        )
        if settled is not None:
            return replace(written, build=settled.build)
        if paused is not None or isinstance(written, PausedRun):
            return written  # people decide, or have decided, on what it proposed: it is not written again
        log.info("what a draft rests on was changed while it was written: it is written again")
    raise Conflict(MOVED)


async def _attempt(
    context: Context,
    build: Build,
    *,
    evidence: Evidence,
    in_articles: list[Finding],
    equipment: Equipment,
    catalogue: Catalogue | None,
    partial: PartialReply | None,
    draft_id: int | None,
    paused: Paused | None,
    trace: RunTrace | None,
    rehearsal: Rehearsal | None,
) -> DraftResult | PausedRun:
    """Write it once, as :func:`draft` says. Searches are entered in ``evidence`` and ``in_articles``."""
    settings = equipment.settings
    if trace is not None:
        trace.describe(build_id=build.id, model=provider_name(settings))
    if context.findings:
        with step("guardrail", "customer's messages") as seen:
            seen.note(found=[each.guardrail for each in context.findings])
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


def _evidence(context: Context, equipment: Equipment, in_articles: list[Finding]) -> Evidence:
    """The ledger of a run that begins: what people have stated, and nothing found yet."""
    evidence = Evidence(
        bound(_search, equipment=equipment, context=context, findings=in_articles), context.masker
    )
    for source in context.background.sources():
        evidence.state(source)
    return evidence


def _search(query: str, *, equipment: Equipment, context: Context, findings: list[Finding]) -> list[Hit]:
    """See :func:`core.assist.finding.find_passages`."""
    return find_passages(
        query,
        locale=context.locale,
        language=context.language,
        database=equipment.database,
        embedder=equipment.embedder,
        findings=findings,
    )
