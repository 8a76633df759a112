"""A series as a file."""

from __future__ import annotations

import csv
import io

from core import audit
from core.database import Database
from core.evals.scores.querying import ScoreQuery
from core.evals.scores.series import Point, read_series
from core.identity import Actor

SERIES_COLUMNS = (
    "criterion",
    "version",
    "judge",
    "about",
    "split_by",
    "line",
    "from",
    "to",
    "n",
    "conversations",
    "good",
    "rate",
    "low",
    "high",
)


def export_series(actor: Actor, query: ScoreQuery, *, database: Database) -> bytes:
    """Every point of a series as CSV, one row each. The audit names the export.

    Raises:
        PermissionDenied: the actor may not see evals.
        InvalidInput: the query cannot be answered.
    """
    with database.reading() as session:
        series = read_series(actor, query, session=session)
    with database.transaction() as session:
        audit.record(
            actor.person_id,
            actor.who,
            "scores.exported",
            session=session,
            subject_type="criterion",
            subject_id=series.criterion_id,
            criterion=query.criterion,
            judge=query.judge,
            about=query.subject_type,
            since=query.since.isoformat(),
            until=query.until.isoformat(),
        )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(SERIES_COLUMNS)
    for line in series.lines:
        for point in line.points:
            fixed = (query.criterion, series.version, query.judge, query.subject_type, query.by, line.name)
            writer.writerow([_safe(value) for value in (*fixed, *_figures(point))])
    return out.getvalue().encode("utf-8-sig")


def _figures(point: Point) -> tuple[object, ...]:
    rate = point.rate
    return (
        point.start.isoformat(),
        point.end.isoformat(),
        point.n,
        point.clusters,
        int(rate.successes),
        f"{rate.estimate:.4f}",
        f"{rate.low:.4f}",
        f"{rate.high:.4f}",
    )


def _safe(value: object) -> object:
    """What a spreadsheet would take for a formula becomes text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
