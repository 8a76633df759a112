"""``evals scores``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.evals import KnownScore, Point

_DAYS = 90


def scores(
    criterion: Annotated[str, typer.Argument(help="Name of the criterion.")],
    judge: Annotated[
        str,
        typer.Option("--judge", help="Name of a classifier, people or customer; default: who judged most."),
    ] = "",
    of: Annotated[
        str,
        typer.Option("--of", help="reply, draft, conversation or message; default: what was judged most."),
    ] = "",
    by: Annotated[str, typer.Option("--by", help="channel, theme, product or build: a line each.")] = "",
    since: Annotated[str, typer.Option("--since", help=f"First day, ISO; default: {_DAYS} days ago.")] = "",
    until: Annotated[str, typer.Option("--until", help="Last day, ISO; default: today.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the share of good answers over time, with intervals that respect conversations."""
    from core.evals import ScoreQuery, list_scores, read_series
    from core.identity import SYSTEM

    last = _day(until) if until else datetime.now(UTC).date()
    first = _day(since) if since else last - timedelta(days=_DAYS)
    with opened() as (database, _settings), database.reading() as session:
        judge, of = _most_judged(criterion, judge, of, list_scores(SYSTEM, session=session))
        query = ScoreQuery(criterion=criterion, judge=judge, subject_type=of, since=first, until=last, by=by)
        found = read_series(SYSTEM, query, session=session)
    if as_json:
        emit(
            {
                "criterion": criterion,
                "question": found.question,
                "good": list(found.good),
                "judge": judge,
                "subject_type": of,
                "total": _point(found.total),
                "step_days": found.step,
                "lines": [
                    {
                        "name": each.name,
                        "total": _point(each.total),
                        "points": [_point(one) for one in each.points],
                    }
                    for each in found.lines
                ],
                "left_out": found.left_out,
            }
        )
        return
    typer.echo(f"{found.question} ({' or '.join(found.good)} is good; judged by {judge})")
    for line in found.lines:
        if by:
            typer.echo(f"{by} {line.name or '(none)'}: {_words(line.total)}")
        for point in line.points:
            days = f"{point.start}" if point.start == point.end else f"{point.start} to {point.end}"
            typer.echo(f"  {days:<26} {_words(point)}")
    typer.echo(f"together: {_words(found.total)}")


def _most_judged(criterion: str, judge: str, of: str, known: Sequence[KnownScore]) -> tuple[str, str]:
    """Judge and type of subject, as far as they are not named: those with the most judgements."""
    for each in known:
        if each.criterion == criterion and judge in ("", each.judge) and of in ("", each.subject_type):
            return each.judge, each.subject_type
    return judge or "people", of or "reply"


def _words(point: Point) -> str:
    if not point.n:
        return "nothing judged"
    return f"{point.rate.estimate:6.1%} ({point.rate.low:.1%} to {point.rate.high:.1%}), n = {point.n:,}"


def _point(point: Point) -> dict[str, Any]:
    rate = point.rate
    known = {"estimate": rate.estimate, "low": rate.low, "high": rate.high} if point.n else {}
    return {
        "start": str(point.start),
        "end": str(point.end),
        "n": point.n,
        "clusters": point.clusters,
        **known,
    }


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(f"{given!r} is no day: write it like 2026-03-01.") from None
