"""What became of the past drafts: rows for drafts, citations, replies and the builds behind them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from core.assist import Build, Citation, Draft
from core.conversations import Conversation, Message, Reply, edit_ratio, word_diff
from core.sample.calendar import DAYS, KNOWLEDGE_FIX, shift
from core.sample.drafting import PastDraft
from core.sample.evidence import Evidence, Library
from core.sample.story import Story

MODEL = "offline"
_UNSUPPORTED = PastDraft(
    decision="abstain",
    reason="missing_knowledge",
    question="Is there an article about this in the customer's language?",
    confidence=0.3,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the sample conversations ended up: keys by external id, and message keys by place."""

    conversations: Mapping[str, int]
    messages: Mapping[tuple[str, int], int]

    @classmethod
    def read(cls, session: Session, *, source: str) -> Stored:
        conversations = dict(
            session.exec(
                select(Conversation.external_id, Conversation.id).where(col(Conversation.source) == source)
            ).all()
        )
        rows = session.exec(
            select(Conversation.external_id, Message.position, Message.id)
            .join(Message, col(Message.conversation_id) == col(Conversation.id))
            .where(col(Conversation.source) == source)
        ).all()
        messages = {(external_id, position): key for external_id, position, key in rows if key}
        return cls({name: key for name, key in conversations.items() if key}, messages)


@dataclass(slots=True)
class Written:
    """How many rows were written."""

    drafts: int = 0
    citations: int = 0
    replies: int = 0


def sample_builds(reference: datetime) -> tuple[Build, Build]:
    """The build before and the build after the knowledge was put right. They remember ``reference``."""
    fixed = KNOWLEDGE_FIX + shift(reference)
    before = {"knowledge": "before the DNS and backup articles were corrected"}
    after = {"knowledge": "with the corrected DNS and backup articles"}
    return (
        sample_build(before, at=reference - timedelta(days=DAYS + 1), reference=reference),
        sample_build(after, at=fixed, reference=reference),
    )


def stored_reference(session: Session) -> datetime | None:
    """The moment an earlier load took as now; None when there was none."""
    for build in session.exec(select(Build).order_by(col(Build.created_at))):
        if moment := build.contents.get("sample_reference"):
            return datetime.fromisoformat(moment)
    return None


def is_written(session: Session, builds: Sequence[Build]) -> bool:
    """Whether an earlier load got as far as the drafts."""
    wanted = [build.id for build in builds]
    return session.exec(select(Draft.id).where(col(Draft.build_id).in_(wanted)).limit(1)).first() is not None


def write_history(
    session: Session,
    stories: Sequence[Story],
    stored: Stored,
    *,
    library: Library,
    people: Mapping[str, int],
    builds: tuple[Build, Build],
) -> Written:
    """Store drafts with their citations, replies with their edits, and who wrote which message."""
    written = Written()
    authors = [
        {"message": stored.messages[story.record.external_id, place], "person": people[story.rep]}
        for story in stories
        for place, message in enumerate(story.record.messages)
        if message.author == "rep"
    ]
    for story in stories:
        draft, citations = _store_draft(session, story, stored, library, people, builds)
        written.drafts += draft is not None
        written.citations += len(citations)
        for place in story.reply_places:
            used = draft if place == story.draft_reply else None
            session.add(_reply(story, place, stored, people[story.rep], used, citations))
            written.replies += 1
    session.flush()
    if authors:
        session.connection().execute(
            update(Message.__table__)  # type: ignore[attr-defined]
            .where(Message.__table__.c.id == bindparam("message"))  # type: ignore[attr-defined]
            .values(person_id=bindparam("person")),
            authors,
        )
    _note_outcomes(session, stories, stored)
    return written


