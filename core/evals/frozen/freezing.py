"""Freeze what a replay needs: the case as it was when a draft or a reply of ours was written.

Exact: the messages (texts are never edited; which ones were there follows from order, dates and
recalls), the tool results of the draft, the rep's note and answers. As of the freezing: facts about the
customer and the conversation, which have no history here. The knowledge: see
:mod:`core.evals.frozen.knowledge`. Earlier actions of the conversation are as their dates tell.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core.assist import Build, Citation, Draft, read_background
from core.conversations import Attachment, Conversation, Customer, Message
from core.evals.flagging.subjects import Subject
from core.evals.frozen.knowledge import RECONSTRUCTED, KnowledgeThen, knowledge_at, store_snapshot
from core.evals.tables import EvalCase
from core.evals.themes import theme_of
from core.knowledge import Passage

FORMAT = 1
_LONGEST_NAME = 120
_SAID = 2_000
_OF_CONVERSATION = (
    "id", "source", "external_id", "channel", "subject", "locale", "tags", "priority", "escalation_reason",
)  # fmt: skip
_OF_CUSTOMER = (
    "id", "source", "external_id", "name", "email", "phone", "locale", "time_zone", "facts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frozen:
    """``input`` as :class:`EvalCase` has it, what was live, and the draft whose run it was."""

    input: dict[str, Any]
    knowledge: KnowledgeThen
    draft: Draft | None


def freeze(subject: Subject, *, session: Session) -> Frozen:
    """Everything that was there when the subject was written.

    A reply sent from a draft freezes that draft's run, so that flags on both share a case; unless the
    customer had written again in between, because then it answers more than the draft did.
    """
    draft = subject.draft
    if subject.message is None:
        assert draft is not None  # noqa: S101 - a subject without a message is a draft
        return _of_draft(draft, session=session)
    before = _messages_before(subject.message, session=session)
    asked = next((each.key for each in reversed(before) if each.author == "customer"), None)
    if draft is not None and draft.basis_message_id == asked:
        return _of_draft(draft, session=session)
    moment = subject.message.created_at
    return _frozen(
        subject.conversation_id, before, moment, None, knowledge_at(moment, session=session), session=session
    )


def freeze_conversation(conversation_id: int, *, session: Session) -> dict[str, Any] | None:
    """The input as it was when the customer wrote last; None where a customer never did.

    What the newest draft for that message looked up, and was told, is in it. The knowledge of then is not
    looked up: this is asked with another one.
    """
    asked = session.exec(
        select(Message)
        .where(
            col(Message.conversation_id) == conversation_id,
            col(Message.author) == "customer",
            col(Message.recalled_at).is_(None),
        )
        .order_by(col(Message.position).desc())
        .limit(1)
    ).one_or_none()
    if asked is None or not asked.text.strip():
        return None
    draft = session.exec(
        select(Draft)
        .where(col(Draft.conversation_id) == conversation_id, col(Draft.basis_message_id) == asked.key)
        .order_by(col(Draft.id).desc())
        .limit(1)
    ).one_or_none()
    messages = session.exec(
        select(Message)
        .where(
            col(Message.conversation_id) == conversation_id,
            col(Message.position) <= asked.position,
            col(Message.recalled_at).is_(None),
        )
        .order_by(col(Message.position))
    ).all()
    moment = draft.created_at if draft is not None else asked.created_at
    nothing = KnowledgeThen((), RECONSTRUCTED)
    return _frozen(conversation_id, messages, moment, draft, nothing, session=session).input


def find_case(subject: Subject, frozen: Frozen, *, session: Session) -> EvalCase | None:
    """The case that is about the same draft, or has the same input and knowledge."""
    if frozen.draft is not None:
        same_draft = select(EvalCase).where(
            col(EvalCase.conversation_id) == subject.conversation_id,
            col(EvalCase.draft_id) == frozen.draft.key,
        )
        known = session.exec(same_draft.order_by(col(EvalCase.id)).limit(1)).first()
        if known is not None:
            return known
    snapshot_id = store_snapshot(frozen.knowledge.version_ids, session=session)
    return session.exec(
        select(EvalCase).where(col(EvalCase.digest) == digest_of(frozen.input, snapshot_id))
    ).one_or_none()


def store_case(
    subject: Subject,
    frozen: Frozen,
    *,
    session: Session,
    created_by_id: int | None,
    source: str = "flag",
    polarity: str = "",
    provenance: Mapping[str, Any] | None = None,
    theme: str | None = None,
) -> EvalCase:
    """Store a candidate case with its snapshot.

    Args:
        provenance: what it is made of, by kind and id.
        theme: None: what the conversation is about, see :mod:`core.evals.themes`.
    """
    snapshot_id = store_snapshot(frozen.knowledge.version_ids, session=session)
    case = EvalCase(
        name=_name(frozen.input),
        source=source,
        said=said_in(frozen.input),
        input=frozen.input,
        snapshot_id=snapshot_id,
        digest=digest_of(frozen.input, snapshot_id),
        conversation_id=subject.conversation_id,
        draft_id=frozen.draft.key if frozen.draft is not None else None,
        build_id=subject.build_id,
        theme=theme_of(subject.conversation_id, session=session) if theme is None else theme,
        channel=frozen.input["conversation"]["channel"],
        locale=frozen.input["locale"],
        polarity=polarity,
        provenance=dict(provenance or {}),
        created_by_id=created_by_id,
    )
    session.add(case)
    session.flush()
    return case


def said_in(content: Mapping[str, Any]) -> str:
    """What the customer says in an input, the end of it: what :attr:`EvalCase.said` keeps."""
    return "\n".join(each["text"] for each in content["messages"] if each["author"] == "customer")[-_SAID:]


def _of_draft(draft: Draft, *, session: Session) -> Frozen:
    build = session.get(Build, draft.build_id) if draft.build_id else None
    knowledge = knowledge_at(
        draft.created_at,
        session=session,
        until=draft.finished_at,
        digest=str(build.contents.get("knowledge", "")) if build is not None else "",
        seen=_versions_seen(draft, session=session),
    )
    messages = _messages_of_draft(draft, session=session)
    return _frozen(draft.conversation_id, messages, draft.created_at, draft, knowledge, session=session)


def _frozen(
    conversation_id: int,
    messages: Sequence[Message],
    moment: datetime,
    draft: Draft | None,
    knowledge: KnowledgeThen,
    *,
    session: Session,
) -> Frozen:
    conversation = session.get_one(Conversation, conversation_id)
    customer = session.get_one(Customer, conversation.customer_id)
    locale = (draft.locale if draft is not None else "") or conversation.locale or customer.locale
    asked = next((each.key for each in reversed(messages) if each.author == "customer"), None)
    background = read_background(
        conversation_id,
        session=session,
        language=locale[:2] or "en",
        basis_message_id=draft.basis_message_id if draft is not None else asked,
        draft_id=draft.key if draft is not None else None,
        as_of=moment,
    )
    files = _files(messages, session=session)
    content: dict[str, Any] = {
        "format": FORMAT,
        "moment": moment.isoformat(),
        "conversation": _facts(conversation, *_OF_CONVERSATION),
        "customer": _facts(customer, *_OF_CUSTOMER),
        "messages": [
            {
                **_facts(each, "id", "author", "name", "text", "folded"),
                "created_at": each.created_at.isoformat(),
                "files": files.get(each.key, []),
            }
            for each in messages
        ],
        "basis_message_id": draft.basis_message_id if draft is not None else asked,
        "steps": draft.steps if draft is not None else [],
        "earlier_steps": [step.as_json() for step in background.steps],
        "answers": [
            {"label": each.label, "question": each.question, "text": each.text} for each in background.answers
        ],
        "note": draft.note if draft is not None else "",
        "locale": locale,
        "knowledge": knowledge.how,
    }
    return Frozen(json.loads(json.dumps(content, ensure_ascii=False, default=str)), knowledge, draft)


def _messages_of_draft(draft: Draft, *, session: Session) -> list[Message]:
    """What was there when the draft began: up to the message it answers, and what we had added by then."""
    if draft.message_id is not None:  # imported: written for the message that was sent instead of it
        sent = session.get(Message, draft.message_id)
        if sent is not None:
            return _messages_before(sent, session=session)
    basis = session.get(Message, draft.basis_message_id) if draft.basis_message_id is not None else None
    query = select(Message).where(
        col(Message.conversation_id) == draft.conversation_id,
        or_(col(Message.recalled_at).is_(None), col(Message.recalled_at) > draft.created_at),
    )
    by_then = (col(Message.created_at) <= draft.created_at) & (col(Message.author) != "customer")
    if basis is not None:
        by_then = (col(Message.position) <= basis.position) | by_then
    return list(session.exec(query.where(by_then).order_by(col(Message.position))))


def _messages_before(message: Message, *, session: Session) -> list[Message]:
    query = select(Message).where(
        col(Message.conversation_id) == message.conversation_id,
        col(Message.position) < message.position,
        or_(col(Message.recalled_at).is_(None), col(Message.recalled_at) > message.created_at),
    )
    return list(session.exec(query.order_by(col(Message.position))))


def _versions_seen(draft: Draft, *, session: Session) -> set[int]:
    cited = session.exec(select(Citation.article_version_id).where(col(Citation.draft_id) == draft.key)).all()
    retrieved = [entry["passage_id"] for entry in draft.retrieved]
    found = session.exec(select(Passage.article_version_id).where(col(Passage.id).in_(retrieved))).all()
    return {*cited, *found}


def _files(messages: Sequence[Message], *, session: Session) -> dict[int, list[str]]:
    """Names only: what the agent is told of attachments."""
    names: dict[int, list[str]] = defaultdict(list)
    found = session.execute(
        select(Attachment.message_id, Attachment.name)
        .where(col(Attachment.message_id).in_([each.key for each in messages]))
        .order_by(col(Attachment.id))
    )
    for message_id, name in found:
        names[message_id].append(name)
    return names


def _facts(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _name(content: dict[str, Any]) -> str:
    """The subject of the conversation, else how the customer began."""
    said = (each["text"] for each in content["messages"] if each["author"] == "customer")
    words = " ".join((content["conversation"]["subject"] or next(said, "") or "Without words").split())
    return words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 1].rstrip()}…"


def digest_of(content: dict[str, Any], snapshot_id: str) -> str:
    """What a case frozen from a conversation is known by."""
    canonical = json.dumps([content, snapshot_id], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
