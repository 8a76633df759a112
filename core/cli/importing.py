"""``import conversations``, ``import articles`` and ``formats``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import Meter, emit, say
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import Settings
    from core.surfaces import ImportProgress, ImportSummary, Preview

import_app = typer.Typer(
    help="Bring in conversations or articles from files of other systems.", no_args_is_help=True
)

_PATH = typer.Argument(help="File or folder to read.", metavar="PATH")
_FORMAT = typer.Option("--format", "-f", help="Format; guessed when left out. See `formats`.")
_SOURCE = typer.Option("--source", help="Where the data comes from; ids are unique within it.")
_REJECTS = typer.Option("--rejects", help="File for what cannot be imported; default PATH.rejects.jsonl.")
_ZONE = typer.Option("--time-zone", help="Zone of dates that name none, such as Europe/Berlin.")
_PREVIEW = typer.Option("--preview", help="Show the first records; store nothing.")


@import_app.command("conversations")
def import_conversations(
    path: Annotated[Path, _PATH],
    format: Annotated[str | None, _FORMAT] = None,
    source: Annotated[str, _SOURCE] = "import",
    map: Annotated[
        list[str] | None, typer.Option("--map", help="CSV: COLUMN=FIELD; may be repeated.")
    ] = None,
    rejects: Annotated[Path | None, _REJECTS] = None,
    support_address: Annotated[
        list[str] | None,
        typer.Option("--support-address", help="Mail: an address or @domain of ours; may be repeated."),
    ] = None,
    channel: Annotated[
        str, typer.Option("--channel", help="Channel of conversations that name none.")
    ] = "chat",
    time_zone: Annotated[str, _ZONE] = "UTC",
    preview: Annotated[bool, _PREVIEW] = False,
    as_json: AsJson = False,
) -> None:
    """Import conversations. Importing the same source again adds only what is new."""
    from core.surfaces import ImportOptions, import_conversation_file, preview_conversations

    options = ImportOptions(
        source=source,
        columns=_mapping(map or []),
        support_addresses=tuple(support_address or ()),
        channel=channel,
        zone=_zone(time_zone),
    )
    if preview:
        _show_preview(preview_conversations(path, options=options, format=format))
        return
    meter = Meter("importing", quiet=as_json)
    with opened() as (database, _settings):
        summary = import_conversation_file(
            path,
            database=database,
            options=options,
            format=format,
            rejects_path=rejects,
            progress=lambda progress: _show_progress(meter, progress),
        )
    meter.close()
    _report(summary, as_json=as_json)


@import_app.command("articles")
def import_articles(
    path: Annotated[Path, _PATH],
    format: Annotated[str | None, _FORMAT] = None,
    source: Annotated[str, _SOURCE] = "import",
    rejects: Annotated[Path | None, _REJECTS] = None,
    locale: Annotated[
        str, typer.Option("--locale", help="Language of articles that name none; default: found out.")
    ] = "",
    audience: Annotated[
        str, typer.Option("--audience", help="Of articles that name none: public or internal.")
    ] = "public",
    time_zone: Annotated[str, _ZONE] = "UTC",
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Make the search vectors before ending.")
    ] = True,
    preview: Annotated[bool, _PREVIEW] = False,
    as_json: AsJson = False,
) -> None:
    """Import articles. One that changed gets a new version; the others stay as they are."""
    from core.surfaces import ImportOptions, import_article_file, preview_articles

    options = ImportOptions(source=source, locale=locale, audience=audience, zone=_zone(time_zone))
    if preview:
        _show_preview(preview_articles(path, options=options, format=format))
        return
    meter = Meter("importing", quiet=as_json)
    with opened() as (database, settings):
        summary = import_article_file(
            path,
            database=database,
            options=options,
            format=format,
            rejects_path=rejects,
            progress=lambda progress: _show_progress(meter, progress),
        )
        meter.close()
        vectors = _embed(database, settings, quiet=as_json) if wait else None
    _report(summary, as_json=as_json, vectors=vectors)


def show_formats() -> None:
    """Describe every format and its fields (Markdown)."""
    from core.surfaces import documentation

    typer.echo(documentation(), nl=False)


def _embed(database: Database, settings: Settings, *, quiet: bool) -> int:
    from core.knowledge import embed_missing
    from core.llm import get_embedder

    meter = Meter("making search vectors", quiet=quiet)
    made = embed_missing(
        database=database,
        embedder=get_embedder(settings),
        progress=lambda index: meter.show(
            index.embedded / max(1, index.passages), f"{index.embedded:,} of {index.passages:,} passages"
        ),
    )
    meter.close()
    return made


def _show_progress(meter: Meter, progress: ImportProgress) -> None:
    rejected = f", {progress.rejected:,} rejected" if progress.rejected else ""
    meter.show(progress.fraction, f"{progress.stored:,} stored{rejected}")


def _report(summary: ImportSummary, *, as_json: bool, vectors: int | None = None) -> None:
    """Print what happened; exit with 1 when nothing at all could be imported."""
    stored = summary.new + summary.updated + summary.unchanged
    if as_json:
        emit(summary.as_dict() | ({} if vectors is None else {"vectors": vectors}))
    else:
        messages = f", {summary.messages:,} messages added" if summary.what == "conversations" else ""
        typer.echo(
            f"{summary.what} from {summary.format}: {summary.new:,} new, {summary.updated:,} updated, "
            f"{summary.unchanged:,} unchanged{messages} ({summary.seconds:.1f} s)"
        )
        if vectors is not None:
            typer.echo(f"{vectors:,} search vectors made")
        if summary.remarked:
            typer.echo(f"{summary.remarked:,} remarks, the first: {summary.remarks[0].text}")
        if summary.rejected:
            typer.echo(f"{summary.rejected:,} rejected, written to {summary.rejects_path}")
    if summary.rejected and not stored:
        first = summary.rejects[0]
        say(f"error: nothing could be imported; the first reason, line {first.line}: {first.reason}")
        raise typer.Exit(1)


def _show_preview(preview: Preview) -> None:
    for record in preview.records:
        emit(_brief(record))
    for reject in preview.rejects[:5]:
        say(f"would be rejected, line {reject.line}: {reject.reason}")
    if not preview.records:
        raise InvalidInput("No record can be read from the input.")


def _brief(record: Any) -> dict[str, Any]:
    from dataclasses import asdict

    values = asdict(record)
    for message in values.get("messages", ()):
        message["attachments"] = [
            {"name": file["name"], "size": file["size"], "note": file["note"]}
            for file in message["attachments"]
        ]
    return values


def _mapping(pairs: list[str]) -> dict[str, str]:
    """``COLUMN=FIELD`` pairs; the column's own name may hold an equals sign."""
    found: dict[str, str] = {}
    for pair in pairs:
        column, separator, field = pair.rpartition("=")
        if not separator or not column or not field:
            raise InvalidInput(f"--map {pair!r} must be COLUMN=FIELD.")
        found[column.strip()] = field.strip()
    return found


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(f"There is no time zone {name!r}; write it like Europe/Berlin.") from None
