"""From a sentence of a draft or reply to its passage, the version and author, and the work behind it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.assist import Citation, Draft
from core.conversations import Reply
from core.errors import NotFound
from core.identity import Actor, Permission, Person, require
from core.insights.tables import SuggestionSource
from core.knowledge import Article, ArticleVersion, Passage
from core.llm import split_sentences


@dataclass(frozen=True, slots=True)
class PassageOrigin:
    """A passage a sentence rests on.

    Attributes:
        quote: the words of the passage that support the sentence.
        author: who wrote the version; empty when it was imported. made_at: when it came to be.
        live: whether the passage is still what drafts find.
        suggestion_id, conversation_ids: the suggestion the version was made of, and the work behind that.
    """

    passage_id: int
    article_id: int
    article_version_id: int
    version_number: int
    title: str
    heading_path: str
    quote: str
    support: float
    author: str
    made_at: datetime
    live: bool
    suggestion_id: int | None
    conversation_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SentenceOrigin:
    """A sentence of a reply. ``by_person``: it stands in no draft, so a person wrote or changed it."""

    text: str
    by_person: bool
    passages: tuple[PassageOrigin, ...]


@dataclass(frozen=True, slots=True)
class TextOrigin:
    """A draft or a sent reply, sentence by sentence, with the build that drafted it.

    ``message_id`` and ``sent_by`` are those of the reply; None and empty for a draft that was not sent.
    """

    message_id: int | None
    draft_id: int | None
    build_id: str
    sent_by: str
    sentences: tuple[SentenceOrigin, ...]


@dataclass(frozen=True, slots=True)
class SentReply:
    """A reply that was sent from here. ``drafted``: a draft was used."""

    message_id: int
    sent_by: str
    sent_at: datetime
    drafted: bool


def origin_of_reply(actor: Actor, message_id: int, *, session: Session) -> TextOrigin:
    """Where each sentence of a sent reply came from. Costs five queries, however long it is.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: the message was not sent as a reply.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    row = session.exec(
        select(Reply, Person.name)
        .join(Person, col(Person.id) == col(Reply.person_id), isouter=True)
        .where(col(Reply.message_id) == message_id)
    ).first()
    if row is None:
        raise NotFound("This message was not sent as a reply from here.")
    reply, sender = row
    draft = session.get(Draft, reply.draft_id) if reply.draft_id else None
    sentences = _traced(reply.final_text, draft, session=session)
    return TextOrigin(message_id, reply.draft_id, reply.build_id, sender or "", sentences)


def origin_of_draft(actor: Actor, draft_id: int, *, session: Session) -> TextOrigin:
    """Where each sentence of a draft comes from, whether it was sent or not.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is no such draft.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound("There is no such draft.")
    return TextOrigin(None, draft_id, draft.build_id, "", _traced(draft.text, draft, session=session))


def sent_replies(actor: Actor, conversation_id: int, *, session: Session, limit: int = 20) -> list[SentReply]:
    """The replies that were sent in a conversation, the newest first.

    Raises:
        PermissionDenied: the actor may not read conversations.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    rows = session.exec(
        select(Reply.message_id, Person.name, Reply.created_at, Reply.draft_id)
        .join(Person, col(Person.id) == col(Reply.person_id), isouter=True)
        .where(col(Reply.conversation_id) == conversation_id)
        .order_by(col(Reply.message_id).desc())
        .limit(limit)
    )
    return [SentReply(key, name or "", at, draft is not None) for key, name, at, draft in rows]


def _traced(text: str, draft: Draft | None, *, session: Session) -> tuple[SentenceOrigin, ...]:
    cited = _cited(draft, session=session) if draft is not None else []
    drafted = _places(draft.text) if draft is not None else {}
    sentences = []
    for each in _sentences(text):
        place = drafted.get(_same(each))
        passages = () if place is None else _passages(place, cited)
        sentences.append(SentenceOrigin(each, place is None, passages))
    return tuple(sentences)


def _cited(draft: Draft, *, session: Session) -> list[tuple[int, int, PassageOrigin]]:
    rows = session.exec(
        select(Citation, Passage, ArticleVersion, Article, Person.name)  # type: ignore[call-overload]
        .join(Passage, col(Passage.id) == col(Citation.passage_id))
        .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
        .join(Article, col(Article.id) == col(ArticleVersion.article_id))
        .join(Person, col(Person.id) == col(ArticleVersion.author_id), isouter=True)
        .where(col(Citation.draft_id) == draft.key)
        .order_by(col(Citation.position))
    ).all()
    behind = _conversations(
        {key for _, _, version, _, _ in rows if (key := version.origin.get("suggestion_id"))}, session=session
    )
    return [
        (
            citation.start,
            citation.end,
            PassageOrigin(
                passage_id=passage.key,
                article_id=article.key,
                article_version_id=version.key,
                version_number=version.number,
                title=version.title,
                heading_path=passage.heading_path,
                quote=citation.quote,
                support=citation.support,
                author=author or "",
                made_at=version.created_at,
                live=passage.live,
                suggestion_id=version.origin.get("suggestion_id"),
                conversation_ids=tuple(
                    sorted(
                        set(version.origin.get("conversation_ids", ()))
                        | behind.get(version.origin.get("suggestion_id"), set())
                    )
                ),
            ),
        )
        for citation, passage, version, article, author in rows
    ]


def _conversations(suggestions: Collection[int], *, session: Session) -> dict[int | None, set[int]]:
    found: dict[int | None, set[int]] = {}
    if suggestions:
        for suggestion_id, conversation_id in session.exec(
            select(SuggestionSource.suggestion_id, SuggestionSource.conversation_id).where(
                col(SuggestionSource.suggestion_id).in_(suggestions),
                col(SuggestionSource.conversation_id).is_not(None),
            )
        ):
            found.setdefault(suggestion_id, set()).add(conversation_id or 0)
    return found


def _passages(
    place: tuple[int, int], cited: list[tuple[int, int, PassageOrigin]]
) -> tuple[PassageOrigin, ...]:
    start, end = place
    found = {each.passage_id: each for left, right, each in cited if left < end and right > start}
    return tuple(found.values())


def _sentences(text: str) -> list[str]:
    return [each.strip() for line in text.split("\n") for each in split_sentences(line) if each.strip()]


def _places(text: str) -> dict[str, tuple[int, int]]:
    """Where each sentence of the draft stands in it."""
    found: dict[str, tuple[int, int]] = {}
    at = 0
    for sentence in _sentences(text):
        start = text.find(sentence, at)
        at = start + len(sentence)
        found.setdefault(_same(sentence), (start, at))
    return found


def _same(sentence: str) -> str:
    return " ".join(sentence.split())
