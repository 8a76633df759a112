"""``verify-audit``."""

from __future__ import annotations

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit, say


def verify_audit(as_json: AsJson = False) -> None:
    """Check that no row of the audit was changed, removed or reordered. Exit 1 when one was."""
    from core import audit

    with opened() as (database, _settings), database.reading() as session:
        result = audit.verify(session=session)
    if as_json:
        emit(
            {
                "ok": result.ok,
                "entries": result.entries,
                "problem": result.problem,
                "at_sequence": result.at_sequence,
            }
        )
    elif result.ok:
        typer.echo(f"The audit is whole: {result.entries:,} entries.")
    else:
        where = "" if result.at_sequence is None else f" at entry {result.at_sequence}"
        say(f"error: the audit was tampered with{where}: {result.problem}")
    if not result.ok:
        raise typer.Exit(1)
