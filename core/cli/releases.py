"""``releases list | roll-back | accept`` and ``build show | diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.acting import As, actor_named
from core.cli.context import AsJson, opened
from core.cli.output import emit, say

if TYPE_CHECKING:
    from core.releases import BuildView, ReleaseView

releases_app = typer.Typer(help="What went live, and taking it back.", no_args_is_help=True)
build_app = typer.Typer(help="What a build is made of, and what differs between two.", no_args_is_help=True)

Build = Annotated[str, typer.Argument(help="Id of a build, or its beginning.")]


@releases_app.command("list")
def list_all(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = 20,
    before: Annotated[int | None, typer.Option("--before", help="Older than this release.")] = None,
    as_json: AsJson = False,
) -> None:
    """List releases and rollbacks, newest first."""
    from core.identity import SYSTEM
    from core.releases import list_releases

    with opened() as (database, _settings), database.reading() as session:
        views = list_releases(SYSTEM, session=session, limit=limit, before_id=before)
    for view in views:
        if as_json:
            emit(_facts(view))
            continue
        release = view.release
        when, build = f"{release.created_at:%Y-%m-%d %H:%M}", release.after_build[:7]
        typer.echo(f"{release.key:>6}  {when}  {build:<7}  {view.who:<20}  {release.title}")
        for line in (view.watch_words, f"Overridden: {release.override_reason}" if view.override_by else ""):
            if line:
                typer.echo(f"        {line}")
    if not views and not as_json:
        typer.echo("no releases")
    if len(views) == limit:
        say(f"more: --before {views[-1].release.key}")


@releases_app.command("roll-back")
def roll_back_one(
    release: Annotated[int, typer.Argument(help="Number of the release.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays visible.")],
    by: As = "",
    as_json: AsJson = False,
) -> None:
    """Bring back what was there before a release."""
    from core.releases import roll_back

    with opened() as (database, settings):
        with database.reading() as session:
            actor = actor_named(by, session=session)
        made = roll_back(actor, release, reason, database=database, settings=settings)
    if as_json:
        emit({"release": made.key, "rolls_back": release, "after_build": made.after_build})
    else:
        typer.echo(f"Release {made.key}: {made.title}. Build {made.after_build} again.")


@releases_app.command("accept")
def accept(
    release: Annotated[int, typer.Argument(help="Number of the release.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it need not be watched; it stays visible.")],
    by: As = "",
    as_json: AsJson = False,
) -> None:
    """Accept what a release brought: its production scores are not watched any more."""
    from core.releases import close_watch

    with opened() as (database, _settings), database.transaction() as session:
        made = close_watch(actor_named(by, session=session), release, reason, session=session)
        shown = {"release": made.key, "watch": made.watch_state}
    if as_json:
        emit(shown)
    else:
        typer.echo(f"Release {made.key}: no longer watched.")


@build_app.command("show")
def show(
    build: Annotated[str, typer.Argument(help="Id of a build, or its beginning; default: in force.")] = "",
    draft: Annotated[int | None, typer.Option("--draft", help="The one that wrote this draft.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a build is made of: the one in force, the one named, or the one that wrote a draft."""
    from core.identity import SYSTEM
    from core.releases import catalogue_digest, read_build, standing_build, which_build

    with opened() as (database, settings):
        if draft is None and not build:
            actions = catalogue_digest(database=database, settings=settings)
            with database.transaction() as session:
                build = standing_build(session=session, settings=settings, actions=actions).id
        with database.reading() as session:
            if draft is not None:
                view = which_build(SYSTEM, draft, session=session)
            else:
                view = read_build(SYSTEM, build, session=session)
    if as_json:
        emit(_build(view))
        return
    typer.echo(view.id)
    for line in view.words:
        typer.echo(line)
    if view.release is not None:
        typer.echo(f"Came with release {view.release.key}: {view.release.title}.")


@build_app.command("diff")
def diff(before: Build, after: Build, as_json: AsJson = False) -> None:
    """Say what differs between two builds."""
    from core.identity import SYSTEM
    from core.releases import build_difference

    with opened() as (database, _settings), database.reading() as session:
        found = build_difference(SYSTEM, before, after, session=session)
    if not as_json:
        for line in found.sentences:
            typer.echo(line)
        return
    parts = [
        {
            "name": part.name,
            "words": part.words,
            "articles": [
                {"article": each.article_id, "title": each.title, "words": each.words}
                for each in part.articles
            ],
        }
        for part in found.parts
    ]
    emit({"before": found.before, "after": found.after, "complete": found.complete, "parts": parts})


def _facts(view: ReleaseView) -> dict[str, Any]:
    release = view.release
    return {
        "release": release.key,
        "kind": release.kind,
        "title": release.title,
        "who": view.who,
        "at": release.created_at.isoformat(),
        "proposal": release.proposal_id,
        "rolls_back": release.rolls_back_id,
        "rolled_back_by": view.rolled_back_by.key if view.rolled_back_by is not None else None,
        "before_build": release.before_build,
        "after_build": release.after_build,
        "changes": [{"kind": each.kind, "title": each.title, "words": each.words} for each in view.changes],
        "watch": release.watch_state,
        "watch_words": view.watch_words,
        "override_reason": release.override_reason,
        "note": release.note,
    }


def _build(view: BuildView) -> dict[str, Any]:
    release = view.release.key if view.release is not None else None
    return {"build": view.id, "made": view.made_at.isoformat(), "words": view.words, "release": release}
