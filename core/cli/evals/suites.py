"""``evals suites list|show|create|add|freeze``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.evals.ending import EvalsGroup
from core.cli.output import emit
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.evals import SuiteSummary

suites_app = typer.Typer(
    cls=EvalsGroup, help="Suites: sets of cases, and their versions.", no_args_is_help=True
)
Suite = Annotated[str, typer.Argument(metavar="SUITE", help="Name of the suite.")]


@suites_app.command("list")
def list_(
    archived: Annotated[bool, typer.Option("--archived", help="With those that are archived.")] = False,
    as_json: AsJson = False,
) -> None:
    """List suites."""
    from core.evals import list_suites
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        found = list_suites(SYSTEM, session=session, with_archived=archived)
    if as_json:
        for each in found:
            emit(_facts(each))
        return
    if not found:
        typer.echo("no suites")
    for each in found:
        held_out = "  held out" if each.suite.held_out else ""
        typer.echo(f"{each.suite.name:<28}  {each.accepted:>6,} of {each.cases:,} cases count{held_out}")


@suites_app.command()
def show(suite: Suite, as_json: AsJson = False) -> None:
    """Show a suite and its versions."""
    from core.evals import list_suite_versions, open_suite
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        found = open_suite(SYSTEM, suite, session=session)
        versions = list_suite_versions(found.suite.key, session=session)
    listed = [
        {
            "version": each.number,
            "cases": each.case_count,
            "created_at": each.created_at.isoformat(),
            "note": each.note,
        }
        for each in versions
    ]
    if as_json:
        emit(_facts(found) | {"versions": listed})
        return
    for name, value in _facts(found).items():
        if value not in ("", None, [], False):
            typer.echo(
                f"{name.replace('_', ' '):<10} {', '.join(value) if isinstance(value, list) else value}"
            )
    for each in listed:
        facts = f"{each['created_at']}  {each['cases']:,} cases  {each['note']}"
        typer.echo(f"version {each['version']:<4} {facts}".rstrip())


@suites_app.command()
def create(
    name: Suite,
    title: Annotated[str, typer.Option("--title", help="As people read it; default: the name.")] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="What it measures.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="smoke, core, theme or other.")] = "other",
    theme: Annotated[str, typer.Option("--theme", help="Of a theme suite.")] = "",
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Its cases are not shown to those who write what it measures.")
    ] = False,
    grader: Annotated[
        list[str] | None, typer.Option("--grader", help="Name of a classifier that grades; may be repeated.")
    ] = None,
) -> None:
    """Create a suite without cases."""
    from core.evals import create_suite
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        made = create_suite(
            SYSTEM,
            session=session,
            title=title or name,
            name=name,
            purpose=purpose,
            kind=kind,
            theme=theme,
            held_out=held_out,
            graders=grader or (),
        ).name
    typer.echo(f"Suite {made} is there.")


@suites_app.command()
def add(
    suite: Suite,
    cases: Annotated[list[int] | None, typer.Argument(metavar="[CASE]...", help="Numbers of cases.")] = None,
    tag: Annotated[str, typer.Option("--tag", help="Add all accepted cases with this tag.")] = "",
    theme: Annotated[str, typer.Option("--theme", help="Add all accepted cases of this theme.")] = "",
) -> None:
    """Put cases into a suite."""
    from core.evals import CaseFilter, add_matching, add_members, get_suite
    from core.identity import SYSTEM

    if not cases and not tag and not theme:
        raise InvalidInput("Say which cases: numbers, --tag or --theme.")
    with opened() as (database, _settings), database.transaction() as session:
        suite_id = get_suite(suite, session=session).key
        added = add_members(SYSTEM, suite_id, cases, session=session).added if cases else 0
        if tag or theme:
            wanted = CaseFilter(state="accepted", tag=tag, theme=theme)
            added += add_matching(SYSTEM, suite_id, wanted, session=session).added
    typer.echo(f"{added:,} added to {suite}")


@suites_app.command()
def freeze(
    suite: Suite,
    note: Annotated[str, typer.Option("--note", help="Kept with the version.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a version of a suite as it is now, or find the one that is the same."""
    from core.evals import freeze_suite, get_suite

    with opened() as (database, _settings), database.transaction() as session:
        version = freeze_suite(get_suite(suite, session=session).key, session=session, note=note)
        facts = {
            "suite": suite,
            "version": version.number,
            "cases": version.case_count,
            "digest": version.digest,
        }
    if as_json:
        emit(facts)
    else:
        typer.echo(f"{suite} version {facts['version']}: {facts['cases']:,} cases")


def _facts(summary: SuiteSummary) -> dict[str, Any]:
    suite = summary.suite
    return {
        "name": suite.name,
        "title": suite.title,
        "purpose": suite.purpose,
        "kind": suite.kind,
        "theme": suite.theme,
        "held_out": suite.held_out,
        "graders": list(suite.graders),
        "cases": summary.cases,
        "accepted": summary.accepted,
        "version": summary.newest.number if summary.newest else None,
        "archived": suite.archived_at is not None,
    }
