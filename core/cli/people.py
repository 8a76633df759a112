"""``people add`` and ``people list``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit
from core.errors import InvalidInput

people_app = typer.Typer(help="Add and list the people who can sign in.", no_args_is_help=True)


@people_app.command("add")
def add(
    username: Annotated[str, typer.Argument(help="What they sign in with.")],
    role: Annotated[str, typer.Option("--role", help="rep, specialist, manager or admin.")],
    name: Annotated[str | None, typer.Option("--name", help="Full name; default: the username.")] = None,
    email: Annotated[str, typer.Option("--email")] = "",
    time_zone: Annotated[str, typer.Option("--time-zone")] = "UTC",
    locale: Annotated[str, typer.Option("--locale")] = "en",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, not by asking.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add somebody who can sign in. The password is asked for: an argument would show in process lists."""
    from core.identity import SYSTEM, add_person

    password = _password(from_stdin=password_stdin)
    with opened() as (database, _settings), database.transaction() as session:
        person = add_person(
            SYSTEM,
            session=session,
            username=username,
            name=name or username,
            password=password,
            role=role,
            email=email,
            time_zone=time_zone,
            locale=locale,
        )
        added = {"id": person.key, "username": person.username, "role": str(person.role)}
    if as_json:
        emit(added)
    else:
        typer.echo(f"Added {added['username']} ({added['role']}).")


@people_app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List everybody who is known."""
    from core.identity import SYSTEM, list_people

    with opened() as (database, _settings), database.reading() as session:
        people = [
            {
                "id": person.key,
                "username": person.username,
                "name": person.name,
                "role": str(person.role),
                "active": person.active,
                "sample": person.sample,
            }
            for person in list_people(SYSTEM, session=session)
        ]
    for person in people:
        if as_json:
            emit(person)
        else:
            state = "" if person["active"] else "  (inactive)"
            typer.echo(f"{person['username']:<20} {person['role']:<12} {person['name']}{state}")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise InvalidInput("Standard input held no password.")
        return password
    entered: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return entered
