"""``classifiers evaluate``, and how a measure is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.classifying import find_version
from core.cli.context import AsJson, opened
from core.cli.examples import EXAMPLES_HELP, read_examples_file
from core.cli.output import emit
from core.errors import NotFound

if TYPE_CHECKING:
    from core.classifiers import Figures, Report
    from core.statistics import Rate


def evaluate(
    name: Annotated[str, typer.Argument(help="Name of the classifier.")],
    examples: Annotated[
        str | None,
        typer.Option("--examples", help=f"Measure on these instead: {EXAMPLES_HELP}", metavar="FILE"),
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", help="Default: the live one, or the newest if none is live.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how good a version is: as it was measured when it was made, or on a file of examples."""
    from core.classifiers import Report, measure_version, open_services
    from core.identity import SYSTEM

    read = read_examples_file(examples) if examples is not None else []
    with opened() as (database, settings):
        classifier, stored = find_version(name, version, database)
        if examples is not None:
            services = open_services(database, settings)
            report = measure_version(SYSTEM, stored.key, read, database=database, services=services)
        elif stored.report:
            report = Report.from_json(stored.report)
        else:
            raise NotFound(
                f"{name} version {stored.version} was made without examples, so nothing was measured. "
                "Give some with --examples FILE."
            )
    if as_json:
        emit({"name": classifier.name, "version": stored.version, **report.to_json()})
    else:
        typer.echo(f"{classifier.name} version {stored.version}")
        print_report(report, every_answer=True)


def print_report(report: Report | None, *, every_answer: bool) -> None:
    """Figures with their intervals, for a person at the terminal."""
    if report is None:
        typer.echo("There are no examples, so nothing was measured.")
        return
    parts = (("cross-validated", report.cross_validated), ("held out", report.held_out))
    for label, figures in parts:
        if figures is None:
            continue
        typer.echo(
            f"{label}: {figures.n:,} examples, {figures.abstained:,} abstained, {figures.errors:,} failed"
        )
        for what in ("accuracy", "macro_f1", "coverage", "right_when_answering", "none_refused"):
            rate: Rate = getattr(figures, what)
            if rate.n:
                typer.echo(f"  {what.replace('_', ' '):<22} {_rate(rate)}")
        if every_answer:
            _print_answers(figures)
        if figures.note:
            typer.echo(f"  {figures.note}")


def shown_figures(report: Report | None) -> dict[str, Any] | None:
    """The main figures for machines; None when nothing was measured."""
    figures = report.best if report is not None else None
    if figures is None:
        return None
    return {
        "n": figures.n,
        **{
            what: {"estimate": rate.estimate, "low": rate.low, "high": rate.high}
            for what, rate in (
                ("accuracy", figures.accuracy),
                ("macro_f1", figures.macro_f1),
                ("coverage", figures.coverage),
            )
        },
    }


def _print_answers(figures: Figures) -> None:
    width = max(6, *(len(each.answer) for each in figures.answers))
    typer.echo(f"  {'answer':<{width}} {'n':>6}  {'precision':<24} {'recall':<24} f1")
    for each in figures.answers:
        typer.echo(
            f"  {each.answer:<{width}} {each.n:>6,}  {_rate(each.precision):<24} {_rate(each.recall):<24} "
            f"{_rate(each.f1)}{'  ' + each.warning if each.warning else ''}"
        )


def _rate(rate: Rate) -> str:
    if not rate.n:
        return "-"
    return f"{rate.estimate:.1%} ({rate.low:.1%} to {rate.high:.1%})"
