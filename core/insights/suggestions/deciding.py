"""Decide on a suggestion: accept it into an edit, change it, reject it with a reason, or open it again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.insights.suggestions.checking import find_in_knowledge
from core.insights.suggestions.noting import LONGEST_TEXT, LONGEST_TITLE
from core.insights.suggestions.patching import patched
from core.insights.suggestions.storing import LIFE
from core.insights.tables import Suggestion, SuggestionSource
from core.knowledge import Article, current_version, new_edit, redirect_of
from core.llm import Embedder

_LONGEST_REASON = 1_000
_WORDS = {"accepted": "accepted", "rejected": "rejected", "expired": "too old and has expired"}


def accept_suggestion(actor: Actor, suggestion_id: int, *, revision: int, session: Session) -> Suggestion:
    """Make an edit of it: of a new article, or of the one it patches. Nothing is live by that.

    A second click gives the same edit: see ``edit_id`` of what is returned. Where the article was merged into
    another since, that one is edited.

    Raises:
        PermissionDenied: the actor may not decide on suggestions or edit knowledge.
        NotFound: there is no such suggestion.
        Conflict: somebody changed it since ``revision``, or decided otherwise, or its article is archived.
    """
    require(actor, Permission.SUGGESTIONS_DECIDE)
    require(actor, Permission.KNOWLEDGE_EDIT)
    suggestion = _get(suggestion_id, session=session)
    if suggestion.state == "accepted":
        return suggestion
    article = _article_of(suggestion, session=session)
    _take(actor, suggestion, revision, session=session, state="accepted")
    conversations = sorted(
        key
        for key in session.exec(
            select(SuggestionSource.conversation_id)
            .where(col(SuggestionSource.suggestion_id) == suggestion.key)
            .distinct()
        )
        if key is not None
    )
    origin: dict[str, Any] = {"suggestion_id": suggestion.key, "conversation_ids": conversations}
    if article is None:
        edit = new_edit(
            actor,
            session=session,
            title=suggestion.title,
            body=suggestion.body,
            audience=suggestion.audience,
            locale=suggestion.locale,
            origin=origin,
        )
    else:
        version = current_version(article, session=session)
        body = patched(version.body if version else "", suggestion.replaces, suggestion.body)
        edit = new_edit(actor, session=session, article_id=article.key, body=body, origin=origin)
    suggestion.edit_id = edit.key
    session.add(suggestion)
    session.flush()
    _record(actor, suggestion, "suggestion.accepted", session=session, edit_id=edit.key)
    return suggestion


def edit_suggestion(
    actor: Actor,
    suggestion_id: int,
    *,
    title: str,
    body: str,
    revision: int,
    session: Session,
    embedder: Embedder | None = None,
) -> Suggestion:
    """Change what it says; duplicates and contradictions are looked for again.

    Raises:
        PermissionDenied: the actor may not decide on suggestions.
        NotFound: there is no such suggestion.
        InvalidInput: title or text is missing or too long.
        Conflict: somebody changed it since ``revision``, or it is decided.
        ProviderError: the embedder failed; without one it works.
    """
    require(actor, Permission.SUGGESTIONS_DECIDE)
    title, body = " ".join(title.split()), body.strip()
    if not title or not body:
        raise InvalidInput("A suggestion needs a title and a text.")
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_TEXT:
        raise InvalidInput(
            f"At most {LONGEST_TITLE} characters of title and {LONGEST_TEXT:,} of text can be kept."
        )
    suggestion = _get(suggestion_id, session=session)
    if (suggestion.title, suggestion.body) == (title, body):
        return suggestion
    finds = find_in_knowledge(
        title,
        body,
        locale=suggestion.locale,
        article_id=suggestion.article_id,
        session=session,
        embedder=embedder,
    )
    _take(actor, suggestion, revision, session=session, title=title, body=body, finds=finds)
    _record(actor, suggestion, "suggestion.edited", session=session)
    return suggestion


def reject_suggestion(
    actor: Actor, suggestion_id: int, reason: str, *, revision: int, session: Session
) -> Suggestion:
    """Turn it down. The same evidence does not bring it back.

    Raises:
        PermissionDenied: the actor may not decide on suggestions.
        NotFound: there is no such suggestion.
        InvalidInput: there is no reason, or it is too long.
        Conflict: somebody changed it since ``revision``, or decided otherwise.
    """
    require(actor, Permission.SUGGESTIONS_DECIDE)
    reason = " ".join(reason.split())
    if not reason:
        raise InvalidInput("Say why, so that whoever wrote it knows.")
    if len(reason) > _LONGEST_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {_LONGEST_REASON:,} is the most.")
    suggestion = _get(suggestion_id, session=session)
    if suggestion.state == "rejected":
        return suggestion
    _take(actor, suggestion, revision, session=session, state="rejected", decided_reason=reason)
    _record(actor, suggestion, "suggestion.rejected", session=session, reason=reason)
    return suggestion


def reopen_suggestion(actor: Actor, suggestion_id: int, *, revision: int, session: Session) -> Suggestion:
    """Open one again that was rejected, or expired. It waits as long as a new one.

    Raises:
        PermissionDenied: the actor may not decide on suggestions.
        NotFound: there is no such suggestion.
        Conflict: somebody changed it since ``revision``, or it was accepted.
    """
    require(actor, Permission.SUGGESTIONS_DECIDE)
    suggestion = _get(suggestion_id, session=session)
    if suggestion.state == "open":
        return suggestion
    if suggestion.state == "accepted":
        raise Conflict("This suggestion is accepted: what came of it is an edit, and can be dropped there.")
    earlier, reason = suggestion.state, suggestion.decided_reason
    opened = session.execute(
        update(Suggestion)
        .where(
            col(Suggestion.id) == suggestion.key,
            col(Suggestion.state).in_(("rejected", "expired")),
            col(Suggestion.revision) == revision,
        )
        .values(
            state="open",
            revision=revision + 1,
            updated_at=now(),
            expires_at=now() + LIFE,
            decided_by_id=None,
            decided_at=None,
            decided_reason="",
        )
        .returning(col(Suggestion.id))
    ).scalar_one_or_none()
    session.refresh(suggestion)
    if opened is None:
        raise Conflict("Somebody changed this suggestion meanwhile. Read it again, then decide.")
    _record(actor, suggestion, "suggestion.reopened", session=session, was=earlier, reason=reason)
    return suggestion


def _article_of(suggestion: Suggestion, *, session: Session) -> Article | None:
    """The article it is about, or the one that took its place. None: it asks for a new one."""
    article = session.get(Article, suggestion.article_id) if suggestion.article_id else None
    if article is None or article.status != "archived":
        return article
    instead = redirect_of(article, session=session)
    if instead is None or instead.status == "archived":
        # Editing it would bring back with the release what somebody has taken away on purpose.
        raise Conflict(
            f"“{article.title}” was archived. Bring that article back first, or reject the suggestion."
        )
    return instead


def _get(suggestion_id: int, *, session: Session) -> Suggestion:
    suggestion = session.get(Suggestion, suggestion_id)
    if suggestion is None:
        raise NotFound(f"There is no suggestion {suggestion_id}.")
    return suggestion


def _take(actor: Actor, suggestion: Suggestion, revision: int, *, session: Session, **values: Any) -> None:
    """Write if nobody else has since ``revision``."""
    if "state" in values:
        values |= {"decided_by_id": actor.person_id, "decided_at": now()}
    taken = session.execute(
        update(Suggestion)
        .where(
            col(Suggestion.id) == suggestion.key,
            col(Suggestion.state) == "open",
            col(Suggestion.revision) == revision,
        )
        .values(revision=revision + 1, updated_at=now(), **values)
        .returning(col(Suggestion.id))
    ).scalar_one_or_none()
    session.refresh(suggestion)
    if taken is not None:
        return
    if suggestion.state != "open":
        raise Conflict(f"This suggestion is {_WORDS.get(suggestion.state, suggestion.state)} already.")
    raise Conflict("Somebody changed this suggestion meanwhile. Read it again, then decide.")


def _record(actor: Actor, suggestion: Suggestion, action: str, *, session: Session, **detail: Any) -> None:
    audit.record(
        actor.person_id,
        actor.who,
        action,
        session=session,
        subject_type="suggestion",
        subject_id=suggestion.key,
        title=suggestion.title,
        **detail,
    )
