"""Thaw a case: the same texts as when it was frozen, whatever happened to conversation and articles since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Background, Step
from core.database import now
from core.errors import NotFound
from core.evals.tables import EvalCase, KnowledgeSnapshot
from core.knowledge import Passage

_VERSIONS_A_QUERY = 5_000


@dataclass(frozen=True, slots=True)
class FrozenMessage:
    """One utterance as it was. ``files``: names of what came attached."""

    id: int
    author: str
    name: str
    text: str
    created_at: datetime
    folded: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThawedCase:
    """The input of a replay.

    Attributes:
        messages: oldest first.
        customer: name, email, phone, external_id, facts and more, as they were frozen.
        steps: what the tools of the judged run gave; empty where a person wrote without a draft.
        background: earlier actions of the conversation, and what the rep had answered.
        note: what the rep asked for when regenerating.
        knowledge: how the versions are known: exact, reconstructed or earliest.
        version_ids: of the articles that were live.
    """

    case: EvalCase
    conversation: dict[str, Any]
    customer: dict[str, Any]
    messages: tuple[FrozenMessage, ...]
    basis_message_id: int | None
    steps: tuple[Step, ...]
    background: Background
    note: str
    locale: str
    knowledge: str
    version_ids: tuple[int, ...]


def thaw(case_id: int, *, session: Session) -> ThawedCase:
    """Read a case back. Checks no permission.

    Raises:
        NotFound: there is no such case.
    """
    case = session.get(EvalCase, case_id)
    if case is None:
        raise NotFound(f"There is no eval case {case_id}.")
    content = case.input
    snapshot = session.get_one(KnowledgeSnapshot, case.snapshot_id)
    return ThawedCase(
        case=case,
        conversation=content["conversation"],
        customer=content["customer"],
        messages=frozen_messages(content),
        basis_message_id=content["basis_message_id"],
        steps=frozen_steps(content),
        background=frozen_background(content),
        note=content["note"],
        locale=content["locale"],
        knowledge=content["knowledge"],
        version_ids=tuple(snapshot.version_ids),
    )


def frozen_messages(content: Mapping[str, Any]) -> tuple[FrozenMessage, ...]:
    """The messages of a case's input, oldest first. Cases from elsewhere say less about theirs."""
    moment = content.get("moment") or now().isoformat()
    return tuple(
        FrozenMessage(
            each.get("id") or 0,
            each["author"],
            each.get("name") or "",
            each["text"],
            datetime.fromisoformat(each.get("created_at") or moment),
            each.get("folded") or "",
            tuple(each.get("files") or ()),
        )
        for each in content.get("messages", ())
    )


def frozen_steps(content: Mapping[str, Any]) -> tuple[Step, ...]:
    """What the tools gave in the judged run."""
    return tuple(Step.from_json(step) for step in content.get("steps") or ())


def frozen_background(content: Mapping[str, Any]) -> Background:
    """Earlier actions, and what the rep had answered."""
    answers = content.get("answers") or ()
    return Background.from_json(
        {
            "steps": content.get("earlier_steps") or (),
            "answers": [[each["label"], each["question"], each["text"]] for each in answers],
        }
    )


def frozen_passages(thawed: ThawedCase, *, session: Session) -> Iterator[Passage]:
    """The passages that could be found then, in reading order of each version, live today or not."""
    for start in range(0, len(thawed.version_ids), _VERSIONS_A_QUERY):
        some = thawed.version_ids[start : start + _VERSIONS_A_QUERY]
        yield from session.exec(
            select(Passage)
            .where(col(Passage.article_version_id).in_(some))
            .order_by(col(Passage.article_version_id), col(Passage.position))
        )
