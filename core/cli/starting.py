"""``init``."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.context import AsJson, opened
from core.cli.output import Meter, emit
from core.errors import ConfigurationError


def init(
    sample: Annotated[
        bool, typer.Option("--sample", help="Load the sample company Halyard with its sample people.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make or update the database and the run-time folder. Safe to repeat."""
    from core.criteria import ensure_criteria

    with opened() as (database, settings):
        if sample and settings.production:
            raise ConfigurationError(
                "Sample people must not exist in production. Leave out --sample, and make the first "
                "person with `people add NAME --role admin`."
            )
        settings.home.mkdir(parents=True, exist_ok=True)
        settings.signing_key()
        with database.transaction() as session:
            ensure_criteria(session=session)
        if sample:
            from core.sample import load_sample

            meter = Meter("loading the sample company", quiet=as_json)
            load_sample(database, settings, progress=meter.show)
            meter.close()
        shown = database.url.render_as_string(hide_password=True)
    if as_json:
        emit({"database": shown, "home": str(settings.home), "sample": sample})
    else:
        typer.echo(f"Ready. Database: {shown}")
        if sample:
            _show_sign_ins()
        else:
            typer.echo("Next: `people add NAME --role admin`, or `init --sample` to look around.")


def _show_sign_ins() -> None:
    from core.sample import PASSWORD, read_material

    typer.echo(f"\nSign in as one of these, password {PASSWORD}:")
    for person in read_material().people:
        typer.echo(f"  {person.username:<10} {person.role:<11} {person.name}")
