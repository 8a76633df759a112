"""``evals judges`` and ``evals calibrate``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.classifying import find_version
from core.cli.context import AsJson, opened
from core.cli.output import Meter, emit
from core.errors import ProviderError

if TYPE_CHECKING:
    from core.database import Database
    from core.evals.tables import GraderCalibration
    from core.settings import Settings

_BETWEEN = 0.5  # seconds
_ACTIVE = ("planned", "running")
_FIGURES = ("agreement", "kappa", "false_pass", "false_fail", "noise")


def judges(as_json: AsJson = False) -> None:
    """List classifiers that grade, and how they agree with people and with themselves."""
    from core.evals import list_judges
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        found = list_judges(SYSTEM, session=session)
    if as_json:
        for each in found:
            emit(
                {
                    "classifier": each.grader.classifier,
                    "version": each.grader.version,
                    "kind": each.grader.kind,
                    "criterion": each.grader.criterion,
                    "live": each.live,
                    "standing": each.standing,
                    "n": each.latest.n if each.latest else 0,
                    "figures": dict(each.latest.figures) if each.latest else {},
                }
            )
        return
    if not found:
        typer.echo("no judges")
    for each in found:
        kappa = _figure(each.figure("kappa")) if each.latest else "never compared with people"
        typer.echo(f"{each.grader.name:<28}  {each.grader.criterion:<24}  {each.standing:<10}  kappa {kappa}")


def calibrate(
    classifier: Annotated[str, typer.Argument(help="Name of the classifier.")],
    version: Annotated[
        int | None, typer.Option("--version", help="Default: the live one, or the newest if none is live.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare a judge with what people said, twice each, and wait for the end."""
    from core.evals import calibrate as begin
    from core.identity import SYSTEM

    with opened() as (database, settings):
        _, found = find_version(classifier, version, database)
        with database.transaction() as session:
            number = begin(SYSTEM, found.key, session=session).key
        done = _wait(number, database, settings, quiet=as_json)
    if done.state != "finished":
        raise ProviderError(done.error or f"The calibration is {done.state}. Start it again to go on.")
    if as_json:
        emit({"classifier": classifier, "version": found.version, "n": done.n, "figures": done.figures})
        return
    typer.echo(f"{classifier} version {found.version}, {done.n:,} judged by people")
    for name in _FIGURES:
        if figure := done.figures.get(name):
            typer.echo(f"  {name.replace('_', ' '):<11} {_figure(figure)}")


def _wait(number: int, database: Database, settings: Settings, *, quiet: bool) -> GraderCalibration:
    """Take part in the background work until the calibration is over."""
    from core.evals import dispatch_calibrations
    from core.evals.tables import GraderCalibration
    from core.jobs import DurableJobs

    jobs = DurableJobs(database, settings)
    meter = Meter("comparing", quiet=quiet)
    try:
        while True:
            with database.reading() as session:
                found = session.get_one(GraderCalibration, number)
            if found.state not in _ACTIVE:
                return found
            dispatch_calibrations(database=database, jobs=jobs)
            judged = sum(1 for each in found.subjects if "first" in each)
            meter.show(judged / max(1, len(found.subjects)), f"{judged:,} of {len(found.subjects):,}")
            time.sleep(_BETWEEN)
    finally:
        meter.close()
        jobs.close(timeout=30)


def _figure(figure: Any) -> str:
    if not figure or not figure.get("n"):
        return "-"
    return f"{figure['estimate']:.2f} ({figure['low']:.2f} to {figure['high']:.2f}), n = {figure['n']:,}"
