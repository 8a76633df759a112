"""``labels queues | create | progress | close | reopen | export | import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit, json_lines_out, say
from core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.criteria import Criterion
    from core.labelling import LabelQueue, Progress

labels_app = typer.Typer(help="Queues of what people judge, and their labels.", no_args_is_help=True)

QueueId = Annotated[int, typer.Argument(help="Number of the queue, see `labels queues`.", metavar="QUEUE")]
_KEY = typer.Argument(help="Name of the criterion.", metavar="CRITERION")
_VERSION = typer.Option("--version", help="Version of the criterion; default: the newest.")
_FORMAT = typer.Option("--format", "-f", help="csv or label_studio.")


@labels_app.command("queues")
def list_all(as_json: AsJson = False) -> None:
    """List the label queues, open ones first."""
    from core.identity import SYSTEM
    from core.labelling import list_queues

    with opened() as (database, _settings), database.reading() as session:
        views = list_queues(SYSTEM, session=session)
    for view in views:
        queue, progress = view.queue, view.progress
        if as_json:
            emit(
                {
                    **_described(queue, view.criterion),
                    "progress": _counted(progress),
                    "newer_version": view.newer_version,
                }
            )
            continue
        newer = "  (the criterion has a newer version)" if view.newer_version else ""
        typer.echo(
            f"{queue.key:>5}  {queue.state:<6}  {progress.done:,}/{progress.total:,}  {queue.name}{newer}"
        )


@labels_app.command("create")
def create(
    criterion: Annotated[str, _KEY],
    subject: Annotated[
        str, typer.Option("--subject", help="conversation, message, draft or reply; default: what it is for.")
    ] = "",
    strategy: Annotated[str, typer.Option("--strategy", help="How to draw, such as random.")] = "random",
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE: channel, locale, since, until, ...; may be repeated."),
    ] = None,
    size: Annotated[int, typer.Option("--size", help="Items, 1 to 5,000.")] = 100,
    double: Annotated[
        float, typer.Option("--double", help="Share that two people judge blind, 0 to 1.")
    ] = 0.0,
    person: Annotated[
        list[str] | None, typer.Option("--person", help="User name of whom it is for; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What to call the queue.")] = "",
    seed: Annotated[int | None, typer.Option("--seed", help="Draws the same again on the same data.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw subjects into a queue that people then judge."""
    from core.identity import SYSTEM
    from core.labelling import create_queue

    parameters = _settings(setting or [])
    with opened() as (database, _):
        with database.reading() as session:
            asked = _criterion(criterion, None, session=session)
            people = _people(person or [], session=session)
        queue = create_queue(
            SYSTEM,
            database=database,
            criterion_id=asked.key,
            subject_type=subject or asked.subjects[0],
            strategy=strategy,
            parameters=parameters,
            size=size,
            double_share=double,
            people=people,
            name=name,
            seed=seed,
        )
    if as_json:
        emit(_described(queue, asked))
    else:
        typer.echo(f"Queue {queue.key} has {queue.size:,} items, drawn from {queue.design['frame']}.")


@labels_app.command("progress")
def progress(queue: QueueId, as_json: AsJson = False) -> None:
    """Say how far a queue is."""
    from core.identity import SYSTEM
    from core.labelling import queue_progress

    with opened() as (database, _settings), database.reading() as session:
        found = queue_progress(SYSTEM, queue, session=session)
    if as_json:
        emit({"queue": queue, **_counted(found)})
    else:
        typer.echo(f"{found.done:,} of {found.total:,} answers, {found.left:,} to go.")


@labels_app.command("close")
def close(queue: QueueId) -> None:
    """Take no more answers; those there are stay."""
    from core.identity import SYSTEM
    from core.labelling import close_queue

    with opened() as (database, _settings), database.transaction() as session:
        typer.echo(f"“{close_queue(SYSTEM, queue, session=session).name}” is closed.")


@labels_app.command("reopen")
def reopen(queue: QueueId) -> None:
    """Go on with a closed queue."""
    from core.identity import SYSTEM
    from core.labelling import reopen_queue

    with opened() as (database, _settings), database.transaction() as session:
        typer.echo(f"“{reopen_queue(SYSTEM, queue, session=session).name}” is open.")


