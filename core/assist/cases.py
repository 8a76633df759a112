"""Similar past cases: what was said when customers asked alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.assist.grounding.wording import content_words, language_of
from core.assist.running.attempts import newest_draft
from core.assist.tables import Citation, Draft
from core.conversations import Conversation, Message, Reply
from core.errors import NotFound
from core.identity import Actor, Permission, require
from core.knowledge import Passage

POOL = 400
"""Answered conversations that are compared by their words, the newest ones."""
LEAST_ALIKE = 0.2
SAME_ARTICLE = 0.3
"""What one article cited by both is worth, against 1.0 for the same words."""
_EXCERPT = 400


@dataclass(frozen=True)
class SimilarCase:
    """An answered conversation.

    Attributes:
        asked: how the customer's first message begins.
        answered: how our last reply begins.
        score: 0..1.
        why: in plain words.
    """

    conversation_id: int
    subject: str
    asked: str
    answered: str
    status: str
    csat: int | None
    last_message_at: datetime
    score: float
    why: str


def similar_cases(
    actor: Actor, conversation_id: int, *, session: Session, limit: int = 5
) -> list[SimilarCase]:
    """Answered conversations like this one, best first.

    Two things count: replies that cited the same articles as this conversation's draft, and first
    messages that share rare words, among the newest answered conversations.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is no such conversation.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    shared = _by_articles(conversation_id, session=session)
    pool = {*_newest_answered(conversation_id, session=session), *shared}
    asked = _first_messages([conversation_id, *pool], session=session)
    alike = _alike(asked.pop(conversation_id, ""), asked, language_of(conversation.locale))
    scores = {each: min(1.0, alike.get(each, 0.0) + SAME_ARTICLE * shared.get(each, 0)) for each in pool}
    chosen = sorted(
        (each for each in pool if scores[each] >= LEAST_ALIKE), key=lambda each: (-scores[each], -each)
    )[:limit]
    return _cases(chosen, asked, scores, shared, session=session)


def _by_articles(conversation_id: int, *, session: Session) -> dict[int, int]:
    """Conversations answered with articles this one's draft cites -> how many articles they share."""
    draft = newest_draft(conversation_id, session=session)
    if draft is None:
        return {}
    articles = session.exec(
        select(Passage.article_id)
        .join(Citation, col(Citation.passage_id) == col(Passage.id))
        .where(col(Citation.draft_id) == draft.key)
        .distinct()
    ).all()
    if not articles:
        return {}
    rows = session.execute(
        select(col(Draft.conversation_id), func.count(func.distinct(col(Passage.article_id))))
        .join(Citation, col(Citation.draft_id) == col(Draft.id))
        .join(Passage, col(Passage.id) == col(Citation.passage_id))
        .where(
            col(Passage.article_id).in_(articles),
            col(Draft.outcome).in_(("sent", "edited")),
            col(Draft.conversation_id) != conversation_id,
        )
        .group_by(col(Draft.conversation_id))
        .order_by(col(Draft.conversation_id).desc())
        .limit(POOL)
    )
    return {row[0]: row[1] for row in rows}


def _newest_answered(conversation_id: int, *, session: Session) -> Sequence[int]:
    done = (
        select(Conversation.id)
        .where(
            col(Conversation.status).in_(("resolved", "closed")),
            col(Conversation.message_count) > 1,
            col(Conversation.id) != conversation_id,
        )
        .order_by(col(Conversation.last_message_at).desc(), col(Conversation.id).desc())
        .limit(POOL)
    )
    return [each for each in session.exec(done) if each is not None]


def _first_messages(conversation_ids: Sequence[int], *, session: Session) -> dict[int, str]:
    """What the customer wrote first, by conversation. Usually that is the message at position 0."""
    rows = session.execute(
        select(col(Message.conversation_id), col(Message.text))
        .where(
            col(Message.conversation_id).in_(conversation_ids),
            col(Message.position) <= 2,
            col(Message.author) == "customer",
        )
        .order_by(col(Message.conversation_id), col(Message.position).desc())
    )
    return {row[0]: row[1] for row in rows}


def _alike(text: str, others: Mapping[int, str], language: str) -> dict[int, float]:
    """How much of the rarity of this text's words each other text shares, 0..1."""
    words = content_words(text[:2000], language)
    found = {each: words & content_words(other[:2000], language) for each, other in others.items()}
    seen = Counter(word for shared in found.values() for word in shared)
    rarity = {word: math.log((len(others) + 1) / (seen[word] + 0.5)) for word in words}
    total = sum(rarity.values())
    return {each: _total(shared, rarity) / total for each, shared in found.items()} if total > 0 else {}


def _total(words: Iterable[str], rarity: Mapping[str, float]) -> float:
    return sum(max(0.0, rarity[word]) for word in words)


def _cases(
    chosen: Sequence[int],
    asked: Mapping[int, str],
    scores: Mapping[int, float],
    shared: Mapping[int, int],
    *,
    session: Session,
) -> list[SimilarCase]:
    if not chosen:
        return []
    conversations = {
        each.key: each for each in session.exec(select(Conversation).where(col(Conversation.id).in_(chosen)))
    }
    answers = _last_answers(chosen, session=session)
    return [
        SimilarCase(
            conversation_id=each,
            subject=conversations[each].subject,
            asked=_excerpt(asked.get(each, "")),
            answered=_excerpt(answers[each]),
            status=conversations[each].status,
            csat=conversations[each].csat,
            last_message_at=conversations[each].last_message_at,
            score=round(scores[each], 3),
            why=_why(shared.get(each, 0)),
        )
        for each in chosen
        if each in answers
    ]


def _last_answers(conversation_ids: Sequence[int], *, session: Session) -> dict[int, str]:
    """Our last reply in each conversation; conversations without one are left out."""
    other = aliased(Message)
    last = (
        select(func.max(col(other.position)))
        .where(
            col(other.conversation_id) == col(Message.conversation_id),
            col(other.author).in_(("rep", "assistant")),
            col(other.recalled_at).is_(None),
        )
        .correlate(Message)
        .scalar_subquery()
    )
    rows = session.execute(
        select(col(Message.conversation_id), func.coalesce(col(Reply.final_text), col(Message.text)))
        .outerjoin(Reply, col(Reply.message_id) == col(Message.id))
        .where(col(Message.conversation_id).in_(conversation_ids), col(Message.position) == last)
    )
    return {row[0]: row[1] for row in rows}


def _why(articles: int) -> str:
    if articles:
        return (
            f"The reply cited {articles} of the same articles."
            if articles > 1
            else "The reply cited the same article."
        )
    return "The customer asked in similar words."


def _excerpt(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else f"{plain[:_EXCERPT].rsplit(' ', 1)[0]} …"
