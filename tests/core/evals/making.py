"""A conversation with a draft and a reply, and the knowledge they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Build, Citation, Draft, knowledge_digest
from core.conversations import (
    DraftUsed,
    Message,
    MessageRecord,
    SentReply,
    add_customer_message,
    get_conversation,
    open_composer,
    send_reply,
)
from core.criteria import ensure_criteria
from core.database import Database, now
from core.identity import SYSTEM, Actor
from core.knowledge import ArticleRecord, Passage, import_articles
from tests.core.conversations.make import load, record, stored_id

TEXT = "Hello Ada 👋🏽, as I already told you, refunds take 3 days. Bye 🙂"
REFUNDS = ArticleRecord("refunds", "Refunds", "A refund takes 5 to 10 business days.", locale="en")
INVOICES = ArticleRecord("invoices", "Invoices", "Your invoices are under Billing.", locale="en")
GOODWILL = ArticleRecord("goodwill", "Goodwill", "We may grant 20 EUR.", "internal", "en")


def bring_articles(database: Database, *records: ArticleRecord) -> None:
    import_articles(records or (REFUNDS, INVOICES, GOODWILL), database=database, source="test")


def open_case(database: Database, external_id: str = "c1", *, messages: Sequence[MessageRecord] = ()) -> int:
    """A conversation in which the customer asked something, and the shipped criteria."""
    load(database, [record(external_id, *messages)])
    with database.transaction() as session:
        ensure_criteria(session=session)
    return stored_id(database, external_id)


def write_draft(database: Database, conversation_id: int, *, text: str = TEXT, **rest: Any) -> Draft:
    """A finished draft, as the runner stores it: with a build that names the knowledge of the moment."""
    with database.transaction() as session:
        digest = knowledge_digest(session=session)
        build = session.get(Build, digest[:16]) or Build(id=digest[:16], contents={"knowledge": digest})
        session.add(build)
        basis = get_conversation(SYSTEM, conversation_id, session=session).conversation
        values: dict[str, Any] = {
            "state": "ready",
            "decision": "answer",
            "locale": "en",
            "text": text,
            "build_id": build.id,
            "finished_at": now(),
        }
        draft = Draft(
            conversation_id=conversation_id,
            basis_message_id=basis.last_customer_message_id,
            **(values | rest),
        )
        session.add(draft)
        session.flush()
        return draft


def cite(draft: Draft, external_title: str, *, session: Session, position: int = 0) -> None:
    """Let the draft rest on the live passage of an article."""
    passage = session.exec(
        select(Passage).where(col(Passage.heading_path) == external_title, col(Passage.live))
    ).one()
    session.add(
        Citation(
            draft_id=draft.key,
            position=position,
            start=0,
            end=len(draft.text),
            passage_id=passage.key,
            article_version_id=passage.article_version_id,
            quote=passage.text[:20],
            support=1.0,
        )
    )


def reply(
    database: Database, actor: Actor, conversation_id: int, text: str = TEXT, *, draft: Draft | None = None
) -> SentReply:
    """What ``actor`` sends, started from ``draft``."""
    with database.transaction() as session:
        composer = open_composer(actor, conversation_id, session=session)
        return send_reply(
            actor,
            conversation_id,
            session=session,
            text=text,
            token=composer.token,
            seen_message_id=get_conversation(actor, conversation_id, session=session).last_message_id or 0,
            draft=DraftUsed(draft.key, draft.text, [], draft.build_id) if draft is not None else None,
        )


def customer_says(database: Database, conversation_id: int, text: str) -> Message:
    with database.transaction() as session:
        return add_customer_message(
            conversation_id, session=session, text=text, created_at=now() + timedelta(seconds=1)
        )
