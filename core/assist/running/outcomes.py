"""What a rep did with a draft: discarded it, sent it, or sent it edited."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core import audit
from core.assist.running.attempts import give_up_waiting
from core.assist.tables import Citation, Draft
from core.conversations import DraftUsed
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require

_USED = ("sent", "edited")


def discard_draft(actor: Actor, draft_id: int, *, session: Session, reason: str) -> Draft:
    """Put a draft aside, saying why.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: there is no such draft.
        InvalidInput: no reason, or one of more than 500 characters.
        Conflict: it is being written (cancel it first), or it was used in a reply.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= 500:
        raise InvalidInput("Say in 1 to 500 characters why the draft is of no use.")
    draft = _draft(draft_id, session=session)
    if draft.state == "running":
        raise Conflict("This draft is still being written: stop it first.")
    if draft.outcome in _USED:
        raise Conflict("This draft was used in a reply and cannot be discarded any more.")
    if draft.state == "waiting":
        give_up_waiting(draft.conversation_id, session=session)
        session.refresh(draft)
    _set_outcome(draft, "discarded", actor, reason=reason, session=session)
    audit.record(
        actor.person_id,
        actor.who,
        "draft.discarded",
        session=session,
        subject_type="draft",
        subject_id=draft_id,
        conversation_id=draft.conversation_id,
        reason=reason,
    )
    return draft


def draft_used(draft_id: int, *, session: Session) -> DraftUsed:
    """What ``core.conversations.send_reply`` wants to know about the draft behind a reply.

    Raises:
        NotFound: there is no such draft.
    """
    draft = _draft(draft_id, session=session)
    citations = session.exec(
        select(Citation).where(col(Citation.draft_id) == draft_id).order_by(col(Citation.position))
    )
    return DraftUsed(
        draft_id=draft_id,
        text=draft.text,
        citations=[
            {
                "start": each.start,
                "end": each.end,
                "passage_id": each.passage_id,
                "article_version_id": each.article_version_id,
                "quote": each.quote,
            }
            for each in citations
        ],
        build_id=draft.build_id,
    )


def record_use(actor: Actor, draft_id: int, *, session: Session, edit_ratio: float) -> Draft:
    """Note that a reply was sent from this draft: ``sent`` as it was, or ``edited``.

    Belongs into the transaction that sends the reply. A draft that was superseded or discarded in
    the meantime was used all the same.

    Raises:
        NotFound: there is no such draft.
    """
    draft = _draft(draft_id, session=session)
    _set_outcome(draft, "edited" if edit_ratio > 0 else "sent", actor, reason="", session=session)
    return draft


def _set_outcome(draft: Draft, outcome: str, actor: Actor, *, reason: str, session: Session) -> None:
    draft.outcome, draft.outcome_reason = outcome, reason
    draft.outcome_by_id, draft.outcome_at = actor.person_id, now()
    session.add(draft)
    session.flush()


def _draft(draft_id: int, *, session: Session) -> Draft:
    found = session.exec(
        select(Draft)
        .where(col(Draft.id) == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return found
