"""``replay``: try a proposal, and wait for what comes of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.evals.ending import end, status_of
from core.cli.output import Meter, emit, say
from core.errors import Conflict

if TYPE_CHECKING:
    from core.database import Database
    from core.releases import ReplayView
    from core.settings import Settings

_BETWEEN = 0.5  # seconds
_DISPATCH_EVERY = 4  # looks


def replay(
    proposal: Annotated[int, typer.Argument(metavar="PROPOSAL", help="Number of the proposal.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 3 when there is no clear verdict.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try a proposal on cases and recent conversations, next to what is live. Nothing live changes.

    Takes part in the replay that is under way, if there is one. Exit status: 0 better, or not worse; 1 an
    error; 2 worse, or a critical case would fail; 3 with --strict: no verdict, or unclear.
    """
    from core.identity import SYSTEM
    from core.releases import start_replay

    with opened() as (database, settings):
        start_replay(SYSTEM, proposal, database=database, settings=settings)
        view = _until_over(proposal, database, settings, quiet=as_json)
        if view.state != "finished":
            raise Conflict(view.words)
        if as_json:
            emit(_plain(view))
        else:
            _show(view)
    end(2 if view.critical else status_of(view.verdict, strict=strict))


def _until_over(proposal: int, database: Database, settings: Settings, *, quiet: bool) -> ReplayView:
    """Take part until it has ended, whoever ends it. Interrupted, it goes on elsewhere or later."""
    from core.identity import SYSTEM
    from core.jobs import DurableJobs
    from core.releases import dispatch_replays, read_replay

    jobs = DurableJobs(database, settings)
    meter = Meter("replay", quiet=quiet)
    looks = 0
    try:
        while True:
            with database.reading() as session:
                view = read_replay(SYSTEM, proposal, session=session)
            if view is None:
                raise Conflict("The replay is gone: start it again.")
            if view.state not in ("waiting", "running"):
                return view
            if looks % _DISPATCH_EVERY == 0:
                dispatch_replays(database=database, jobs=jobs)
                jobs.take_over()
            looks += 1
            left = "" if view.seconds_left is None else f", about {view.seconds_left:,.0f} s left"
            meter.show(view.done / max(1, view.total), f"{view.words.rstrip('.')}{left}")
            time.sleep(_BETWEEN)
    except KeyboardInterrupt:
        say(f"The replay is not over. Go on with `replay {proposal}`.")
        raise
    finally:
        meter.close()
        jobs.close(timeout=30)


def _plain(view: ReplayView) -> dict[str, Any]:
    return {
        "replay": view.replay.id,
        "proposal": view.replay.proposal_id,
        "verdict": view.verdict,
        "words": view.words,
        "critical": list(view.critical),
        "cases": view.n,
        "why": view.why,
        "conversations": view.conversations,
        "reused": view.reused,
        "changed_answers": view.changed,
        "changed_searches": view.retrieval,
        "errors": view.error_share,
        "cost": None if view.cost is None else view.cost.difference,
        "milliseconds": None if view.p50 is None else view.p50.difference,
        "before_build": view.before_build,
        "after_build": view.after_build,
        "comparison": None if view.comparison is None else view.comparison.to_json(),
    }


def _show(view: ReplayView) -> None:
    """For a person at the terminal."""
    typer.echo(f"{view.verdict}: {view.words}")
    for name in view.critical:
        typer.echo(f"  critical and would fail: {name}")
    typer.echo(
        f"  {view.n:,} cases and {view.conversations:,} conversations; {view.changed:,} would be answered "
        f"differently, {view.retrieval:,} searches find other passages; {view.reused:,} answers were known"
    )
    for each in view.changed_answers[:10]:
        typer.echo(f"  {each.title}: {each.before.decision} -> {each.after.decision}")
