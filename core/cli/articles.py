"""``articles show|edit|checks|redirect``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit, say
from core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.knowledge import Article, TextChecks

articles_app = typer.Typer(help="Articles: read, edit, check, send on, archive.", no_args_is_help=True)

_OURS = {"live_version_id", "redirect_to_id", "source_version_id"}  # numbers that say nothing outside

Wanted = Annotated[str, typer.Argument(metavar="ARTICLE", help="Id of the article in its source.")]
Source = Annotated[str, typer.Option("--source", help="Where it comes from, when several have this id.")]


@articles_app.command()
def show(article: Wanted, source: Source = "", as_json: AsJson = False) -> None:
    """Show an article: its text, versions, owner, dates, translations and where it sends its readers."""
    from core.identity import SYSTEM
    from core.knowledge import get_article, list_edits, redirect_of, scheduled_of, translations_of

    with opened() as (database, _settings), database.reading() as session:
        found = find_article(article, source, session=session)
        view = get_article(SYSTEM, found.key, session=session)
        target = redirect_of(found, session=session)
        shown = view.live or (view.versions[0] if view.versions else None)
        facts: dict[str, Any] = {
            **found.model_dump(
                mode="json", exclude={"live_version_id", "redirect_to_id", "source_version_id"}
            ),
            "body": shown.body if shown is not None else "",
            "version": shown.number if shown is not None else None,
            "versions": len(view.versions),
            "waiting": [each.number for each in scheduled_of(found.key, session=session)],
            "redirects_to": target.external_id if target is not None else None,
            "edits": [each.edit_id for each in list_edits(SYSTEM, session=session, article_id=found.key)],
            "translations": [
                {
                    "article": each.article.external_id,
                    "locale": each.article.locale,
                    "source": each.source,
                    "source_moved_on": each.moved_on,
                }
                for each in translations_of(SYSTEM, found.key, session=session)
            ],
        }
    if as_json:
        emit(facts)
        return
    typer.echo(f"{facts['title']}  [{facts['status']}, {facts['audience']}, {facts['locale']}]")
    typer.echo(f"version {facts['version']} of {facts['versions']}, changed {facts['updated_at']:.16}")
    for name in ("review_on", "redirects_to"):
        if facts[name]:
            typer.echo(f"{name.replace('_', ' ')}: {facts[name]}")
    for each in facts["translations"]:
        moved = " (its source moved on)" if each["source_moved_on"] else ""
        typer.echo(f"{each['locale']}: {each['article']}{moved}")
    typer.echo(f"\n{facts['body']}")


@articles_app.command()
def edit(
    article: Annotated[
        str, typer.Argument(metavar="[ARTICLE]", help="Id of the article; without: a new one.")
    ] = "",
    body: Annotated[
        str, typer.Option("--body", help="File with the new text in Markdown; - is standard input.")
    ] = "",
    title: Annotated[str, typer.Option("--title", help="The new title.")] = "",
    note: Annotated[str, typer.Option("--note", help="What changed and why.")] = "",
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Put a text into the working copy. It goes live only with a release.

    Somebody else's changes in the working copy stay: both are merged.
    """
    from core.identity import SYSTEM
    from core.knowledge import new_edit

    if not article and not title:
        raise InvalidInput("Name an article, or give the new one a --title.")
    text = _read(body) if body else ""
    with opened() as (database, _settings), database.transaction() as session:
        article_id = find_article(article, source, session=session).key if article else None
        made = new_edit(SYSTEM, session=session, article_id=article_id, title=title, body=text, note=note)
    facts = {
        "edit": made.key,
        "title": made.title,
        "state": made.state,
        "revision": made.revision,
        "conflicts": len(made.aside),
    }
    if as_json:
        emit(facts)
    else:
        typer.echo(f"edit {made.key}: {made.title}")
    if made.aside:
        say("some words lie aside because somebody changed the same place: settle that in the editor")


