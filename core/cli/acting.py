"""Who does what a command does: a person who is named, or the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.identity import Actor

As = Annotated[str, typer.Option("--as", help="User name of whoever does it; default: the system.")]
Decider = Annotated[str, typer.Option("--as", help="User name of whoever decides: a person, never a script.")]


def actor_named(username: str, *, session: Session) -> Actor:
    """The person who does it, or the system when nobody is named.

    Raises:
        NotFound: nobody active has this user name.
    """
    from sqlmodel import select

    from core.identity import SYSTEM, Person, actor_of

    if not username:
        return SYSTEM
    person = session.exec(select(Person).where(Person.username == username.strip().lower())).one_or_none()
    if person is None or not person.active:
        raise NotFound(f"Nobody who can sign in is called {username}.")
    return actor_of(person)
