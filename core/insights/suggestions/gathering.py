"""Look through replies and flags for what people wrote that knowledge lacks or has wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Citation, Concealer, Draft, Known
from core.conversations import Conversation, Customer, Message, Reply
from core.evals.tables import Flag
from core.insights.suggestions.evidence import ABSTENTION, EDIT, FLAG, Evidence
from core.insights.suggestions.written import changed_from, new_sentences
from core.knowledge import ArticleVersion
from core.llm import detect_language

_FEWEST_CHANGED = 0.02
_LONGEST_QUESTION = 1_000
_LONGEST_TEXT = 8_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found, and the last row that was looked at (0: none)."""

    evidence: list[Evidence]
    reached_id: int


def gather_replies(*, after: int, before: datetime, limit: int, session: Session) -> Gathered:
    """Evidence in replies: those that changed a draft, and those by hand where a draft lacked knowledge.

    Args:
        before: only replies sent before this moment; later ones can still be taken back.
    """
    rows = list(session.exec(select(Reply).where(col(Reply.id) > after).order_by(col(Reply.id)).limit(limit)))
    # Ids grow with time: the first one too young ends the turn, or it would never be looked at.
    ready = next((at for at, reply in enumerate(rows) if reply.created_at > before), len(rows))
    rows = rows[:ready]
    if not rows:
        return Gathered([], 0)
    around = _Around(
        {reply.conversation_id for reply in rows},
        {reply.draft_id for reply in rows if reply.draft_id},
        session,
    )
    found = [made for reply in rows if (made := _of_reply(reply, around))]
    return Gathered(found, rows[-1].key)


def gather_flags(*, after: int, before: datetime, limit: int, session: Session) -> Gathered:
    """Evidence in weak flags that say how it should have been put."""
    rows = list(session.exec(select(Flag).where(col(Flag.id) > after).order_by(col(Flag.id)).limit(limit)))
    ready = next((at for at, flag in enumerate(rows) if flag.created_at > before), len(rows))
    rows = rows[:ready]
    if not rows:
        return Gathered([], 0)
    drafts = {flag.subject_id for flag in rows if flag.subject_type == "draft"}
    replies = {flag.subject_id for flag in rows if flag.subject_type == "reply"}
    used = {
        reply.key: reply
        for reply in (session.exec(select(Reply).where(col(Reply.id).in_(replies))) if replies else ())
    }
    drafts |= {reply.draft_id for reply in used.values() if reply.draft_id}
    around = _Around({flag.conversation_id for flag in rows}, drafts, session)
    return Gathered([made for flag in rows if (made := _of_flag(flag, used, around))], rows[-1].key)


class _Around:
    """What stands around the rows of one turn, in a handful of queries."""

    def __init__(self, conversations: Collection[int], drafts: Collection[int], session: Session) -> None:
        self.conversations: dict[int, tuple[Conversation, Customer | None]] = {
            conversation.key: (conversation, customer)
            for conversation, customer in session.exec(
                select(Conversation, Customer)
                .join(Customer, col(Customer.id) == col(Conversation.customer_id), isouter=True)
                .where(col(Conversation.id).in_(conversations))
            )
        }
        self.messages: dict[int, list[Message]] = {}
        for message in session.exec(
            select(Message)
            .where(col(Message.conversation_id).in_(conversations))
            .order_by(col(Message.conversation_id), col(Message.position))
        ):
            self.messages.setdefault(message.conversation_id, []).append(message)
        self.by_message = {each.key: each for rows in self.messages.values() for each in rows}
        wanted = (col(Draft.id).in_(drafts)) | (
            col(Draft.conversation_id).in_(conversations)
            & (col(Draft.state) == "ready")
            & (col(Draft.decision) == "abstain")
        )
        self.drafts = {draft.key: draft for draft in session.exec(select(Draft).where(wanted))}
        self.citations: dict[int, list[tuple[Citation, int]]] = {}
        for citation, article_id in session.exec(
            select(Citation, ArticleVersion.article_id)
            .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
            .where(col(Citation.draft_id).in_(self.drafts))
            .order_by(col(Citation.draft_id), col(Citation.position))
        ):
            self.citations.setdefault(citation.draft_id, []).append((citation, article_id))
        self._concealers: dict[int, Concealer] = {}

    def conceal(self, text: str, conversation_id: int) -> str:
        """The text without personal data, with one placeholder for one value in the whole conversation."""
        if conversation_id not in self._concealers:
            _, customer = self.conversations[conversation_id]
            names = [customer.name if customer else ""]
            names += [
                each.name for each in self.messages.get(conversation_id, ()) if each.author == "customer"
            ]
            self._concealers[conversation_id] = Concealer(
                Known(
                    names=tuple(dict.fromkeys(name.strip() for name in names if name.strip())),
                    values=tuple(
                        value for value in ((customer.email, customer.phone) if customer else ()) if value
                    ),
                    locale=self.conversations[conversation_id][0].locale,
                )
            )
        return self._concealers[conversation_id].conceal(text)

    def asked(self, conversation_id: int, *, until: int | None) -> str:
        """What the customer wrote last before a message, without personal data."""
        said = [
            each
            for each in self.messages.get(conversation_id, ())
            if each.author == "customer" and (until is None or each.position < until)
        ]
        return self.conceal(said[-1].text[:_LONGEST_QUESTION], conversation_id) if said else ""


