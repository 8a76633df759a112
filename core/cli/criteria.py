"""``criteria list | show | publish | retire | restore``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit
from core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.criteria import Criterion, Tally, WrittenCriterion

criteria_app = typer.Typer(
    help="The questions that conversations, messages, drafts and replies are judged by.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Name of the criterion.")]


@criteria_app.command("list")
def list_all(
    subject: Annotated[
        str, typer.Option("--subject", help="Only those asked about it: conversation, message, draft, reply.")
    ] = "",
    with_retired: Annotated[bool, typer.Option("--retired", help="Also those out of use.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest version of each criterion, and how much was judged by it."""
    from core.criteria import SUBJECTS, summarise_criteria

    if subject and subject not in SUBJECTS:
        raise InvalidInput(f"Unknown subject {subject!r}: choose one of {', '.join(SUBJECTS)}.")
    with opened() as (database, _settings), database.reading() as session:
        found = summarise_criteria(session=session, subject=subject, with_retired=with_retired)
    for summary in found:
        each, shown = summary.criterion, _shown(summary.criterion, summary.judgements)
        if as_json:
            emit(shown)
        else:
            state = "  (retired)" if each.retired_at else ""
            about = ", ".join(each.subjects)
            typer.echo(f"{each.name:<24} v{each.version:<3} {each.kind:<9} {each.question}{state}")
            typer.echo(f"{'':<24} {about}; {sum(shown['judgements'].values()):,} judgements")


@criteria_app.command("show")
def show(
    name: Name,
    version: Annotated[int | None, typer.Option("--version", help="Default: the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one criterion. With --json in the form that `publish` reads."""
    from core.criteria import Tally, choices, criterion_versions, tally_judgements

    with opened() as (database, _settings), database.reading() as session:
        versions = criterion_versions(name, session=session)
        tally = tally_judgements(session=session)
    found = next((each for each in versions if version in (None, each.version)), None)
    if found is None:
        raise NotFound(f"{name} has the versions 1 to {versions[0].version}, not {version}.")
    shown = _shown(found, tally.get(found.key, Tally()))
    if as_json:
        emit(shown)
        return
    shown["answers"] = ", ".join(choices(found))
    shown["examples"] = len(found.examples)
    for field, content in shown.items():
        if content not in ("", None, [], 0):
            typer.echo(f"{field.replace('_', ' '):<12} {_words(content)}")


@criteria_app.command("publish")
def publish(
    file: Annotated[str, typer.Argument(help="JSON or YAML file; - is JSON on standard input.")],
    as_json: AsJson = False,
) -> None:
    """Publish the criteria of a file: new ones, and the next version of those that exist. All or none.

    A criterion is {question, kind, subjects, ...}; `criteria show NAME --json` prints one to start from.
    """
    from core.criteria import read_criteria

    text = _text(file)
    written = read_criteria(text, as_yaml=Path(file).suffix.lower() in {".yaml", ".yml"})
    with opened() as (database, _settings), database.transaction() as session:
        published = [_publish(each, session) for each in written]
    for each in published:
        if as_json:
            emit({"name": each.name, "version": each.version})
        else:
            typer.echo(f"{each.name} version {each.version} is published.")


@criteria_app.command("retire")
def retire(name: Name) -> None:
    """Take a criterion out of use. Its judgements stay, and `restore` puts it back."""
    from core.criteria import retire_criterion
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        retire_criterion(SYSTEM, name, session=session)
    typer.echo(f"{name} is retired; its judgements are kept.")


@criteria_app.command("restore")
def restore(name: Name) -> None:
    """Put a retired criterion back to use."""
    from core.criteria import restore_criterion
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        restore_criterion(SYSTEM, name, session=session)
    typer.echo(f"{name} can be judged by again.")


def _publish(written: WrittenCriterion, session: Session) -> Criterion:
    from core.criteria import criterion_versions, publish_criterion
    from core.errors import Conflict
    from core.identity import SYSTEM

    based_on = None
    if written.version is not None:
        versions = criterion_versions(written.name, session=session)
        based_on = next((each.key for each in versions if each.version == written.version), None)
        if based_on is None:
            newest = versions[0].version
            raise Conflict(f"{written.name} has no version {written.version}; its newest is {newest}.")
    return publish_criterion(
        SYSTEM,
        session=session,
        name=written.name,
        question=written.question,
        guidance=written.guidance,
        kind=written.kind,
        subjects=written.subjects,
        answers=written.answers,
        good=written.good,
        examples=[each.model_dump() for each in written.examples],
        change_note=written.change_note,
        based_on=based_on,
    )


def _shown(criterion: Criterion, judgements: Tally) -> dict[str, Any]:
    """In the form that `publish` reads, and with what is known besides."""
    from dataclasses import asdict

    return {
        "name": criterion.name,
        "version": criterion.version,
        "question": criterion.question,
        "guidance": criterion.guidance,
        "kind": criterion.kind,
        "subjects": criterion.subjects,
        "answers": criterion.answers,
        "good": criterion.good,
        "examples": criterion.examples,
        "last_change": criterion.change_note,
        "published": criterion.created_at.isoformat(),
        "retired": criterion.retired_at.isoformat() if criterion.retired_at else None,
        "judgements": asdict(judgements),
    }


def _words(content: Any) -> str:
    if isinstance(content, dict):
        by = {"person": "people", "classifier": "classifiers", "customer": "customers"}
        return ", ".join(f"{count:,} by {by[who]}" for who, count in content.items() if count) or "none"
    return ", ".join(content) if isinstance(content, list) else str(content)


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidInput(f"{file} cannot be read: {reason}") from None
