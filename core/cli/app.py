"""The commands, and what happens when one fails.

Nothing heavy is imported here: each command imports what it needs when it runs, so that ``--help``
and a typing mistake answer at once.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from core.cli.actions import actions_app
from core.cli.answering import answering_app
from core.cli.article_care import archive, care
from core.cli.articles import articles_app
from core.cli.auditing import verify_audit
from core.cli.checking import doctor
from core.cli.classifiers import classifiers_app
from core.cli.classifying import classify
from core.cli.connections import connections_app
from core.cli.criteria import criteria_app
from core.cli.drafting import draft
from core.cli.evals import evals_app
from core.cli.flags import flags_app
from core.cli.importing import import_app, show_formats
from core.cli.labels import labels_app
from core.cli.people import people_app
from core.cli.proposals import proposals_app
from core.cli.quality import quality
from core.cli.releases import build_app, releases_app
from core.cli.replaying import replay
from core.cli.searching import search
from core.cli.starting import init
from core.cli.suggestions import suggestions_app
from core.cli.traces import traces_app
from core.cli.working import worker
from core.errors import RatchetError


class _Commands(TyperGroup):
    """Turns deliberate failures into one line on standard error and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except RatchetError as error:
            reason = " ".join(str(error).split())
        except KeyboardInterrupt:
            typer.echo("stopped", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # Whoever read our output has gone (`| head`): not an error worth a word.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except Exception as error:
            known = _reason(error)
            if known is None:
                raise
            reason = known
        typer.echo(f"error: {reason}", err=True)
        raise typer.Exit(1)


def _reason(error: Exception) -> str | None:
    """One line for failures of the surroundings, or None when the error is a defect of ours."""
    # Looked up rather than imported: what is not loaded cannot have raised.
    pydantic, sqlalchemy = sys.modules.get("pydantic"), sys.modules.get("sqlalchemy.exc")
    if pydantic is not None and isinstance(error, pydantic.ValidationError) and error.title == "Settings":
        found = error.errors()[0]
        name = "_".join(str(part) for part in found["loc"]).upper()
        return f"The setting RATCHET_{name} is not usable: {found['msg']}."
    if sqlalchemy is not None and isinstance(error, sqlalchemy.OperationalError | sqlalchemy.ArgumentError):
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        return f"The database cannot be used ({cause}). Check RATCHET_DATABASE_URL, then run `doctor`."
    return None


app = typer.Typer(
    cls=_Commands,
    name="ratchet",
    help="Ratchet: set up, import, search, draft and check from the command line.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(init)
app.add_typer(import_app, name="import")
app.command("formats")(show_formats)
app.command()(search)
articles_app.command()(archive)
articles_app.command()(care)
app.add_typer(articles_app, name="articles")
app.command()(draft)
app.command()(classify)
app.add_typer(classifiers_app, name="classifiers")
app.command("verify-audit")(verify_audit)
app.command()(doctor)
app.add_typer(actions_app, name="actions")
app.add_typer(labels_app, name="labels")
app.add_typer(people_app, name="people")
app.add_typer(answering_app, name="answering")
app.add_typer(connections_app, name="connections")
app.add_typer(criteria_app, name="criteria")
app.add_typer(traces_app, name="traces")
app.add_typer(flags_app, name="flags")
app.add_typer(evals_app, name="evals")
app.add_typer(suggestions_app, name="suggestions")
app.command()(replay)
app.add_typer(proposals_app, name="proposals")
app.add_typer(releases_app, name="releases")
app.add_typer(build_app, name="build")
app.command()(quality)
app.command()(worker)


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m core")
