"""The build in force, stored, so that a release can name it."""

from __future__ import annotations

from sqlmodel import Session

from core.actions import open_catalogue
from core.assist import Build, current_build, store_build
from core.database import Database
from core.settings import Settings


def catalogue_digest(*, database: Database, settings: Settings) -> str:
    """What a build says of the actions. Asks the database; call it outside a transaction."""
    return open_catalogue(database, settings).digest


def standing_build(*, session: Session, settings: Settings, actions: str, store: bool = True) -> Build:
    """The build as this transaction sees it: of what is committed, and of what itself has changed.

    Args:
        store: False only reads, which is quicker: this transaction changes nothing.
    """
    session.flush()
    build = current_build(session=session, settings=settings, actions=actions, remember=not store)
    if store:
        store_build(build, session=session)
    return build
