"""``evals run|resume|stop|runs``: runs are worked on in this process, beside whoever else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.evals.comparing import comparison_of, print_comparison
from core.cli.evals.ending import NO_VERDICT, WORSE, end, status_of
from core.cli.evals.working import work_until_over
from core.cli.output import emit, say
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.database import Database
    from core.evals import RunScores, RunSummary
    from core.settings import Settings

Budget = Annotated[float | None, typer.Option("--budget", min=0, help="USD; it stops before spending more.")]
Baseline = Annotated[
    int | None, typer.Option("--baseline", help="Number of an earlier run to compare with when it has ended.")
]
MinScore = Annotated[
    float | None,
    typer.Option("--min-score", min=0, max=1, help="Share of cases that must pass; below it ends with 2."),
]
Strict = Annotated[bool, typer.Option("--strict", help="End with 3 when there is no clear verdict.")]
RunNumber = Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")]


def run(
    suite: Annotated[str, typer.Argument(help="Name of the suite.")],
    build: Annotated[
        str, typer.Option("--build", help="Id of the build; an error when another one is in force.")
    ] = "",
    candidate: Annotated[str, typer.Option("--candidate", help="Name of a change to try.")] = "",
    target: Annotated[
        str, typer.Option("--target", help="assist: the whole way to a draft; model: the model alone.")
    ] = "assist",
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="How often each case is asked.")] = 1,
    budget: Budget = None,
    grader: Annotated[
        list[str] | None, typer.Option("--grader", help="Name of a classifier that grades; may be repeated.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again also what was answered before.")] = False,
    note: Annotated[str, typer.Option("--note", help="Kept with the run.")] = "",
    baseline: Baseline = None,
    min_score: MinScore = None,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Run a build on a suite and wait for the end. If this process dies, `evals resume RUN` goes on."""
    from core.evals import get_run, start_run
    from core.identity import SYSTEM

    with opened() as (database, settings):
        if baseline is not None:
            with database.reading() as session:
                get_run(SYSTEM, baseline, session=session)  # better now than after the run
        started = start_run(
            SYSTEM,
            suite,
            database=database,
            settings=settings,
            target=target,
            candidate=candidate,
            build_id=build,
            repeats=repeats,
            budget=budget,
            graders=grader or (),
            note=note,
            fresh=fresh,
        )
        _carry_out(started.key, database, settings, baseline, min_score, strict=strict, as_json=as_json)