def sample_build(knowledge: dict[str, str], *, at: datetime, reference: datetime) -> Build:
    """A build of the sample with this knowledge. It remembers ``reference``."""
    contents: dict[str, Any] = {
        **knowledge,
        "model": {"provider": MODEL, "name": ""},
        "sample": True,
        "sample_reference": reference.isoformat(),
    }
    canonical = json.dumps(contents, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Build(id=hashlib.sha256(canonical.encode()).hexdigest()[:16], contents=contents, created_at=at)


def _store_draft(
    session: Session,
    story: Story,
    stored: Stored,
    library: Library,
    people: Mapping[str, int],
    builds: tuple[Build, Build],
) -> tuple[Draft | None, list[Citation]]:
    past = story.draft
    if past is None or story.draft_basis is None:
        return None, []
    external_id = story.record.external_id
    basis = story.record.messages[story.draft_basis]
    before, after = builds
    build = after if basis.created_at >= after.created_at else before
    found = _evidence(past, library, story.record.locale)
    if past.decision == "answer" and not found:  # nothing is answered without support
        past = _UNSUPPORTED
    asked = basis.created_at + timedelta(seconds=2)
    done = asked + timedelta(milliseconds=180 + 37 * (len(past.text) % 11))
    sent = None if story.draft_reply is None else story.record.messages[story.draft_reply].created_at
    draft = Draft(
        conversation_id=stored.conversations[external_id],
        basis_message_id=stored.messages[external_id, story.draft_basis],
        state="ready",
        decision=past.decision,
        reason=past.reason,
        question=past.question,
        text=past.text,
        confidence=past.confidence,
        locale=story.record.locale,
        build_id=build.id,
        model=MODEL,
        retrieved=_retrieved(found, story),
        requested_by_id=people[story.rep],
        heartbeat_at=done,
        created_at=asked,
        finished_at=done,
        outcome=past.outcome,
        outcome_reason=past.outcome_reason,
        outcome_by_id=people[story.rep] if past.outcome else None,
        outcome_at=sent if past.outcome else None,
    )
    session.add(draft)
    session.flush()
    citations = [
        Citation(
            draft_id=draft.key,
            position=position,
            start=start,
            end=end,
            passage_id=evidence.passage_id,
            article_version_id=evidence.article_version_id,
            quote=evidence.quote,
            support=evidence.support,
        )
        for position, (start, end, evidence) in enumerate(found)
    ]
    session.add_all(citations)
    return draft, citations


def _evidence(past: PastDraft, library: Library, locale: str) -> list[tuple[int, int, Evidence]]:
    """Each supported sentence with where it stands in the draft's text."""
    found = []
    position = 0
    for claim in past.claims:
        start = past.text.index(claim.text, position)
        position = start + len(claim.text)
        evidence = library.support(claim.text, article=claim.article, locale=locale)
        if evidence is not None:
            found.append((start, position, evidence))
    return found


def _retrieved(found: Sequence[tuple[int, int, Evidence]], story: Story) -> list[dict[str, Any]]:
    query = story.record.messages[story.draft_basis or 0].text[:200]
    scores: dict[int, float] = {}
    for _start, _end, evidence in found:
        scores[evidence.passage_id] = max(scores.get(evidence.passage_id, 0.0), evidence.support)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    return [{"passage_id": key, "score": score, "query": query} for key, score in ranked]


def _reply(
    story: Story,
    place: int,
    stored: Stored,
    person_id: int,
    draft: Draft | None,
    citations: Sequence[Citation],
) -> Reply:
    message = story.record.messages[place]
    external_id = story.record.external_id
    # A discarded draft was not the start of the reply, so there is no edit to measure.
    used = draft if draft is not None and draft.outcome in ("sent", "edited") else None
    return Reply(
        message_id=stored.messages[external_id, place],
        conversation_id=stored.conversations[external_id],
        person_id=person_id,
        token=f"sample-{message.external_id}",
        draft_id=used.key if used else None,
        draft_text=used.text if used else "",
        final_text=message.text,
        edit_ratio=edit_ratio(used.text, message.text) if used else None,
        changes=list(word_diff(used.text, message.text)) if used else [],
        citations=[_cited(citation) for citation in citations] if used else [],
        build_id=used.build_id if used else "",
        created_at=message.created_at,
    )


def _cited(citation: Citation) -> dict[str, Any]:
    return {
        "start": citation.start,
        "end": citation.end,
        "passage_id": citation.passage_id,
        "article_version_id": citation.article_version_id,
        "quote": citation.quote,
    }


def _note_outcomes(session: Session, stories: Sequence[Story], stored: Stored) -> None:
    """Open conversations show what the AI made of the customer's last message, unless overtaken."""
    for story in stories:
        if story.resolved or story.draft is None or story.draft_basis is None or story.reply_places:
            continue
        said = [i for i, message in enumerate(story.record.messages) if message.author == "customer"]
        if said[-1] == story.draft_basis:
            session.connection().execute(
                update(Conversation.__table__)  # type: ignore[attr-defined]
                .where(Conversation.__table__.c.id == stored.conversations[story.record.external_id])  # type: ignore[attr-defined]
                .values(ai_outcome=story.draft.decision)
            )
