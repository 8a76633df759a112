"""``traces show|list|export|purge``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.traces import SpanView, Trace, TraceView

_SHOWN = 300

traces_app = typer.Typer(help="What agent runs did, step by step.", no_args_is_help=True)


@traces_app.command("list")
def list_(
    status: Annotated[
        str, typer.Option("--status", help="running, ok, error, cancelled, waiting or interrupted.")
    ] = "",
    conversation: Annotated[int | None, typer.Option("--conversation", help="Of one conversation.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="The newest so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List traces, newest first."""
    from core.identity import SYSTEM
    from core.traces import STATUSES, list_traces

    if status and status not in STATUSES:
        raise InvalidInput(f"--status must be one of {', '.join(STATUSES)}.")
    with opened() as (database, _settings), database.reading() as session:
        traces = list_traces(
            SYSTEM, session=session, status=status, conversation_id=conversation, limit=limit
        )
    if as_json:
        for trace in traces:
            emit(_facts(trace))
        return
    if not traces:
        typer.echo("no traces")
    for trace in traces:
        took = f"{_took(trace):,.0f} ms" if trace.ended_at else "-"
        what = f"draft {trace.draft_id}" if trace.draft_id else trace.name
        typer.echo(
            f"{trace.started_at:%Y-%m-%d %H:%M:%S}  {trace.status:<11}  {took:>10}  {what}  {trace.id}"
        )


@traces_app.command()
def show(
    trace: Annotated[str | None, typer.Argument(help="Id of the trace.")] = None,
    draft: Annotated[int | None, typer.Option("--draft", help="The newest trace of this draft.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Show what went in and came out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one trace: its steps in order, with their times."""
    from core.identity import SYSTEM
    from core.traces import read_trace

    if (trace is None) == (draft is None):
        raise InvalidInput("Give either the id of a trace or --draft NUMBER.")
    with opened() as (database, _settings), database.reading() as session:
        view = read_trace(SYSTEM, session=session, trace_id=trace, draft_id=draft)
    if as_json:
        emit({**_facts(view.trace), "text": view.text, "spans": [_step(each, text) for each in view.spans]})
    else:
        _print(view, text=text)


@traces_app.command()
def export(
    to: Annotated[Path | None, typer.Option("--to", help="Append to this file (OTLP JSON lines).")] = None,
    endpoint: Annotated[
        str, typer.Option("--endpoint", help="Send to this OTLP/HTTP address; default: the settings'.")
    ] = "",
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Include raw text (masked) and the words of judges.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send what this destination has not got yet, as OpenTelemetry. At least once; ids stay the same."""
    from core.surfaces import EndpointDestination, FileDestination, export_telemetry

    if to is not None and endpoint:
        raise InvalidInput("Give either --to FILE or --endpoint ADDRESS.")
    with opened() as (database, settings):
        address = endpoint or settings.trace_endpoint
        if to is None and not address:
            raise InvalidInput("Give --to FILE or --endpoint ADDRESS, or set RATCHET_TRACE_ENDPOINT.")
        destination = FileDestination(to) if to is not None else EndpointDestination(address)
        try:
            done = export_telemetry(
                database=database, destination=destination, with_text=with_text, at_most=1_000_000
            )
        finally:
            destination.close()
    if as_json:
        emit(
            {"traces": done.traces, "judgements": done.judgements, "spans": done.spans,
             "refused": done.refused}
        )  # fmt: skip
    else:
        refused = f"; {done.refused:,} were refused" if done.refused else ""
        typer.echo(
            f"sent {done.traces:,} traces and {done.judgements:,} judgements ({done.spans:,} spans){refused}"
        )
    if done.refused:
        raise typer.Exit(1)


@traces_app.command()
def purge(
    days: Annotated[
        int | None, typer.Option("--older-than-days", min=0, help="Default: RATCHET_TRACE_TEXT_DAYS.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove the raw text of older steps; names, numbers and timings stay."""
    from core.traces import purge_texts

    with opened() as (database, settings):
        limit = settings.trace_text_days if days is None else days
        removed = purge_texts(database=database, older_than_days=limit)
    if as_json:
        emit({"removed": removed, "older_than_days": limit})
    else:
        typer.echo(f"removed {removed:,} texts older than {limit} days")


def _facts(trace: Trace) -> dict[str, Any]:
    return trace.model_dump(mode="json", exclude={"recorder", "heartbeat_at"})


def _step(view: SpanView, with_text: bool) -> dict[str, Any]:
    facts = {
        **view.span.model_dump(mode="json", exclude={"trace_id"}),
        "depth": view.depth,
        "offset_ms": round(view.offset, 3),
        "duration_ms": None if view.duration is None else round(view.duration, 3),
    }
    return {**facts, "input": view.input, "output": view.output} if with_text else facts


def _took(trace: Trace) -> float:
    return ((trace.ended_at or trace.started_at) - trace.started_at).total_seconds() * 1000


def _print(view: TraceView, *, text: bool) -> None:
    trace = view.trace
    typer.echo(
        f"{trace.name}  {trace.status}  {view.duration:,.1f} ms  {trace.model}  "
        f"{trace.input_tokens + trace.output_tokens:,} tokens  ${trace.cost:.4f}"
    )
    if trace.error:
        typer.echo(f"error: {trace.error}")
    if text and view.text != "kept":
        gone = "its time was up" if view.text == "removed" else "RATCHET_TRACE_TEXT is off"
        typer.echo(f"(no raw text: {gone})")
    for each in view.spans:
        took = "running" if each.duration is None else f"{each.duration:,.1f} ms"
        status = "" if each.span.status == "ok" else f"  {each.span.status} {each.span.error}".rstrip()
        name = f"{'  ' * each.depth}{each.span.kind} {each.span.name}"
        typer.echo(f"{each.offset:>10,.1f}  {took:>12}  {name}{status}")
        for field, value in (("in", each.input), ("out", each.output)):
            if text and value:
                flat = " ".join(value.split())
                more = "..." if len(flat) > _SHOWN else ""
                typer.echo(f"{'':26}{'  ' * each.depth}{field}: {flat[:_SHOWN]}{more}")
