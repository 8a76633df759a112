"""``doctor``."""

from __future__ import annotations

import typer

from core.cli.context import AsJson
from core.cli.diagnosis import diagnose
from core.cli.output import emit

_MARKS = {True: "ok  ", False: "FAIL", None: "note"}


def doctor(as_json: AsJson = False) -> None:
    """Check everything an installation needs and say how to fix what is wrong. Exit 1 on a failure."""
    findings = diagnose()
    for finding in findings:
        if as_json:
            emit({"check": finding.name, "ok": finding.ok, "found": finding.found, "fix": finding.fix})
            continue
        typer.echo(f"{_MARKS[finding.ok]}  {finding.name}: {finding.found}")
        if finding.fix:
            typer.echo(f"      {finding.fix}")
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)
