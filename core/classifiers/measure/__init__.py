"""How good a classifier is: figures with intervals, thresholds with a guarantee, comparisons."""

from core.classifiers.measure.comparing import Comparison, Flip, compare
from core.classifiers.measure.folds import Folds, folds, group_of
from core.classifiers.measure.learning_curve import CurvePoint, learning_curve
from core.classifiers.measure.measuring import measure
from core.classifiers.measure.near_scope import NearScope, near_scope
from core.classifiers.measure.outcomes import Outcomes, answers_given, outcomes
from core.classifiers.measure.report import FAILED, NO_ANSWER, AnswerFigures, Bin, Cell, Figures, Report
from core.classifiers.measure.scoring import first_look, out_of_fold
from core.classifiers.measure.thresholds import (
    CurveAt,
    ThresholdChoice,
    ThresholdRefusal,
    choose_threshold,
    threshold_curve,
)
from core.statistics import labels_needed

__all__ = [
    "FAILED",
    "NO_ANSWER",
    "AnswerFigures",
    "Bin",
    "Cell",
    "Comparison",
    "CurveAt",
    "CurvePoint",
    "Figures",
    "Flip",
    "Folds",
    "NearScope",
    "Outcomes",
    "Report",
    "ThresholdChoice",
    "ThresholdRefusal",
    "answers_given",
    "choose_threshold",
    "compare",
    "first_look",
    "folds",
    "group_of",
    "labels_needed",
    "learning_curve",
    "measure",
    "near_scope",
    "out_of_fold",
    "outcomes",
    "threshold_curve",
]
