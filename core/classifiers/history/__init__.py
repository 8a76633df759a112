"""Backtests: a version asked about all of history, as a durable job, and what came of it."""

from core.classifiers.history.difference import (
    AgainstLive,
    ChangedAnswer,
    KeptBack,
    Move,
    WouldChange,
    what_would_change,
)
from core.classifiers.history.estimating import BacktestEstimate, estimate_backtest
from core.classifiers.history.overlapping import Overlap, overlap
from core.classifiers.history.running import dispatch_backtests, run_backtest
from core.classifiers.history.sampling import SampledAnswer, sample_answers
from core.classifiers.history.starting import (
    BacktestProgress,
    backtest_progress,
    get_backtest,
    list_backtests,
    resume_backtest,
    start_backtest,
    stop_backtest,
)
from core.classifiers.history.volume import Part, Step, Volume, volume_over_time

__all__ = [
    "AgainstLive",
    "BacktestEstimate",
    "BacktestProgress",
    "ChangedAnswer",
    "KeptBack",
    "Move",
    "Overlap",
    "Part",
    "SampledAnswer",
    "Step",
    "Volume",
    "WouldChange",
    "backtest_progress",
    "dispatch_backtests",
    "estimate_backtest",
    "get_backtest",
    "list_backtests",
    "overlap",
    "resume_backtest",
    "run_backtest",
    "sample_answers",
    "start_backtest",
    "stop_backtest",
    "volume_over_time",
    "what_would_change",
]
