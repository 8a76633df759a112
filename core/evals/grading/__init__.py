"""Grading: graders frozen for a run, several judges together, people's grades, agreement with them."""

from core.evals.grading.batch import grade_batch, no_grader
from core.evals.grading.calibrating import (
    CalibrationEstimate,
    Disagreement,
    JudgeRow,
    JudgeView,
    calibrate,
    dispatch_calibrations,
    estimate_calibration,
    list_judges,
    open_judge,
    run_calibration,
)
from core.evals.grading.graders import (
    CERTAIN,
    FEWEST,
    GRADED,
    LOWEST_KAPPA,
    STEADY,
    Grader,
    graders_for,
    newest_calibrations,
    plan_graders,
    ungraded_cases,
    vouched,
    vouches,
)
from core.evals.grading.people import HumanGrade, grade_result, human_grades, withdraw_grade
from core.evals.grading.resettling import apply_people
from core.evals.grading.settling import Settled, settle
from core.evals.grading.subjects import reference_of, subject_of

__all__ = [
    "CERTAIN",
    "FEWEST",
    "GRADED",
    "LOWEST_KAPPA",
    "STEADY",
    "CalibrationEstimate",
    "Disagreement",
    "Grader",
    "HumanGrade",
    "JudgeRow",
    "JudgeView",
    "Settled",
    "apply_people",
    "calibrate",
    "dispatch_calibrations",
    "estimate_calibration",
    "grade_batch",
    "grade_result",
    "graders_for",
    "human_grades",
    "list_judges",
    "newest_calibrations",
    "no_grader",
    "open_judge",
    "plan_graders",
    "reference_of",
    "run_calibration",
    "settle",
    "subject_of",
    "ungraded_cases",
    "vouched",
    "vouches",
    "withdraw_grade",
]