@labels_app.command("export")
def export(
    queue: Annotated[int | None, typer.Option("--queue", help="The answers of this queue.")] = None,
    criterion: Annotated[
        str, typer.Option("--criterion", help="All people's answers to this criterion.")
    ] = "",
    version: Annotated[int | None, _VERSION] = None,
    format: Annotated[str, _FORMAT] = "csv",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; default: standard output.")
    ] = None,
) -> None:
    """Write people's labels as CSV or Label Studio JSON."""
    from core.identity import SYSTEM
    from core.labelling import export_labels

    with opened() as (database, _settings):
        criterion_id = None
        if criterion:
            with database.reading() as session:
                criterion_id = _criterion(criterion, version, session=session).key
        pieces = export_labels(
            SYSTEM, database=database, queue_id=queue, criterion_id=criterion_id, format=format
        )
        with json_lines_out(output) as handle:
            handle.writelines(pieces)


@labels_app.command("import")
def import_file(
    path: Annotated[Path, typer.Argument(help="File to read.", metavar="PATH")],
    criterion: Annotated[str, typer.Option("--criterion", help="Name of the criterion they answer.")],
    version: Annotated[int | None, _VERSION] = None,
    format: Annotated[str, _FORMAT] = "csv",
    person: Annotated[
        list[str] | None,
        typer.Option("--person", help="NAME=USERNAME: whose labels NAME's are; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in labels. Importing the same file again changes nothing; exits 1 when something was rejected."""
    from core.identity import SYSTEM
    from core.labelling import import_labels

    named = dict(_pair(each, "--person", "NAME=USERNAME") for each in person or [])
    with opened() as (database, _settings):
        with database.reading() as session:
            asked = _criterion(criterion, version, session=session)
            ids = _people(list(named.values()), session=session)
        report = import_labels(
            SYSTEM,
            database=database,
            path=path,
            format=format,
            criterion_id=asked.key,
            people=dict(zip(named, ids, strict=True)),
        )
    if as_json:
        emit(
            {
                "added": report.added,
                "unchanged": report.unchanged,
                "superseded": report.superseded,
                "unknown_people": report.unknown_people,
                "rejects": [{"line": each.line, "reason": each.reason} for each in report.rejects],
            }
        )
    else:
        typer.echo(
            f"{report.added:,} added ({report.superseded:,} correct an earlier answer), "
            f"{report.unchanged:,} unchanged, {len(report.rejects):,} rejected."
        )
        for name in report.unknown_people:
            say(f"nobody here goes by {name!r}; the labels are kept under this name")
        for reject in report.rejects:
            say(f"{path}:{reject.line}: {reject.reason}")
    if report.rejects:
        raise typer.Exit(1)


def _criterion(name: str, version: int | None, *, session: Session) -> Criterion:
    from sqlmodel import select

    from core.criteria import Criterion, current_criterion

    if version is None:
        found = current_criterion(name, session=session)
    else:
        wanted = select(Criterion).where(Criterion.name == name, Criterion.version == version)
        found = session.exec(wanted).one_or_none()
    if found is None:
        of = "" if version is None else f" version {version} of"
        raise NotFound(f"There is no{of} criterion {name!r}.")
    return found


def _people(usernames: list[str], *, session: Session) -> list[int]:
    from sqlmodel import select

    from core.identity import Person

    ids = []
    for username in usernames:
        person = session.exec(select(Person).where(Person.username == username)).one_or_none()
        if person is None:
            raise NotFound(f"There is nobody with the user name {username!r}.")
        ids.append(person.key)
    return ids


def _settings(pairs: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = dict(_pair(pair, "--set", "NAME=VALUE") for pair in pairs)
    if "unjudged" in found:
        if found["unjudged"] not in ("true", "false"):
            raise InvalidInput("--set unjudged= must be true or false.")
        found["unjudged"] = found["unjudged"] == "true"
    return found


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise InvalidInput(f"{option} {text!r} must be {form}.")
    return name.strip(), value.strip()


def _described(queue: LabelQueue, criterion: Criterion) -> dict[str, Any]:
    return {
        "id": queue.key,
        "name": queue.name,
        "state": queue.state,
        "criterion": criterion.name,
        "version": criterion.version,
        "subject_type": queue.subject_type,
        "strategy": queue.strategy,
        "parameters": queue.parameters,
        "design": queue.design,
        "size": queue.size,
        "double_share": queue.double_share,
        "seed": queue.seed,
    }


def _counted(progress: Progress) -> dict[str, int]:
    return {"total": progress.total, "done": progress.done, "left": progress.left}