def resume(
    number: RunNumber,
    errors_only: Annotated[
        bool, typer.Option("--errors-only", help="Ask and grade again only what failed.")
    ] = False,
    budget: Budget = None,
    baseline: Baseline = None,
    min_score: MinScore = None,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that was stopped, failed or killed, and wait for the end."""
    from core.evals import get_run, resume_run
    from core.identity import SYSTEM

    with opened() as (database, settings):
        with database.reading() as session:
            state = get_run(SYSTEM, number, session=session).run.state
        if state not in ("planned", "running") or errors_only or budget is not None:
            with database.transaction() as session:
                resume_run(SYSTEM, number, session=session, errors_only=errors_only, budget=budget)
        _carry_out(number, database, settings, baseline, min_score, strict=strict, as_json=as_json)


def stop(number: RunNumber) -> None:
    """Ask nothing more in a run, whoever works on it. What was answered is kept."""
    from core.evals import stop_run
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        state = stop_run(SYSTEM, number, session=session).state
    typer.echo(f"Run {number} is {state}.")


def runs(
    suite: Annotated[str, typer.Option("--suite", help="Only of this suite.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="The newest so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first."""
    from core.evals import list_runs
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        found = list_runs(SYSTEM, session=session, suite=suite, limit=limit)
    if as_json:
        for each in found:
            emit(_facts(each))
        return
    if not found:
        typer.echo("no runs")
    for each in found:
        passed = each.run.scores.get("passed")
        share = f"{passed['estimate']:6.1%}" if passed and passed["n"] else "     -"
        build = each.candidate or each.run.build_id[:12]
        typer.echo(
            f"{each.run.key:>6}  {each.run.created_at:%Y-%m-%d %H:%M}  {each.run.state:<9} {share}  "
            f"{each.suite.name} v{each.version}  {build}  {each.run.note}".rstrip()
        )


def _carry_out(
    number: int,
    database: Database,
    settings: Settings,
    baseline: int | None,
    min_score: float | None,
    *,
    strict: bool,
    as_json: bool,
) -> None:
    """Work on a run until it is over, say what came of it, and end with the status that stands for it."""
    from core.evals import get_run, score_run
    from core.identity import SYSTEM

    work_until_over(number, database, settings, quiet=as_json)
    with database.reading() as session:
        summary = get_run(SYSTEM, number, session=session)
        scores = score_run(SYSTEM, number, session=session)
        comparison = None
        if baseline is not None:
            comparison = comparison_of(baseline, number, session=session)
    finished = summary.run.state == "finished"
    reasons, code = _verdict(scores, min_score, strict=strict) if finished else ([], 0)
    verdict = comparison["verdict"] if comparison is not None else ""
    if code != WORSE:
        code = status_of(verdict, strict=strict) or code
    if as_json:
        emit(
            _facts(summary)
            | {"scores": _scores(scores), "reasons": reasons, "comparison": comparison, "exit_status": code}
        )
    else:
        _print(summary, scores)
        if comparison is not None:
            print_comparison(comparison)
        for reason in reasons:
            say(reason)
    if not finished:
        why = summary.run.error or f"The run is {summary.run.state}."
        raise InvalidInput(f"{why} Go on with `evals resume {number}`.")
    end(code)


def _verdict(scores: RunScores, min_score: float | None, *, strict: bool) -> tuple[list[str], int]:
    """What is wrong with a finished run by itself, and the status for it."""
    reasons = []
    code = 0
    if min_score is not None and scores.passed.n and scores.passed.estimate < min_score:
        reasons.append(f"The score is {scores.passed.estimate:.1%}, below the {min_score:.1%} asked for.")
        code = WORSE
    failed = [each for each in scores.of("critical") if each.rate.n and each.rate.estimate < 1]
    if failed:
        count = sum(each.cases for each in failed)
        reasons.append(f"Of {count:,} critical case{'s' if count != 1 else ''}, not all passed.")
        code = WORSE
    if not scores.passed.n or scores.error_share > scores.most_errors:
        reasons.append(
            f"No verdict: {scores.errors:,} results ({scores.error_share:.1%}) could not be answered or "
            f"graded, and {scores.most_errors:.1%} is the most."
        )
        code = code or (NO_VERDICT if strict or min_score is not None else 0)
    return reasons, code


def _print(summary: RunSummary, scores: RunScores) -> None:
    run = summary.run
    what = f"{summary.suite.name} v{summary.version}, build {run.build_id[:12]}"
    typer.echo(f"run {run.key}: {what}, {run.state}")
    passed = scores.passed
    if passed.n:
        share = f"{passed.estimate:.1%} ({passed.low:.1%} to {passed.high:.1%})"
        typer.echo(f"  passed    {share} of {scores.cases:,} cases")
    for k, rate in scores.powers.items():
        if k > 1 and rate.n:
            typer.echo(f"  pass^{k:<4} {rate.estimate:.1%} ({rate.low:.1%} to {rate.high:.1%})")
    for each in scores.of("criterion"):
        if each.rate.n:
            advisory = "  advisory: no person has vouched for the judge" if each.advisory else ""
            typer.echo(f"    {each.name:<28} {each.rate.estimate:6.1%} of {each.cases:,}{advisory}")
    typer.echo(f"  errors    {scores.errors:,}")
    typer.echo(f"  spent     ${scores.spent:,.4f}")


def _facts(summary: RunSummary) -> dict[str, Any]:
    run = summary.run
    return {
        "run": run.key,
        "suite": summary.suite.name,
        "version": summary.version,
        "target": run.target,
        "build": run.build_id,
        "candidate": summary.candidate,
        "model": summary.model,
        "repeats": run.repeats,
        "state": run.state,
        "error": run.error,
        "note": run.note,
        "total": summary.progress.total,
        "passed": summary.progress.passed,
        "failed": summary.progress.failed,
        "errors": summary.progress.errors,
        "copied": summary.progress.copied,
        "cost": summary.progress.cost,
        "budget": run.budget,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
    }


def _scores(scores: RunScores) -> dict[str, Any]:
    from dataclasses import asdict

    rate = {"estimate": scores.passed.estimate, "low": scores.passed.low, "high": scores.passed.high}
    return {
        "passed": rate | {"n": scores.passed.n},
        "cases": scores.cases,
        "groups": [asdict(each) for each in scores.groups],
        "errors": scores.errors,
        "error_kinds": scores.error_kinds,
        "error_share": scores.error_share,
        "most_errors": scores.most_errors,
        "advisory": list(scores.advisory),
        "pass_power": {str(k): each.estimate for k, each in scores.powers.items()},
        "cost": scores.cost,
        "spent": scores.spent,
        "p50": scores.p50,
        "p95": scores.p95,
    }