def _of_reply(reply: Reply, around: _Around) -> Evidence | None:
    message = around.by_message.get(reply.message_id)
    if message is None or message.recalled_at is not None:
        return None
    draft = around.drafts.get(reply.draft_id or 0)
    if reply.draft_id and reply.draft_text:
        if not reply.edit_ratio or reply.edit_ratio < _FEWEST_CHANGED:
            return None  # sent as drafted: what is known was enough
        written = new_sentences(reply.final_text, reply.draft_text)
        cited = _cited(draft, changed_from(reply.final_text, reply.draft_text), around)
        return _evidence(reply, message, EDIT, written, around, draft=draft, cited=cited)
    lacking = _lacking(reply, message, around)
    if lacking is None:
        return None
    return _evidence(reply, message, ABSTENTION, new_sentences(reply.final_text), around, draft=lacking)


def _lacking(reply: Reply, message: Message, around: _Around) -> Draft | None:
    """The draft before a reply by hand that lacked knowledge for the same words of the customer."""
    asked = [
        each.key
        for each in around.messages.get(reply.conversation_id, ())
        if each.author == "customer" and each.position < message.position
    ]
    drafts = [
        draft
        for draft in around.drafts.values()
        if draft.conversation_id == reply.conversation_id
        and draft.created_at <= reply.created_at
        and draft.decision == "abstain"
        and asked
        and draft.basis_message_id == asked[-1]
    ]
    newest = max(drafts, key=lambda draft: draft.key, default=None)
    return newest if newest is not None and newest.reason == "missing_knowledge" else None


def _cited(draft: Draft | None, changed: Sequence[str], around: _Around) -> tuple[int, str] | None:
    """The article behind the sentences that were changed, and its words; else behind the whole draft."""
    rows = around.citations.get(draft.key, []) if draft else []
    if draft is None or not rows:
        return None
    behind = [
        (citation, article_id)
        for citation, article_id in rows
        if any(
            sentence in draft.text[citation.start : citation.end]
            or draft.text[citation.start : citation.end].strip() in sentence
            for sentence in changed
        )
    ]
    if behind:
        return behind[0][1], behind[0][0].quote
    return (rows[0][1], "") if len({article_id for _, article_id in rows}) == 1 else None


def _evidence(
    reply: Reply,
    message: Message,
    kind: str,
    written: Sequence[str],
    around: _Around,
    *,
    draft: Draft | None = None,
    cited: tuple[int, str] | None = None,
) -> Evidence | None:
    if not written:
        return None
    text = around.conceal("\n\n".join(written)[:_LONGEST_TEXT], reply.conversation_id)
    article_id, replaces = cited or (None, "")
    return Evidence(
        key=f"reply:{reply.key}",
        kind=kind,
        text=text,
        question=around.asked(reply.conversation_id, until=message.position),
        locale=detect_language(text, fallback=around.conversations[reply.conversation_id][0].locale or "en"),
        created_at=reply.created_at,
        conversation_id=reply.conversation_id,
        draft_id=draft.key if draft else None,
        message_id=message.key,
        person_id=reply.person_id,
        article_id=article_id,
        replaces=replaces,
    )


def _of_flag(flag: Flag, replies: dict[int, Reply], around: _Around) -> Evidence | None:
    if flag.strength != "weak" or flag.state in ("dismissed", "withdrawn") or not flag.better.strip():
        return None
    reply = replies.get(flag.subject_id) if flag.subject_type == "reply" else None
    draft = around.drafts.get(
        flag.subject_id if flag.subject_type == "draft" else (reply.draft_id or 0) if reply else 0
    )
    span: dict[str, Any] = flag.span or {}
    marked = str(span.get("text", ""))
    cited = _cited(draft, [marked] if marked else [], around)
    text = around.conceal(flag.better.strip()[:_LONGEST_TEXT], flag.conversation_id)
    message = around.by_message.get(reply.message_id) if reply else None
    article_id, replaces = cited or (None, "")
    return Evidence(
        key=f"flag:{flag.key}",
        kind=FLAG,
        text=text,
        question=around.asked(flag.conversation_id, until=message.position if message else None),
        locale=detect_language(text, fallback=around.conversations[flag.conversation_id][0].locale or "en"),
        created_at=flag.created_at,
        conversation_id=flag.conversation_id,
        draft_id=draft.key if draft else None,
        message_id=message.key if message else None,
        flag_id=flag.key,
        person_id=flag.flagged_by_id,
        article_id=article_id,
        replaces=replaces,
    )


def settled_before(moment: datetime, undo_seconds: float) -> datetime:
    """Replies sent before this can no longer be taken back."""
    return moment - timedelta(seconds=undo_seconds + 5)
