"""Sends grades as evaluation events: of what is drafted and sent, and of finished runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlmodel import Session

from core.database import Database
from core.errors import Conflict
from core.settings import Settings
from core.surfaces.telemetry.destinations import Destination, EndpointDestination
from core.surfaces.telemetry.due_evaluations import (
    LIVE,
    RESULT,
    RUN,
    drafts_of,
    due_live,
    due_results,
    due_runs,
    grades_of,
    responses_of,
    traces_of,
)
from core.surfaces.telemetry.records import live_record, logs_request, result_record, run_record
from core.surfaces.telemetry.sending import Item, in_turn, send_all

BATCH = 200
"""Grades, or results with theirs, a request: some hundred kilobytes at most."""
_TRACES, _LOGS = "/v1/traces", "/v1/logs"


@dataclass(frozen=True, slots=True)
class ExportedEvaluations:
    """What a run of the export did. ``refused``: what the destination would not take is not sent again."""

    live: int = 0
    runs: int = 0
    results: int = 0
    events: int = 0
    refused: int = 0


def export_evaluations(
    *, database: Database, destination: Destination, with_text: bool = False, at_most: int = 10_000
) -> ExportedEvaluations:
    """Send every answer of a classifier about a draft or reply, and every grade of a finished run, that was
    not sent before, as ``gen_ai.evaluation.result``.

    Args:
        with_text: send the reasons of graders too, except of held-out suites.
        at_most: answers, runs, and results, this time.

    Raises:
        Conflict: another process is sending to this destination.
        NotSent: the destination cannot be used now; what was not sent stays due.
    """
    with in_turn(destination, database):
        live, runs, results = (
            send_all(
                kind,
                partial(read, with_text=with_text),
                logs_request,
                database=database,
                destination=destination,
                batch=BATCH,
                at_most=at_most,
            )
            for kind, read in ((LIVE, _live), (RUN, _runs), (RESULT, _results))
        )
    every = (live, runs, results)
    return ExportedEvaluations(
        live=live.items,
        runs=runs.items,
        results=results.items,
        events=sum(each.parts for each in every),
        refused=sum(each.refused for each in every),
    )


def evaluation_address(settings: Settings) -> str:
    """Where events go: the address for them, else the logs of the collector that gets the traces."""
    if settings.evaluation_endpoint:
        return "" if settings.evaluation_endpoint == "none" else settings.evaluation_endpoint
    if settings.trace_endpoint.endswith(_TRACES):
        return settings.trace_endpoint.removesuffix(_TRACES) + _LOGS
    return ""


def export_evaluations_due(*, database: Database, settings: Settings) -> int:
    """Send what is due to the endpoint of the settings; nothing when there is none. For a background duty.

    Returns:
        How many answers, runs and results were sent.

    Raises:
        NotSent: the endpoint cannot be used now.
        InvalidInput: RATCHET_EVALUATION_ENDPOINT is no address.
    """
    address = evaluation_address(settings)
    if not address:
        return 0
    destination = EndpointDestination(address, setting="RATCHET_EVALUATION_ENDPOINT", takes="logs")
    try:
        done = export_evaluations(database=database, destination=destination, at_most=BATCH * 20)
    except Conflict:
        return 0  # somebody else does it
    finally:
        destination.close()
    return done.live + done.runs + done.results


def _live(destination: str, *, session: Session, limit: int, with_text: bool) -> list[Item]:
    due = due_live(destination, session=session, limit=limit)
    drafts = drafts_of([judgement for judgement, _ in due], session=session)
    traces = traces_of(set(drafts.values()), session=session)
    responses = responses_of({each.id for each in traces.values()}, session=session)
    items = []
    for judgement, criterion in due:
        draft_id = drafts.get(judgement.key)
        trace = traces.get(draft_id) if draft_id is not None else None
        record = live_record(
            judgement,
            criterion,
            draft_id=draft_id,
            trace=trace,
            response_id=responses.get(trace.id, "") if trace else "",
            with_text=with_text,
        )
        items.append(Item(str(judgement.key), judgement.created_at, (record,)))
    return items


def _runs(destination: str, *, session: Session, limit: int, with_text: bool) -> list[Item]:
    del with_text  # a run has no words
    return [
        Item(
            f"{run.key}-{run.attempt}", run.finished_at or run.created_at, (run_record(run, version, suite),)
        )
        for run, version, suite in due_runs(destination, session=session, limit=limit)
    ]


def _results(destination: str, *, session: Session, limit: int, with_text: bool) -> list[Item]:
    due = due_results(destination, session=session, limit=limit)
    grades = grades_of([result.key for result, _, _ in due], session=session)
    return [
        Item(
            str(result.key),
            run.finished_at or run.created_at,
            tuple(
                result_record(grade, result, run, suite, with_text=with_text)
                for grade in grades.get(result.key, ())
            ),
        )
        for result, run, suite in due
    ]
