"""``connections list | import | choose | check | enable | disable | remove``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit, say
from core.errors import InvalidInput

connections_app = typer.Typer(
    help="Systems that actions may reach: web APIs and MCP servers.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of the connection.")]


@connections_app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the connections and what of them is chosen."""
    from core.actions import choices_of, list_connections, secret_state
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        rows = list_connections(SYSTEM, session=session)
    for row in rows:
        choices = choices_of(row)
        if as_json:
            emit(
                {
                    "name": row.name,
                    "kind": row.kind,
                    "address": row.base_url,
                    "enabled": row.enabled,
                    "secret_variable": row.secret_name,
                    "secret": secret_state(row.secret_name),
                    "operations": [choice.model_dump(mode="json") for choice in choices],
                }
            )
        else:
            state = "" if row.enabled else "  (off)"
            typer.echo(f"{row.name:<24} {row.kind:<8} {len(choices):>3} chosen  {row.base_url}{state}")


@connections_app.command("import")
def import_one(
    name: Name,
    source: Annotated[
        str,
        typer.Argument(
            help="OpenAPI file, its https:// address, `-` for standard input; or the MCP address."
        ),
    ],
    base_url: Annotated[
        str, typer.Option("--base-url", help="Where the API is; default: what the document says.")
    ] = "",
    mcp: Annotated[bool, typer.Option("--mcp", help="`source` is the address of an MCP server.")] = False,
    secret_variable: Annotated[
        str, typer.Option("--secret-variable", help="Environment variable that holds the secret.")
    ] = "",
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Allow http:// to other machines.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add a connection, or give an existing one a newer document. Chooses nothing by itself."""
    from core.actions import add_connection, fetch_tools, find_connection, operations_of, replace_document
    from core.errors import NotFound
    from core.identity import SYSTEM

    with opened() as (database, settings):
        if mcp:
            document = fetch_tools(
                source, secret_name=secret_variable, settings=settings, plain_http=plain_http
            )
            address = source
        else:
            document, suggested = _document(source, seconds=settings.action_timeout_seconds)
            address = base_url or suggested
        with database.transaction() as session:
            try:
                row = find_connection(SYSTEM, name, session=session)
            except NotFound:
                if not address:
                    raise InvalidInput(
                        "The document does not say where the API is: give --base-url."
                    ) from None
                row = add_connection(
                    SYSTEM,
                    session=session,
                    kind="mcp" if mcp else "openapi",
                    name=name,
                    base_url=address,
                    document=document,
                    secret_name=secret_variable,
                    plain_http=plain_http,
                )
                off: tuple[str, ...] = ()
            else:
                if row.kind != ("mcp" if mcp else "openapi"):
                    raise InvalidInput(
                        f"{row.name} is of another kind. Remove it first, or use another name."
                    )
                change = replace_document(SYSTEM, row.key, session=session, document=document)
                off = change.changed + change.gone
            operations = operations_of(row)
    for operation_id in off:
        say(f"{operation_id} is different now and off until it is chosen again.")
    for operation in operations:
        if as_json:
            emit(
                {
                    "id": operation.id,
                    "title": operation.title,
                    "suggested_risk": operation.suggested_risk,
                    "arguments": [argument.name for argument in operation.arguments],
                    "left_out": list(operation.left_out),
                    "unsupported": operation.unsupported,
                }
            )
        else:
            typer.echo(f"{operation.id:<40} {operation.unsupported or operation.title}")


@connections_app.command("choose")
def choose(
    name: Name,
    choices: Annotated[
        str,
        typer.Argument(help="JSON file (`-`: standard input) with a list of operations, as `list` prints."),
    ],
    as_json: AsJson = False,
) -> None:
    """Set which operations are offered, and how. Replaces the earlier choice as a whole."""
    from core.actions import choices_of, choose_operations, find_connection, operations_of, suggest
    from core.identity import SYSTEM

    wanted = _choices(choices)
    with opened() as (database, _settings), database.transaction() as session:
        row = find_connection(SYSTEM, name, session=session)
        offered = {operation.id: operation for operation in operations_of(row)}
        chosen = []
        for entry in wanted:
            operation = offered.get(str(entry.get("id")))
            if operation is None:
                raise InvalidInput(f"{row.name} does not offer {entry.get('id')!r}.")
            suggested = suggest(operation, row.name).model_dump(mode="json")
            chosen.append(_choice({**suggested, "enabled": True, **entry, "pinned": operation.pinned}))
        row = choose_operations(SYSTEM, row.key, chosen, session=session)
        count = len(choices_of(row))
    if as_json:
        emit({"name": row.name, "chosen": count})
    else:
        typer.echo(f"{row.name} offers {count} actions.")


@connections_app.command("check")
def check(name: Name, as_json: AsJson = False) -> None:
    """Ask a system whether it answers."""
    from core.actions import check_connection, find_connection
    from core.identity import SYSTEM

    with opened() as (database, settings):
        with database.reading() as session:
            row = find_connection(SYSTEM, name, session=session)
        checked = check_connection(SYSTEM, row, database=database, settings=settings)
    if as_json:
        emit({"name": row.name, "ok": checked.ok, "words": checked.words, "changed": list(checked.changed)})
    else:
        typer.echo(checked.words)
    if not checked.ok:
        raise typer.Exit(1)


@connections_app.command("enable")
def enable(name: Name) -> None:
    """Switch a connection on."""
    _switch(name, enabled=True)


@connections_app.command("disable")
def disable(name: Name) -> None:
    """Switch a connection off; nothing of it is offered or carried out."""
    _switch(name, enabled=False)


@connections_app.command("remove")
def remove(name: Name) -> None:
    """Remove a connection. What was done through it stays on record."""
    from core.actions import find_connection, remove_connection
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        row = find_connection(SYSTEM, name, session=session)
        remove_connection(SYSTEM, row.key, session=session)
    typer.echo(f"{row.name} is removed.")


def _switch(name: str, *, enabled: bool) -> None:
    from core.actions import enable_connection, find_connection
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        row = find_connection(SYSTEM, name, session=session)
        enable_connection(SYSTEM, row.key, session=session, enabled=enabled)
    typer.echo(f"{row.name} is {'on' if enabled else 'off'}.")


def _document(source: str, *, seconds: float) -> tuple[dict[str, Any], str]:
    """The document and the address it suggests."""
    from core.actions import fetch_document, read_document, server_of

    if source.startswith(("https://", "http://")):
        document = fetch_document(source, seconds=seconds)
        return document, server_of(document, source)
    document = read_document(_read(source))
    return document, server_of(document)


def _read(source: str) -> bytes:
    try:
        if source == "-":
            return sys.stdin.buffer.read()
        return Path(source).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{source}: {error.strerror or error}") from None


def _choices(source: str) -> list[dict[str, Any]]:
    import json

    text = _read(source)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(f"{source} is not valid JSON.") from None
    if isinstance(value, dict):
        value = value.get("operations")
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise InvalidInput(f"{source} must hold a list of operations, each with at least its id.")
    return value


def _choice(entry: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    from core.actions import Choice

    try:
        return Choice.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{entry.get('id')}: {where}: {first['msg']}.") from None
