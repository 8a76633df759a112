"""``evals compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.evals.ending import end, status_of
from core.cli.output import emit
from core.errors import InvalidInput

if TYPE_CHECKING:
    from sqlmodel import Session

_SHOWN = 20


def compare(
    before: Annotated[str, typer.Argument(help="Number of the earlier run; with --suite: id of a build.")],
    after: Annotated[str, typer.Argument(help="Number of the later run; with --suite: id of a build.")],
    suite: Annotated[
        str, typer.Option("--suite", help="Compare the newest finished runs of two builds on this suite.")
    ] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 3 when there is no clear verdict.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether the later run is better, worse or unclear, case by case, with the interval."""
    from core.evals import latest_run

    with opened() as (database, _settings), database.reading() as session:
        first, second = (
            latest_run(each, suite, session=session).key if suite else _number(each)
            for each in (before, after)
        )
        found = comparison_of(first, second, session=session)
    if as_json:
        emit(found)
    else:
        print_comparison(found)
    end(status_of(found["verdict"], strict=strict))


def comparison_of(before: int, after: int, *, session: Session) -> dict[str, Any]:
    """The comparison of two runs as plain values."""
    from core.evals import compare_runs
    from core.identity import SYSTEM

    return compare_runs(SYSTEM, before, after, session=session).to_json()


def print_comparison(found: dict[str, Any]) -> None:
    """For a person at the terminal."""
    typer.echo(f"{found['verdict']}: {found['words']}")
    for each in found["groups"]:
        if each["dimension"] == "criterion" and each["verdict"] != "unclear":
            points = f"{each['difference']:+.1%} ({each['low']:+.1%} to {each['high']:+.1%})"
            typer.echo(f"  {each['name']:<28} {points}  {each['caution']}".rstrip())
    if found["critical_worse"]:
        typer.echo(f"  {found['critical_worse']:,} critical cases pass less often now")
    for caution in found["cautions"]:
        typer.echo(f"  {caution}")
    for flip in found["flips"][:_SHOWN]:
        passed = " -> ".join(f"{flip[when]['passed']}/{flip[when]['of']}" for when in ("before", "after"))
        typer.echo(f"  case {flip['case_id']:>6}  {passed}  {flip['name'][:80] or '(held out)'}")
    if found["flip_count"] > _SHOWN:
        typer.echo(f"  and {found['flip_count'] - _SHOWN:,} more; see --json")


def _number(given: str) -> int:
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise InvalidInput(f"{given!r} is no number of a run. To compare builds, say --suite too.")
    return int(given)
