"""``flags list|show|export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit, json_lines_out, say

if TYPE_CHECKING:
    from core.evals import FlagView

_SHOWN = 60

flags_app = typer.Typer(
    help="Strong and weak moments people flagged, and the eval cases they became.", no_args_is_help=True
)


@flags_app.command("list")
def list_(
    state: Annotated[
        str, typer.Option("--state", help="open, accepted, dismissed or withdrawn; default: all.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="The newest so many.")] = 20,
    before: Annotated[int | None, typer.Option("--before", help="Older than this flag.")] = None,
    as_json: AsJson = False,
) -> None:
    """List flags, newest first."""
    from core.evals import list_flags
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        page = list_flags(SYSTEM, session=session, mine=False, state=state, cursor=before, limit=limit)
    if as_json:
        for view in page.rows:
            emit(_facts(view))
        return
    if not page.rows:
        typer.echo("no flags")
    for view in page.rows:
        flag = view.flag
        words = " ".join((view.quote or f"all of the {flag.subject_type}").split())
        typer.echo(
            f"{flag.key:>6}  {flag.created_at:%Y-%m-%d %H:%M}  {flag.state:<9}  {flag.strength:<6}  "
            f"{view.criterion.name:<22}  {view.who:<20}  {words[:_SHOWN]}"
        )
    if page.next_cursor is not None:
        say(f"more: --before {page.next_cursor}")


@flags_app.command()
def show(
    flag: Annotated[int, typer.Argument(help="Number of the flag.")],
    as_json: AsJson = False,
) -> None:
    """Show one flag: the words in context, the better wording, and what became of it."""
    from core.evals import get_flag
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        view = get_flag(SYSTEM, flag, session=session)
    if as_json:
        emit(_facts(view))
        return
    about = f" of {view.about}" if view.about else ""
    typer.echo(f"{view.flag.strength}: {view.criterion.question} {view.answer}")
    typer.echo(f"by {view.who}, about a {view.flag.subject_type}{about}, in {view.subject}")
    typer.echo(f"{view.before}[{view.quote}]{view.after}" if view.quote else view.before)
    for name, text in (("better", view.flag.better), ("note", view.flag.note)):
        if text:
            typer.echo(f"{name}: {text}")
    typer.echo(view.outcome)


@flags_app.command()
def export(
    to: Annotated[
        Path | None, typer.Option("--to", help="Write to this file; default: standard output.")
    ] = None,
    state: Annotated[
        str, typer.Option("--state", help="candidate, accepted, dismissed or all.")
    ] = "accepted",
    as_json: AsJson = False,
) -> None:
    """Write eval cases as JSON lines: input, expectations and the article versions they knew.

    Texts are as they were written, names and addresses included: treat the file like the conversations.
    """
    import json

    from core.evals import export_cases
    from core.identity import SYSTEM

    count = 0
    with opened() as (database, _settings), database.reading() as session:
        cases = export_cases(SYSTEM, session=session, state="" if state == "all" else state)
        with json_lines_out(to) as lines:
            for case in cases:
                lines.write(json.dumps(case, ensure_ascii=False) + "\n")
                count += 1
    if to is not None:
        emit({"cases": count, "file": str(to)}) if as_json else typer.echo(f"wrote {count:,} cases to {to}")


def _facts(view: FlagView) -> dict[str, Any]:
    return {
        **view.flag.model_dump(mode="json", exclude={"criterion_id"}),
        "criterion": view.criterion.name,
        "criterion_version": view.criterion.version,
        "answer": view.answer,
        "flagged_by": view.who,
        "about": view.about,
        "decided_by": view.decided_by,
        "case_state": view.case_state,
        "outcome": view.outcome,
    }
