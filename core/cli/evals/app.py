"""The commands of ``evals``."""

from __future__ import annotations

import typer

from core.cli.evals.candidates import candidates_app
from core.cli.evals.cases import cases_app
from core.cli.evals.comparing import compare
from core.cli.evals.ending import EPILOG, EvalsGroup
from core.cli.evals.judging import calibrate, judges
from core.cli.evals.running import resume, run, runs, stop
from core.cli.evals.scores import scores
from core.cli.evals.suites import suites_app

evals_app = typer.Typer(
    cls=EvalsGroup,
    help="Eval cases and suites, runs of a build on a suite, comparisons, judges, scores over time.",
    epilog=EPILOG,
    no_args_is_help=True,
)
evals_app.command(epilog=EPILOG)(run)
evals_app.command(epilog=EPILOG)(resume)
evals_app.command()(stop)
evals_app.command()(runs)
evals_app.command(epilog=EPILOG)(compare)
evals_app.add_typer(cases_app, name="cases")
evals_app.add_typer(suites_app, name="suites")
evals_app.add_typer(candidates_app, name="candidates")
evals_app.command()(judges)
evals_app.command()(calibrate)
evals_app.command()(scores)
