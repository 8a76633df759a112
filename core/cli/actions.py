"""``actions list``, ``show``, ``pending`` and ``check-again``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit

if TYPE_CHECKING:
    from core.actions import Action, Catalogue, RequestView
    from core.database import Database
    from core.settings import Settings

actions_app = typer.Typer(
    help="See which actions there are and which wait; approving is for people who sign in.",
    no_args_is_help=True,
)
Number = Annotated[int, typer.Argument(help="Number of an action request.")]


@actions_app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List every action of the catalogue: what it needs, how dangerous it is, who may approve how much."""
    with _catalogue() as (_database, _settings, catalogue):
        shown = [_declared(action, catalogue) for action in catalogue.actions()]
    for each in shown:
        if as_json:
            emit(each)
        else:
            typer.echo(f"{each['name']:<24} {each['risk']:<13} {each['title']}")
            limits = ", ".join(f"{role} up to {most}" for role, most in (each["limits"] or {}).items())
            if limits:
                typer.echo(f"{'':<38} {limits}")


@actions_app.command("show")
def show(number: Number, as_json: AsJson = False) -> None:
    """Show one request: what was proposed, who decided, what was carried out and what came of it."""
    from core.actions import get_request
    from core.identity import SYSTEM

    with _catalogue() as (database, _settings, catalogue), database.reading() as session:
        shown = _request(get_request(SYSTEM, number, session=session, catalogue=catalogue))
    _print(shown, as_json=as_json)


@actions_app.command("pending")
def pending(
    status: Annotated[
        list[str] | None, typer.Option("--status", help="Only these; default: all that are still open.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List the requests that wait for a decision, are under way, or whose outcome nobody knows."""
    from core.actions import OPEN, list_by_status
    from core.identity import SYSTEM

    with _catalogue() as (database, _settings, catalogue), database.reading() as session:
        found = list_by_status(SYSTEM, status or OPEN, session=session, catalogue=catalogue, limit=limit)
        shown = [_request(view) for view in found]
    for each in shown:
        if as_json:
            emit(each)
        else:
            typer.echo(f"{each['id']:>6}  {each['status']:<10} {each['action']:<20} {each['effect']}")
    if not shown and not as_json:
        typer.echo("Nothing is waiting.")


@actions_app.command("check-again")
def check_again(number: Number, as_json: AsJson = False) -> None:
    """Ask the system what became of a request whose outcome nobody knows; it is never simply repeated."""
    from core import actions
    from core.identity import SYSTEM

    with _catalogue() as (database, settings, catalogue):
        request = actions.check_again(SYSTEM, number, database=database, catalogue=catalogue)
        if request.status == "approved":
            executor = actions.Executor(
                database, lambda: catalogue, executor_id="command", lease=actions.lease_for(settings)
            )
            executor.carry_out(number)
            executor.close()
        with database.reading() as session:
            view = actions.get_request(SYSTEM, number, session=session, catalogue=catalogue)
        shown = _request(view)
    _print(shown, as_json=as_json)


@contextmanager
def _catalogue() -> Iterator[tuple[Database, Settings, Catalogue]]:
    from core.actions import open_catalogue

    with opened() as (database, settings):
        yield database, settings, open_catalogue(database, settings)


def _declared(action: Action, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "name": action.name,
        "title": action.title,
        "connector": catalogue.connector(action.name).name,
        "risk": action.risk,
        "policy": action.policy,
        "policy_article": action.policy_article,
        "approvers": [] if action.reads_only else sorted(map(str, action.approvers)),
        "limits": None
        if action.limits is None
        else {str(role): str(most) for role, most in action.limits.items()},
        "schema": action.schema,
    }


def _request(view: RequestView) -> dict[str, Any]:
    request = view.request
    return {
        "id": request.key,
        "status": request.status,
        "action": request.action,
        "conversation": request.conversation_id,
        "effect": request.effect,
        "amount": None if view.amount is None else str(view.amount),
        "currency": request.currency,
        "who_may": view.who_may if view.undecided else "",
        "proposed_arguments": request.proposed_arguments,
        "arguments": request.arguments,
        "proposed_at": request.created_at.isoformat(),
        "asked_by": view.asker,
        "decision": request.decision,
        "decided_by": view.decider,
        "decided_at": request.decided_at.isoformat() if request.decided_at else None,
        "reason": request.decision_reason,
        "attempts": request.attempts,
        "summary": request.summary,
        "reference": request.reference,
        "error": request.error,
        "result": request.result,
    }


def _print(shown: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(shown)
        return
    for name, value in shown.items():
        if value not in ("", None, {}):
            typer.echo(f"{name.replace('_', ' '):<20} {value}")
