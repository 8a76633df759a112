"""``evals cases list|show|import|export|accept|dismiss``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.context import AsJson, opened
from core.cli.evals.ending import EvalsGroup
from core.cli.output import emit, say
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.evals import CaseImport

_SHOWN = 60
_NOTES = 10

cases_app = typer.Typer(
    cls=EvalsGroup,
    help="Eval cases: frozen inputs with what is expected of the answer.",
    no_args_is_help=True,
)
Case = Annotated[list[int], typer.Argument(metavar="CASE...", help="Numbers of cases.")]


@cases_app.command("list")
def list_(
    state: Annotated[
        str, typer.Option("--state", help="candidate, accepted or dismissed; default: all.")
    ] = "",
    suite: Annotated[str, typer.Option("--suite", help="Only those of this suite.")] = "",
    tag: Annotated[str, typer.Option("--tag", help="Only those with this tag.")] = "",
    text: Annotated[str, typer.Option("--text", help="Words in the name or in what the customer says.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="The newest so many.")] = 20,
    after: Annotated[int, typer.Option("--after", help="From this place on.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List cases, newest first."""
    from core.evals import CaseFilter, get_suite, list_cases
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        suite_id = get_suite(suite, session=session).key if suite else None
        wanted = CaseFilter(state=state, suite_id=suite_id, tag=tag, text=text)
        page = list_cases(SYSTEM, wanted, after or None, session=session, limit=limit)
    if as_json:
        from dataclasses import asdict

        for each in page.rows:
            emit(asdict(each))
        return
    if not page.rows:
        typer.echo("no cases")
    for each in page.rows:
        mark = "!" if each.critical else " "
        typer.echo(
            f"{each.id:>6} {mark} {each.state:<9}  {each.source:<8}  {each.expects:>2} expected  "
            f"{each.name[:_SHOWN]:<{_SHOWN}}  {', '.join(each.tags)}".rstrip()
        )
    if page.next_after is not None:
        say(f"{page.total:,} in all; more: --after {page.next_after}")


@cases_app.command()
def show(
    case: Annotated[int, typer.Argument(help="Number of the case.")],
    as_json: AsJson = False,
) -> None:
    """Show one case: what was said, what is expected, where it comes from."""
    from core.evals import open_case
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        view = open_case(SYSTEM, case, session=session)
    stored = view.case
    if as_json:
        emit(
            stored.model_dump(mode="json")
            | {
                "expected": [each.words for each in view.expected],
                "suites": [each.name for each in view.suites],
                "held_out": view.held_out,
            }
        )
        return
    typer.echo(f"case {stored.key}: {stored.name}")
    facts = {
        "state": stored.state,
        "from": stored.source,
        "theme": stored.theme,
        "tags": ", ".join(stored.tags),
        "weight": f"{stored.weight:g}",
        "critical": "yes" if stored.critical else "",
        "suites": ", ".join(each.name for each in view.suites),
    }
    typer.echo("  ".join(f"{name} {value}" for name, value in facts.items() if value))
    for message in stored.input.get("messages", []):
        typer.echo(f"\n{message['author']}: {message['text']}")
    typer.echo("\nexpected:" if view.expected else "\nnothing is expected")
    for each in view.expected:
        typer.echo(f"- {each.words}")


