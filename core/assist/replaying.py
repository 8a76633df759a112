"""A draft for a conversation as it once was: the whole way there, and no effect outside."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial as bound
from typing import Any

from core.actions import Catalogue
from core.assist.acting import Background, ReplayDesk, Step
from core.assist.context import MOST_MESSAGES, Context, CustomerFacts, Utterance, assemble
from core.assist.drafting import Rehearsal, draft, timed
from core.assist.equipment import Equipment
from core.assist.grounding.evidence import Evidence
from core.assist.holding import why_rehearsal_held
from core.assist.result import DraftResult, PausedRun
from core.classifiers import Subject

MOST_UNANSWERED = 20
"""Messages of a customer that classifiers are asked about one by one."""
MOST_CHARACTERS = 8_000
"""Of what a customer says in a whole conversation, as classifiers read it."""


@dataclass(frozen=True, slots=True)
class PastMessage:
    """One utterance. ``author``: customer, rep, assistant or system; ``files``: names of attachments."""

    author: str
    text: str
    name: str = ""
    files: tuple[str, ...] = ()
    id: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastCase:
    """A conversation as it was when somebody answered it.

    Attributes:
        messages: oldest first.
        customer: name, email, phone, external_id, locale and facts, as far as they are known.
        locale: of the conversation, used where the customer's own words do not tell.
        note: what the rep asked for.
        steps: what the tools gave then.
        background: earlier actions, and what the rep had answered.
        conversation_id: where it is still stored; 0 where it never was.
    """

    messages: tuple[PastMessage, ...]
    customer: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""
    channel: str = ""
    locale: str = ""
    note: str = ""
    steps: tuple[Step, ...] = ()
    background: Background = field(default_factory=Background)
    conversation_id: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """The draft, or the run as it waits for people; what was looked up, and what was proposed on the way."""

    result: DraftResult | PausedRun
    steps: tuple[Step, ...]
    proposals: tuple[Mapping[str, Any], ...]


async def replay(case: PastCase, *, equipment: Equipment) -> Replayed:
    """Draft a reply to a case with the knowledge, classifiers and model of now. Stores nothing.

    Look-ups give what they gave then, proposals report what became of them then, and where
    nobody decided about one the run ends there.

    Raises:
        Exception: the model or the search failed; see :func:`core.assist.failures.explain`.
    """
    context, reading = await asyncio.to_thread(
        timed, bound(past_context, case, organisation=equipment.settings.organisation)
    )
    desks: list[ReplayDesk] = []

    def open_desk(evidence: Evidence, catalogue: Catalogue) -> ReplayDesk:
        desk = ReplayDesk(
            conversation_id=0,
            draft_id=0,
            language=context.language,
            evidence=evidence,
            database=equipment.database,
            catalogue=catalogue,
            frozen=case.steps,
        )
        desks.append(desk)
        return desk

    held = bound(
        why_rehearsal_held,
        context,
        messages=_unanswered(case),
        conversation=_whole(case),
        equipment=equipment,
    )
    result = await draft(context, equipment=equipment, rehearsal=Rehearsal(open_desk, held))
    result = replace(result, stages={"context": reading, **result.stages})
    desk = desks[0] if desks else None
    return Replayed(
        result,
        tuple(desk.steps) if desk is not None else (),
        tuple(desk.proposals) if desk is not None else (),
    )


def past_context(case: PastCase, *, organisation: str) -> Context:
    """What the agent may see of it: the same as of the stored conversation at that moment."""
    spoken = [each for each in case.messages if each.author != "system"]
    newest = spoken[-MOST_MESSAGES:]
    first = next((each for each in spoken if each.author == "customer"), None)
    if first is not None and not any(each is first for each in newest):
        newest = [first, *newest]
    customer = case.customer
    return assemble(
        [
            Utterance("customer" if each.author == "customer" else "rep", each.text, each.name)
            for each in newest
        ],
        customer=CustomerFacts(
            name=str(customer.get("name") or ""),
            email=str(customer.get("email") or ""),
            phone=str(customer.get("phone") or ""),
            external_id=str(customer.get("external_id") or ""),
            facts=dict(customer.get("facts") or {}),
        ),
        subject=case.subject,
        note=case.note,
        organisation=organisation,
        fallback_locale=case.locale or str(customer.get("locale") or "") or "en",
        background=case.background,
        file_names=[name for each in newest if each.author == "customer" for name in each.files],
    )


def _utterance(message: PastMessage) -> Utterance:
    return Utterance("customer" if message.author == "customer" else "rep", message.text, message.name)


def _unanswered(case: PastCase) -> list[Subject]:
    """The customer's messages since we last said something, newest first; the last one if we did."""
    theirs: list[Subject] = []
    ours_since = False
    for place, each in reversed(list(enumerate(case.messages))):
        if each.author in ("rep", "assistant"):
            ours_since = True
        elif each.author == "customer" and (not ours_since or not theirs):
            theirs.append(_subject(case, each.text, "message", each.id or place + 1, each.at))
        if len(theirs) == MOST_UNANSWERED or (ours_since and theirs):
            break
    return theirs


def _whole(case: PastCase) -> Subject:
    said = "\n".join(each.text for each in case.messages if each.author == "customer")
    began = case.messages[0].at if case.messages else None
    return _subject(case, said[:MOST_CHARACTERS], "conversation", case.conversation_id, began)


def _subject(case: PastCase, text: str, subject_type: str, subject_id: int, at: datetime | None) -> Subject:
    return Subject(
        text=text,
        subject_type=subject_type,
        subject_id=subject_id,
        conversation_id=case.conversation_id,
        channel=case.channel,
        locale=case.locale or str(case.customer.get("locale") or ""),
        facts=dict(case.customer.get("facts") or {}),
        occurred_at=at,
    )
