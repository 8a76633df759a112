"""``articles archive|care``: who looks after an article, and taking it out."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from core.cli.acting import As, actor_named
from core.cli.articles import Source, Wanted, find_article
from core.cli.context import AsJson, opened
from core.cli.output import emit
from core.errors import InvalidInput


def archive(
    article: Wanted,
    why: Annotated[str, typer.Option("--why", help="For whoever reviews it.")] = "",
    by: As = "",
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Propose to take an article out of search: it is gone once the proposal is released."""
    from core.releases import propose_archive

    with opened() as (database, _settings), database.transaction() as session:
        actor = actor_named(by, session=session)
        found = find_article(article, source, session=session)
        made = propose_archive(actor, found.key, session=session, why=why)
    facts = {"article": found.external_id, "status": found.status, "proposal": made.key}
    emit(facts) if as_json else typer.echo(f"proposal {made.key}: {made.title}")


def care(
    article: Wanted,
    owner: Annotated[str | None, typer.Option("--owner", help="User name; empty: nobody.")] = None,
    review: Annotated[str | None, typer.Option("--review", help="Day as 2027-01-31; empty: never.")] = None,
    followed: Annotated[
        bool, typer.Option("--followed", help="This translation says what its source says now.")
    ] = False,
    by: As = "",
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Say who looks after an article, when it is to be looked at again, that a translation is up to date."""
    from core.knowledge import mark_followed, set_owner, set_review_on

    if owner is None and review is None and not followed:
        raise InvalidInput("Give --owner, --review or --followed.")
    day = _day(review) if review else None
    with opened() as (database, _settings), database.transaction() as session:
        actor = actor_named(by, session=session)
        found = find_article(article, source, session=session)
        if owner is not None:
            person_id = actor_named(owner, session=session).person_id
            set_owner(actor, found.key, person_id, session=session)
        if review is not None:
            set_review_on(actor, found.key, day, session=session)
        if followed:
            mark_followed(actor, found.key, session=session)
        facts = {
            "article": found.external_id,
            "owner": owner if owner is not None else found.owner_id,
            "review_on": found.review_on.isoformat() if found.review_on is not None else None,
        }
    emit(facts) if as_json else typer.echo(f"{found.external_id}: review on {facts['review_on'] or 'no day'}")


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise InvalidInput(f"{said!r} is not a day. Write it as 2027-01-31.") from None
