"""A policy note: somebody says what knowledge should say from now on."""

from __future__ import annotations

import hashlib

from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.insights.suggestions.evidence import NOTE, Evidence
from core.insights.suggestions.storing import prepare_evidence, store_evidence
from core.insights.tables import Suggestion, SuggestionSource
from core.knowledge import Article
from core.llm import Embedder, detect_language

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000


def write_note(
    actor: Actor,
    title: str,
    text: str,
    *,
    session: Session,
    embedder: Embedder | None = None,
    article_id: int | None = None,
    locale: str = "",
) -> Suggestion:
    """Suggest in one's own words what knowledge should say, for an article or a new one.

    The same words about the same again, by a double click, give the suggestion that is there.

    Args:
        embedder: with it duplicates are found by meaning as well, not by words only.
        article_id: the article the note is about.
        locale: empty finds it out from the text.

    Raises:
        PermissionDenied: the actor may not suggest knowledge, or is no person.
        InvalidInput: title or text is missing or too long.
        NotFound: there is no such article.
        ProviderError: the embedder failed; without one it works.
    """
    require(actor, Permission.SUGGESTIONS_WRITE)
    title, text = " ".join(title.split()), text.strip()
    if not text:
        raise InvalidInput("The note is empty: write what knowledge should say.")
    if not title and article_id is None:
        raise InvalidInput("Give the note a title, so that others know what it is about.")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(f"The title has {len(title)} characters, and {LONGEST_TITLE} is the most.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"The note has {len(text):,} characters, and {LONGEST_TEXT:,} is the most.")
    article = session.get(Article, article_id) if article_id is not None else None
    if article_id is not None and article is None:
        raise NotFound("There is no such article any more. Write the note without it.")
    digest = hashlib.sha256("\0".join((str(actor.person_id), str(article_id), title, text)).encode())
    earlier = session.exec(
        select(Suggestion)
        .join(SuggestionSource, col(SuggestionSource.suggestion_id) == col(Suggestion.id))
        .where(col(SuggestionSource.evidence).startswith(f"note:{digest.hexdigest()[:40]}"))
        .order_by(col(Suggestion.id).desc())
    ).all()
    if earlier and earlier[0].state == "open":
        return earlier[0]
    evidence = Evidence(
        key=f"note:{digest.hexdigest()[:40]}{f':{len(earlier)}' if earlier else ''}",
        kind=NOTE,
        text=text,
        question="",
        title=title or (article.title if article else ""),
        locale=locale or (article.locale if article else "") or detect_language(text, fallback="en"),
        created_at=now(),
        person_id=actor.person_id,
        article_id=article_id,
    )
    prepared = prepare_evidence([evidence], session=session, embedder=embedder)
    store_evidence(prepared, session=session, embedder_name=embedder.name if embedder else "")
    made = session.exec(
        select(Suggestion)
        .join(SuggestionSource, col(SuggestionSource.suggestion_id) == col(Suggestion.id))
        .where(col(SuggestionSource.evidence) == evidence.key)
    ).one()
    audit.record(
        actor.person_id,
        actor.who,
        "suggestion.noted",
        session=session,
        subject_type="suggestion",
        subject_id=made.key,
        article_id=article_id,
    )
    return made
