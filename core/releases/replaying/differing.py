"""What would be answered and found differently, with the texts a reader may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.conversations.tables import Conversation, Customer, Message
from core.database import now
from core.differences import word_diff
from core.evals import CaseContent, Output, held_out_among
from core.evals.tables import EvalCaseVersion, EvalResult
from core.identity import Actor, Permission
from core.releases.replaying.states import AFTER, BEFORE
from core.releases.tables import Replay, ReplayAnswer

MOST_SHOWN = 50
MOST_MESSAGES = 3
"""Of what a customer said, "Any news?" alone says little."""


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """An answer that would be another one. Of a case or of a conversation, the other id is None.

    ``title``: the name of the case, or the subject or customer of the conversation; ``question``: what the
    customer said last; ``difference``: word diff of the texts.
    """

    conversation_id: int | None
    case_id: int | None
    title: str
    question: str
    before: Output
    after: Output
    difference: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class PassageRef:
    """Where a passage stands. ``article_id``: None where the article is not there yet."""

    title: str
    heading: str
    article_id: int | None


@dataclass(frozen=True, slots=True)
class RetrievalChange:
    """A search that would find other passages: some ``gone``, some that ``came``, some with another text."""

    name: str
    query: str
    case_id: int | None
    conversation_id: int | None
    gone: tuple[PassageRef, ...]
    came: tuple[PassageRef, ...]
    changed_text: tuple[PassageRef, ...]


def changed_answers(actor: Actor, replay: Replay, *, session: Session) -> tuple[ChangedAnswer, ...]:
    """Conversations first, then cases; without what the actor may not read."""
    changed = replay.report.get("changed") or []
    found: list[ChangedAnswer] = []
    if actor.can(Permission.CONVERSATIONS_READ):
        ids = [each["conversation_id"] for each in changed if "conversation_id" in each]
        found += _of_conversations(replay, ids[:MOST_SHOWN], session=session)
    if actor.can(Permission.EVALS_READ):
        refs = [each for each in changed if "version_id" in each][: MOST_SHOWN - len(found)]
        found += _of_cases(actor, refs, session=session)
    return tuple(found)


def retrieval_changes(actor: Actor, replay: Replay, *, session: Session) -> tuple[RetrievalChange, ...]:
    """Of cases and conversations the actor may read."""
    rows = [
        each
        for each in replay.report.get("retrieval") or []
        if actor.can(Permission.CONVERSATIONS_READ if "conversation_id" in each else Permission.EVALS_READ)
    ]
    hidden = _hidden(actor, {each["case_id"] for each in rows if each.get("case_id")}, session=session)
    rows = [each for each in rows if each.get("case_id") not in hidden][:MOST_SHOWN]
    cases = _versions([each["version_id"] for each in rows if "version_id" in each], session=session)
    titles = _titles([each["conversation_id"] for each in rows if "conversation_id" in each], session=session)
    return tuple(
        RetrievalChange(
            name=cases[each["version_id"]].name
            if "version_id" in each
            else titles.get(each["conversation_id"], ""),
            query=str(each["query"]),
            case_id=each.get("case_id"),
            conversation_id=each.get("conversation_id"),
            gone=_refs(each["gone"]),
            came=_refs(each["came"]),
            changed_text=_refs(each["changed_text"]),
        )
        for each in rows
    )


def _of_conversations(replay: Replay, ids: Collection[int], *, session: Session) -> list[ChangedAnswer]:
    sides: dict[int, dict[str, Output]] = {}
    for each in session.exec(
        select(ReplayAnswer).where(
            ReplayAnswer.replay_id == replay.key, col(ReplayAnswer.conversation_id).in_(ids)
        )
    ):
        sides.setdefault(each.conversation_id, {})[each.side] = Output.from_json(each.output)
    titles, questions = _titles(ids, session=session), _questions(replay, ids, session=session)
    return [
        _answer(key, None, titles.get(key, ""), questions.get(key, ""), sides[key][BEFORE], sides[key][AFTER])
        for key in ids
        if len(sides.get(key, ())) == 2
    ]


def _of_cases(actor: Actor, refs: Collection[Mapping[str, int]], *, session: Session) -> list[ChangedAnswer]:
    cases = _versions([each["version_id"] for each in refs], session=session)
    hidden = _hidden(actor, {each.case_id for each in cases.values()}, session=session)
    wanted = [result_id for each in refs for result_id in (each["before"], each["after"])]
    outputs = {
        row[0]: Output.from_json(row[1])
        for row in session.execute(
            select(col(EvalResult.id), col(EvalResult.output)).where(col(EvalResult.id).in_(wanted))
        )
    }
    return [
        _answer(None, case.case_id, case.name, case.question, outputs[each["before"]], outputs[each["after"]])
        for each in refs
        if (case := cases.get(each["version_id"])) is not None
        and case.case_id not in hidden
        and each["before"] in outputs
        and each["after"] in outputs
    ]


def _answer(
    conversation_id: int | None, case_id: int | None, title: str, question: str, before: Output, after: Output
) -> ChangedAnswer:
    return ChangedAnswer(
        conversation_id, case_id, title, question, before, after, tuple(word_diff(before.text, after.text))
    )


def _hidden(actor: Actor, case_ids: Collection[int], *, session: Session) -> set[int]:
    if actor.can(Permission.EVALS_HELD_OUT):
        return set()
    return held_out_among(case_ids, session=session)


def _versions(version_ids: Collection[int], *, session: Session) -> dict[int, CaseContent]:
    found = session.exec(select(EvalCaseVersion).where(col(EvalCaseVersion.id).in_(version_ids)))
    return {each.key: CaseContent.of_version(each) for each in found}


def _titles(conversation_ids: Collection[int], *, session: Session) -> dict[int, str]:
    rows = session.execute(
        select(col(Conversation.id), col(Conversation.subject), col(Customer.name))
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .where(col(Conversation.id).in_(conversation_ids))
    )
    return {row[0]: row[1] or row[2] for row in rows}


def _questions(replay: Replay, conversation_ids: Collection[int], *, session: Session) -> dict[int, str]:
    """What the customers had said last when they were answered here, a few messages each."""
    place = func.row_number().over(
        partition_by=col(Message.conversation_id), order_by=col(Message.position).desc()
    )
    said = (
        select(col(Message.conversation_id), col(Message.text), col(Message.position), place.label("place"))
        .where(
            col(Message.conversation_id).in_(conversation_ids),
            Message.author == "customer",
            col(Message.recalled_at).is_(None),
            col(Message.created_at) <= (replay.finished_at or now()),
        )
        .subquery()
    )
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(said.c.conversation_id, said.c.text)
        .where(said.c.place <= MOST_MESSAGES)
        .order_by(said.c.position)
    )
    for conversation_id, text in rows:
        found.setdefault(conversation_id, []).append(text)
    return {key: "\n\n".join(texts) for key, texts in found.items()}


def _refs(stored: Collection[Mapping[str, Any]]) -> tuple[PassageRef, ...]:
    return tuple(PassageRef(each["title"], each["heading"], each["article_id"]) for each in stored)