@cases_app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="File to read.", metavar="FILE")],
    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="ratchet, openai-evals, promptfoo, inspect, inspect-log or csv; default: guessed.",
        ),
    ] = "",
    suite: Annotated[str, typer.Option("--suite", help="Put the cases into this suite.")] = "",
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="Given to each new case; may be repeated.")
    ] = None,
    expected_as: Annotated[
        str,
        typer.Option(
            "--expected-as",
            help="What ideal, target or expected means: contains, equals, starts_with or reference; default: "
            "contains for one short line, else reference.",
        ),
    ] = "",
    accept: Annotated[bool, typer.Option("--accept", help="New cases count at once.")] = False,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Import what can be read although some cannot.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing; say what would happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import cases, all of a file or none. Importing it again changes nothing."""
    from core.evals import add_members, get_suite, import_case_file
    from core.identity import SYSTEM

    with opened() as (database, _settings):
        if suite:
            with database.reading() as session:
                get_suite(suite, session=session)  # better now than after the import
        done = import_case_file(
            SYSTEM,
            database=database,
            path=path,
            format=format,
            expected_as=expected_as,
            tags=tag or (),
            state="accepted" if accept else "candidate",
            skip_broken=skip_broken,
            dry_run=dry_run,
        )
        if suite and not dry_run and done.case_ids:
            with database.transaction() as session:
                add_members(SYSTEM, get_suite(suite, session=session).key, done.case_ids, session=session)
    _report(done, as_json=as_json)


@cases_app.command("export")
def export(
    to: Annotated[Path | None, typer.Option("--to", help="File; default: standard output.")] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", help="ratchet, openai-evals, promptfoo, inspect or csv.")
    ] = "ratchet",
    suite: Annotated[str, typer.Option("--suite", help="Only those of this suite.")] = "",
    state: Annotated[
        str, typer.Option("--state", help="candidate, accepted, dismissed, or all.")
    ] = "accepted",
    keep_personal_data: Annotated[
        bool,
        typer.Option("--keep-personal-data", help="Leave names, addresses and numbers as they are."),
    ] = False,
    provider: Annotated[
        str, typer.Option("--provider", help="promptfoo: what it measures, such as openai:chat:NAME.")
    ] = "",
    base_url: Annotated[
        str, typer.Option("--base-url", help="promptfoo: of an OpenAI-compatible server.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Export cases; importing the file again gives the same cases. Personal data is masked."""
    from core.evals import export_case_file
    from core.identity import SYSTEM

    with opened() as (database, _settings):
        made = export_case_file(
            SYSTEM,
            database=database,
            format=format,
            suite=suite,
            state="" if state == "all" else state,
            keep_personal_data=keep_personal_data,
            provider=provider,
            base_url=base_url,
        )
    if to is None:
        sys.stdout.buffer.write(made.content)
        sys.stdout.flush()
    else:
        _write(to, made.content)
    for note in made.notes:
        say(note)
    if to is not None and as_json:
        emit(
            {
                "file": str(to),
                "format": format,
                "cases": made.cases,
                "masked": made.masked,
                "notes": made.notes,
            }
        )
    else:
        say(f"{made.cases:,} cases, personal data masked in {made.masked:,}")


@cases_app.command()
def accept(
    cases: Case,
) -> None:
    """Let cases count in suites."""
    from core.evals import accept_case
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        for case in cases:
            accept_case(SYSTEM, case, session=session)
    typer.echo(f"{len(cases):,} accepted")


@cases_app.command()
def dismiss(
    cases: Case,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays visible.")],
) -> None:
    """Leave cases out of every run."""
    from core.evals import dismiss_case
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        for case in cases:
            dismiss_case(SYSTEM, case, session=session, reason=reason)
    typer.echo(f"{len(cases):,} dismissed")


def _report(done: CaseImport, *, as_json: bool) -> None:
    counts = {name: done.count(name) for name in ("new", "known", "twice")}
    notes = [(each.line, note) for each in done.cases for note in each.notes]
    if as_json:
        emit(
            {"format": done.format, "stored": done.stored, **counts}
            | {
                "cases": [
                    {"line": each.line, "name": each.name, "outcome": each.outcome, "case": each.case_id}
                    for each in done.cases
                ],
                "problems": [{"line": each.line, "reason": each.reason} for each in done.problems],
                "notes": [{"line": line, "note": note} for line, note in notes],
            }
        )
        return
    would = "" if done.stored else "would be: "
    typer.echo(
        f"{done.format}: {would}{counts['new']:,} new, {counts['known']:,} here already, "
        f"{counts['twice']:,} twice in the file, {len(done.problems):,} left out"
    )
    for problem in done.problems[:_NOTES]:
        say(f"line {problem.line}: {problem.reason}")
    for line, note in notes[:_NOTES]:
        say(f"line {line}: {note}")
    if len(notes) > _NOTES:
        say(f"and {len(notes) - _NOTES:,} more remarks; see --json")


def _write(path: Path, content: bytes) -> None:
    """The file is complete or absent."""
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InvalidInput(f"{path} cannot be written: {error.strerror or error}") from None
