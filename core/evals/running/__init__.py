"""Runs: a build is asked about every case of a suite, in any number of processes, and survives them."""

from core.evals.running.controlling import resume_run, stop_run
from core.evals.running.progress import RunProgress, run_progress
from core.evals.running.reading.one import Repeat, ResultView, read_result
from core.evals.running.reading.results import (
    OUTCOMES,
    Missed,
    Outcome,
    ResultChoices,
    ResultFilter,
    ResultPage,
    ResultRow,
    result_choices,
    run_results,
)
from core.evals.running.reading.runs import RunSummary, get_run, list_runs
from core.evals.running.starting.candidates import create_candidate, get_candidate, list_candidates
from core.evals.running.starting.estimating import RunEstimate
from core.evals.running.starting.start import MOST_REPEATS, estimate_run, start_run
from core.evals.running.taking_over import earlier_results, take_over
from core.evals.running.work.carrying import dispatch_runs, work_on_run

__all__ = [
    "MOST_REPEATS",
    "OUTCOMES",
    "Missed",
    "Outcome",
    "Repeat",
    "ResultChoices",
    "ResultFilter",
    "ResultPage",
    "ResultRow",
    "ResultView",
    "RunEstimate",
    "RunProgress",
    "RunSummary",
    "create_candidate",
    "dispatch_runs",
    "earlier_results",
    "estimate_run",
    "get_candidate",
    "get_run",
    "list_candidates",
    "list_runs",
    "read_result",
    "result_choices",
    "resume_run",
    "run_progress",
    "run_results",
    "start_run",
    "stop_run",
    "take_over",
    "work_on_run",
]
