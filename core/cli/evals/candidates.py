"""``evals candidates list|add``: changes to try before they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.evals.ending import EvalsGroup
from core.cli.output import emit
from core.errors import InvalidInput

candidates_app = typer.Typer(
    cls=EvalsGroup, help="Changes to try before they are made: another model or other instructions.",
    no_args_is_help=True,
)  # fmt: skip


@candidates_app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List candidates, newest first."""
    from core.evals import list_candidates
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        found = list_candidates(SYSTEM, session=session)
    if as_json:
        for each in found:
            emit({"name": each.name, "purpose": each.purpose, "changes": each.changes})
        return
    if not found:
        typer.echo("no candidates")
    for each in found:
        typer.echo(f"{each.name:<28}  {', '.join(sorted(each.changes)):<20}  {each.purpose}".rstrip())


@candidates_app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name that runs are started with.")],
    purpose: Annotated[str, typer.Option("--purpose", help="What it is to show.")] = "",
    model: Annotated[str, typer.Option("--model", help="Name of another model.")] = "",
    provider: Annotated[str, typer.Option("--provider", help="offline, openai or compatible.")] = "",
    base_url: Annotated[str, typer.Option("--base-url", help="Of a compatible server.")] = "",
    api: Annotated[str, typer.Option("--api", help="responses or chat_completions.")] = "",
    instructions: Annotated[
        Path | None, typer.Option("--instructions", help="File with the instructions to try.")
    ] = None,
) -> None:
    """Describe a change to try. It cannot be changed later."""
    from core.evals import create_candidate
    from core.identity import SYSTEM

    parts = {"provider": provider, "name": model, "base_url": base_url, "api": api}
    changes: dict[str, Any] = {}
    if any(parts.values()):
        changes["model"] = {key: value for key, value in parts.items() if value}
    if instructions is not None:
        try:
            changes["instructions"] = instructions.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{instructions} cannot be read: {error}") from None
    with opened() as (database, _settings), database.transaction() as session:
        made = create_candidate(SYSTEM, session=session, name=name, changes=changes, purpose=purpose).name
    typer.echo(f"Candidate {made} is there: evals run SUITE --candidate {made}")
