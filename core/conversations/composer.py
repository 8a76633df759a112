"""What a rep has typed and not sent: one text per conversation and person, kept as it grows."""

from __future__ import annotations

import secrets

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, select

from core.conversations.checking import clean
from core.conversations.records import MAX_TEXT
from core.conversations.tables import Composer, Conversation
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import Actor, Permission, require


def open_composer(actor: Actor, conversation_id: int, *, session: Session) -> Composer:
    """The actor's composer for this conversation, made when there is none. Needs a writing session.

    Its ``token`` is what ``send_reply`` consumes.

    Raises:
        PermissionDenied: the actor may not work on conversations, or is no person.
        NotFound: there is no such conversation.
    """
    person_id = sender_id(actor)
    found = _find(person_id, conversation_id, session=session)
    if found is not None:
        return found
    if session.get(Conversation, conversation_id) is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    on_postgres = session.get_bind().dialect.name == "postgresql"
    session.execute(
        (postgres_insert if on_postgres else sqlite_insert)(Composer)
        .values(
            conversation_id=conversation_id,
            person_id=person_id,
            text="",
            token=new_token(),
            updated_at=now(),
        )
        .on_conflict_do_nothing(index_elements=["conversation_id", "person_id"])
    )
    found = _find(person_id, conversation_id, session=session)
    if found is None:
        raise Conflict("The composer was changed at the same moment. Try again.")
    return found


def save_composer(
    actor: Actor,
    conversation_id: int,
    *,
    session: Session,
    text: str,
    draft_id: int | None = None,
    token: str | None = None,
) -> Composer:
    """Keep what the actor has typed. ``draft_id`` names the draft that was inserted, if any.

    With ``token``, a save that comes late, after the reply went out from another tab, is refused
    instead of putting the sent text back.

    Raises:
        PermissionDenied: the actor may not work on conversations, or is no person.
        NotFound: there is no such conversation.
        InvalidInput: the text is longer than a message may be.
        Conflict: ``token`` was consumed already.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"The reply has {len(text):,} characters, and {MAX_TEXT:,} is the most.")
    composer = open_composer(actor, conversation_id, session=session)
    if token is not None and token != composer.token:
        raise Conflict("This reply was sent from another tab already.")
    composer.text, composer.draft_id, composer.updated_at = clean(text), draft_id, now()
    session.add(composer)
    session.flush()
    return composer


def sender_id(actor: Actor) -> int:
    """The person behind the actor, who may work on conversations.

    Raises:
        PermissionDenied: the actor may not, or is the system.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    if actor.person_id is None:
        raise PermissionDenied("Only a person who is signed in can write replies.")
    return actor.person_id


def new_token() -> str:
    """A name for one piece of writing, not to be guessed."""
    return secrets.token_urlsafe(24)


def _find(person_id: int, conversation_id: int, *, session: Session) -> Composer | None:
    statement = select(Composer).where(
        Composer.conversation_id == conversation_id, Composer.person_id == person_id
    )
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()
