"""``answering fit``, ``answering curve`` and ``answering set``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import Meter, emit, read_json_lines
from core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.assist.tables import Calibration

answering_app = typer.Typer(
    help="When the AI answers: calibrate its score, see what a level buys, choose one.", no_args_is_help=True
)

_Number = Annotated[
    int | None, typer.Option("--calibration", help="Its number; default: the one in use, else the newest.")
]
_Confidence = Annotated[float, typer.Option("--confidence", help="How sure the level must be to hold.")]


@answering_app.command("fit")
def fit(
    labelled: Annotated[
        str | None,
        typer.Option(
            "--labelled",
            help='JSON lines {"signals","right","group"?}; - is standard input. Default: outcomes.',
        ),
    ] = None,
    scope: Annotated[
        str, typer.Option("--scope", help="Which drafts these are, in words.")
    ] = "Labelled drafts",
    as_json: AsJson = False,
) -> None:
    """Calibrate on what became of past drafts, or on labelled ones. Nothing changes until `set`."""
    from core.assist import abstention
    from core.identity import SYSTEM

    with opened() as (database, _settings):
        meter = Meter("calibrating", quiet=as_json)
        try:
            if labelled is None:
                made = abstention.fit_outcomes(SYSTEM, database=database, progress=meter.show)
            else:
                examples = list(abstention.read_labelled(_rows(labelled)))
                made = abstention.fit_examples(
                    SYSTEM, examples, database=database, source="labelled", scope=scope, progress=meter.show
                )
        finally:
            meter.close()
        with database.reading() as session:
            shown = _shown(_calibration(made.key, session=session), confidence=abstention.CONFIDENCE)
    _tell(shown, as_json=as_json)


@answering_app.command("curve")
def curve(number: _Number = None, confidence: _Confidence = 0.9, as_json: AsJson = False) -> None:
    """What each level buys: threshold, share of drafts shown, how often right, n and interval."""
    with opened() as (database, _settings), database.reading() as session:
        shown = _shown(_calibration(number, session=session), confidence=confidence)
    _tell(shown, as_json=as_json)


@answering_app.command("set")
def choose(
    precision: Annotated[
        float | None, typer.Option("--precision", help="Wanted share of right drafts, such as 0.9.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Hold nothing back; only show scores.")] = False,
    number: _Number = None,
    confidence: _Confidence = 0.9,
    as_json: AsJson = False,
) -> None:
    """Answer only where drafts are right at least this often. The rest is held back with a reason."""
    from core.assist import abstention
    from core.identity import SYSTEM

    if (precision is None) != everything:
        raise InvalidInput("Give either --precision SHARE or --all.")
    with opened() as (database, _settings), database.transaction() as session:
        base = _calibration(number, session=session)
        made = abstention.choose(
            SYSTEM, base.key, precision=precision, confidence=confidence, session=session
        )
        result: dict[str, Any] = {
            "calibration": made.key,
            "precision": made.precision,
            "threshold": made.threshold,
            **made.guarantee,
        }
    if as_json:
        emit(result)
    elif precision is None:
        typer.echo("Every draft is shown, with its score.")
    else:
        typer.echo(
            f"Drafts with a score of {made.threshold:.3f} or more are shown, {result['coverage']:.0%}: "
            f"{result['right']:,} of {result['n']:,} were right, "
            f"at least {result['at_least']:.0%} with {confidence:.0%} confidence."
        )


def _rows(path: str) -> list[dict[str, Any]]:
    rows = []
    for number, row in read_json_lines(path):
        if isinstance(row, str):
            raise InvalidInput(f"Line {number}: {row}.")
        rows.append(row)
    return rows


def _calibration(number: int | None, *, session: Session) -> Calibration:
    from core.assist import abstention
    from core.identity import SYSTEM

    known = abstention.list_calibrations(SYSTEM, session=session)
    if number is not None:
        known = [each for each in known if each.key == number]
        if not known:
            raise NotFound(f"There is no calibration {number}.")
    if not known:
        raise NotFound("Nothing is calibrated yet. Run `answering fit` first.")
    return next((each for each in known if each.live), known[0])


def _shown(calibration: Calibration, *, confidence: float) -> dict[str, Any]:
    from core.assist import abstention

    if not 0.5 <= confidence < 1:
        raise InvalidInput("--confidence is a share from 0.5 to below 1, such as 0.9.")
    points = abstention.points_of(calibration.curve)
    report = calibration.model.get("report", {})
    return {
        "calibration": calibration.key,
        "source": calibration.source,
        "scope": calibration.scope,
        "live": calibration.live,
        "n": calibration.n,
        "right": calibration.n_right,
        "aurc": report.get("aurc"),
        "precision": calibration.precision,
        "threshold": calibration.threshold,
        "confidence": confidence,
        "levels": [
            {
                "precision": level.precision,
                "threshold": level.point.threshold if level.point else None,
                "coverage": level.point.coverage if level.point else None,
                "n": level.point.n if level.point else None,
                "right": level.point.right if level.point else None,
                "at_least": level.at_least if level.point else None,
            }
            for level in abstention.levels(points, confidence=confidence)
        ],
        "curve": calibration.curve,
    }


def _tell(shown: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(shown)
        return
    state = "in use" if shown["live"] else "not in use"
    typer.echo(f"Calibration {shown['calibration']} ({state}): {shown['scope']}")
    typer.echo(f"{shown['right']:,} of {shown['n']:,} drafts were right; AURC {shown['aurc']:.3f}")
    header = f"at least ({shown['confidence']:.0%})"
    typer.echo(f"\n{'wanted':>7}  {'threshold':>9}  {'shown':>6}  {'right':>12}  {header}")
    for level in shown["levels"]:
        cells = ("-", "-", "-", "not carried by these outcomes")
        if level["threshold"] is not None:
            right = f"{level['right']:,} of {level['n']:,}"
            bound = f"{level['at_least']:.0%}"
            cells = (f"{level['threshold']:.3f}", f"{level['coverage']:.0%}", right, bound)
        threshold, coverage, right, bound = cells
        typer.echo(f"{level['precision']:>7.0%}  {threshold:>9}  {coverage:>6}  {right:>12}  {bound}")
