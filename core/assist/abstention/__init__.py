"""Knowing when not to answer: signals of a draft, a calibrated score, and the level an operator chose."""

from core.assist.abstention.calibrating import Calibrator, Progress, cross_fitted
from core.assist.abstention.choosing import (
    CONFIDENCE,
    add_calibration,
    choose,
    fit_examples,
    fit_outcomes,
    list_calibrations,
    live_calibration,
    prepare,
)
from core.assist.abstention.curve import (
    Bin,
    Level,
    Point,
    at_threshold,
    aurc,
    curve,
    interval,
    level,
    levels,
    most_carried,
    points_of,
    reliability,
)
from core.assist.abstention.examples import Example, Shortage, read_labelled, shortage
from core.assist.abstention.outcomes import LIGHT, past_examples
from core.assist.abstention.signals import NAMES, CitedSentence, Found, SignalInput, signals
from core.assist.abstention.verdict import Verdict, score, verdict

__all__ = [
    "CONFIDENCE",
    "LIGHT",
    "NAMES",
    "Bin",
    "Calibrator",
    "CitedSentence",
    "Example",
    "Found",
    "Level",
    "Point",
    "Progress",
    "Shortage",
    "SignalInput",
    "Verdict",
    "add_calibration",
    "at_threshold",
    "aurc",
    "choose",
    "cross_fitted",
    "curve",
    "fit_examples",
    "fit_outcomes",
    "interval",
    "level",
    "levels",
    "list_calibrations",
    "live_calibration",
    "most_carried",
    "past_examples",
    "points_of",
    "prepare",
    "read_labelled",
    "reliability",
    "score",
    "shortage",
    "signals",
    "verdict",
]
