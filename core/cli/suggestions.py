"""``suggestions list|show|accept|reject|note|find``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit

if TYPE_CHECKING:
    from core.insights import SuggestionRow

_SHOWN = 70
_Number = Annotated[int, typer.Argument(help="Number of the suggestion.")]

suggestions_app = typer.Typer(
    help="What knowledge lacks, made of what people wrote in their work.", no_args_is_help=True
)


@suggestions_app.command("list")
def list_(
    state: Annotated[str, typer.Option("--state", help="open, accepted, rejected or expired.")] = "open",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List suggestions, those with the most conversations behind them first."""
    from core.identity import SYSTEM
    from core.insights import list_suggestions

    with opened() as (database, _settings), database.reading() as session:
        rows = list_suggestions(SYSTEM, session=session, states=(state,), limit=limit)
    if as_json:
        for row in rows:
            emit(_facts(row))
        return
    if not rows:
        typer.echo("no suggestions")
    for row in rows:
        each = row.suggestion
        found = f"{row.contradictions} contradictions, {row.duplicates} duplicates"
        about = f"  -> {row.article_title}" if row.article_title else ""
        typer.echo(
            f"{each.key:>6}  {each.affected:>4} conversations  {each.kind:<5}  {each.source:<10}  {found}  "
            f"{each.title[:_SHOWN]}{about}"
        )


@suggestions_app.command()
def show(suggestion: _Number, as_json: AsJson = False) -> None:
    """Show one suggestion: its text, the evidence, and what knowledge says already or otherwise."""
    from core.identity import SYSTEM
    from core.insights import get_suggestion

    with opened() as (database, _settings), database.reading() as session:
        view = get_suggestion(SYSTEM, suggestion, session=session)
    if as_json:
        sources = [each.source.model_dump(mode="json") | {"person": each.person} for each in view.sources]
        emit(_facts(view.row) | {"sources": sources})
        return
    each = view.suggestion
    typer.echo(f"{each.title}\n\n{each.body}\n")
    if view.row.article_title:
        typer.echo(f"changes: {view.row.article_title}")
    for found in each.finds.get("contradictions", ()):
        typer.echo(f"contradicts {found['title']}: {found['theirs']}")
    for found in each.finds.get("duplicates", ()):
        typer.echo(f"repeats {found['title']} ({found['likeness']:.2f})")
    for source in view.sources:
        typer.echo(f"from {source.source.evidence} by {source.person or 'nobody'}: {source.source.question}")


@suggestions_app.command()
def accept(suggestion: _Number, as_json: AsJson = False) -> None:
    """Make an edit of it. Nothing is live by that."""
    from core.identity import SYSTEM
    from core.insights import accept_suggestion, get_suggestion

    with opened() as (database, _settings), database.transaction() as session:
        revision = get_suggestion(SYSTEM, suggestion, session=session).suggestion.revision
        edit_id = accept_suggestion(SYSTEM, suggestion, revision=revision, session=session).edit_id
    emit({"suggestion": suggestion, "edit": edit_id}) if as_json else typer.echo(f"made edit {edit_id}")


@suggestions_app.command()
def reject(
    suggestion: _Number,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    as_json: AsJson = False,
) -> None:
    """Turn it down with a reason."""
    from core.identity import SYSTEM
    from core.insights import get_suggestion, reject_suggestion

    with opened() as (database, _settings), database.transaction() as session:
        revision = get_suggestion(SYSTEM, suggestion, session=session).suggestion.revision
        done = reject_suggestion(SYSTEM, suggestion, reason, revision=revision, session=session)
        state = done.state
    emit({"suggestion": suggestion, "state": state}) if as_json else typer.echo(state)


@suggestions_app.command()
def reopen(suggestion: _Number, as_json: AsJson = False) -> None:
    """Open one again that was rejected, or expired."""
    from core.identity import SYSTEM
    from core.insights import get_suggestion, reopen_suggestion

    with opened() as (database, _settings), database.transaction() as session:
        revision = get_suggestion(SYSTEM, suggestion, session=session).suggestion.revision
        state = reopen_suggestion(SYSTEM, suggestion, revision=revision, session=session).state
    emit({"suggestion": suggestion, "state": state}) if as_json else typer.echo(state)


@suggestions_app.command()
def note(
    title: Annotated[str, typer.Option("--title", help="What it is about.")],
    text: Annotated[str, typer.Option("--text", help="What knowledge should say, as Markdown.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="Read the text from this file.")] = None,
    article: Annotated[int | None, typer.Option("--article", help="Number of the article to change.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a note: what knowledge should say from now on."""
    from core.errors import InvalidInput
    from core.identity import SYSTEM
    from core.insights import write_note
    from core.llm import get_embedder

    if file is not None:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{file} cannot be read: {error}") from None
    with opened() as (database, settings), database.transaction() as session:
        made = write_note(
            SYSTEM, title, text, session=session, embedder=get_embedder(settings), article_id=article
        ).key
    emit({"suggestion": made}) if as_json else typer.echo(f"made suggestion {made}")


@suggestions_app.command()
def find(as_json: AsJson = False) -> None:
    """Look through new replies and flags now, as the worker does every minute."""
    from core.insights import find_suggestions
    from core.llm import get_embedder

    with opened() as (database, settings):
        stored = find_suggestions(database, get_embedder(settings))
    emit({"evidence": stored}) if as_json else typer.echo(f"stored {stored} pieces of evidence")


def _facts(row: SuggestionRow) -> dict[str, Any]:
    return {
        **row.suggestion.model_dump(mode="json", exclude={"vector", "embedder"}),
        "article": row.article_title,
        "decided_by": row.decided_by,
    }