@articles_app.command()
def checks(
    article: Annotated[str, typer.Argument(metavar="[ARTICLE]", help="Id of the article.")] = "",
    file: Annotated[str, typer.Option("--file", help="Check this file instead; - is standard input.")] = "",
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Check the text of an article: its working copy where there is one, else what is current.

    Exits with 1 when something is wrong that readers would notice.
    """
    from core.identity import SYSTEM
    from core.knowledge import EditText, check_text, current_version, list_edits
    from core.knowledge.tables import ArticleEdit

    if not article and not file:
        raise InvalidInput("Give an article or --file FILE.")
    with opened() as (database, _settings), database.reading() as session:
        found = find_article(article, source, session=session) if article else None
        if file:
            text = EditText(title=found.title if found else _title(file), body=_read(file))
        else:
            found = find_article(article, source, session=session)
            edits = list_edits(SYSTEM, session=session, article_id=found.key)
            shown = (
                session.get(ArticleEdit, edits[0].edit_id)
                if edits
                else current_version(found, session=session)
            )
            if shown is None:
                raise NotFound(f"“{found.title}” has no text yet.")
            text = EditText(title=shown.title, body=shown.body, audience=shown.audience, locale=shown.locale)
        result = check_text(text, session=session, article_id=found.key if found else None)
    emit(_facts(result)) if as_json else _print(result)
    if result.errors:
        say(f"error: {result.errors:,} things are wrong that readers would notice")
        raise typer.Exit(1)


@articles_app.command()
def redirect(
    article: Wanted,
    to: Annotated[str, typer.Argument(metavar="[TO]", help="Id of the article readers are sent to.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Send them nowhere any more.")] = False,
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Say where the readers of an article go once it is archived."""
    from core.identity import SYSTEM
    from core.knowledge import clear_redirect, set_redirect

    if bool(to) == clear:
        raise InvalidInput("Give either the article readers are sent to, or --clear.")
    with opened() as (database, _settings), database.transaction() as session:
        found = find_article(article, source, session=session)
        if clear:
            clear_redirect(SYSTEM, found.key, session=session)
        else:
            set_redirect(SYSTEM, found.key, find_article(to, "", session=session).key, session=session)
    if as_json:
        emit({"article": found.external_id, "redirects_to": to or None, "status": found.status})
    else:
        typer.echo(f"{found.external_id} -> {to or 'nowhere'}")
        if to and found.status == "live":
            say("it is live: readers are sent on once it is archived")


def find_article(external_id: str, source: str, *, session: Session) -> Article:
    """The article with this id.

    Raises:
        NotFound: there is none.
        InvalidInput: several sources have one.
    """
    from sqlmodel import col, select

    from core.knowledge import Article

    query = select(Article).where(Article.external_id == external_id).order_by(col(Article.id))
    found = [each for each in session.exec(query) if not source or each.source == source]
    if not found:
        raise NotFound(f"There is no article {external_id!r}. `search` finds articles and prints their ids.")
    if len(found) > 1:
        sources = ", ".join(each.source for each in found)
        raise InvalidInput(f"Several sources have {external_id!r}: add --source, one of {sources}.")
    return found[0]


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is not UTF-8 text.") from None


def _title(file: str) -> str:
    return "standard input" if file == "-" else Path(file).stem


def _facts(result: TextChecks) -> dict[str, Any]:
    reading = result.reading
    return {
        "words": result.words,
        "reading": {"score": reading.score, "level": reading.level} if reading is not None else None,
        "passages": len(result.passages),
        "outline": [{"level": each.level, "text": each.text, "line": each.line} for each in result.outline],
        "findings": [
            {
                "kind": each.kind,
                "severity": each.severity,
                "line": each.line,
                "words": each.words,
                "quote": each.quote,
            }
            for each in result.findings
        ],
    }


def _print(result: TextChecks) -> None:
    ease = f", reading ease {result.reading.score}" if result.reading is not None else ""
    typer.echo(f"{result.words:,} words, {len(result.passages):,} passages{ease}")
    for each in result.findings:
        place = f"line {each.line}: " if each.line else ""
        typer.echo(f"{each.severity:<8} {place}{each.words}" + (f"  ({each.quote})" if each.quote else ""))
