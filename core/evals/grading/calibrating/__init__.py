"""Graders compared with people: agreement, wrong passes, noise, and which judges may count."""

from core.evals.grading.calibrating.judges import (
    Disagreement,
    JudgeRow,
    JudgeView,
    list_judges,
    open_judge,
)
from core.evals.grading.calibrating.running import dispatch_calibrations, run_calibration
from core.evals.grading.calibrating.sampling import MOST
from core.evals.grading.calibrating.starting import CalibrationEstimate, calibrate, estimate_calibration

__all__ = [
    "MOST",
    "CalibrationEstimate",
    "Disagreement",
    "JudgeRow",
    "JudgeView",
    "calibrate",
    "dispatch_calibrations",
    "estimate_calibration",
    "list_judges",
    "open_judge",
    "run_calibration",
]
