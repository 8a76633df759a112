"""The figures a version is shipped on: the few of its measure that a release keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.classifiers.measure import Figures, Report
from core.classifiers.tables import ClassifierVersion
from core.errors import InvalidInput
from core.statistics import Rate, too_few

NOT_ENOUGH = "There are not enough labels to say how good this version is."
_FIGURES = ("right_when_answering", "accuracy", "coverage", "macro_f1")


def report_of(version: ClassifierVersion) -> Report | None:
    """The measure of a version; None when it was never measured, or long ago in another form."""
    try:
        return Report.from_json(version.report) if version.report else None
    except InvalidInput:
        return None


def evidence_of(version: ClassifierVersion) -> dict[str, Any]:
    """What a release keeps: how it was measured, on how much, and the main rates with their intervals.

    Returns:
        ``{"how": "cross-validated" | "held out" | "not measured", "n": int, "groups": int, "warning": str,
        "rates": {name: {"estimate", "low", "high", "n", ...}}, "examples": int}``
    """
    report = report_of(version)
    figures = report.best if report is not None else None
    if report is None or figures is None:
        return {
            "how": "not measured",
            "n": 0,
            "groups": 0,
            "warning": NOT_ENOUGH,
            "rates": {},
            "examples": version.example_count,
        }
    return {
        "how": "cross-validated" if report.cross_validated is not None else "held out",
        "n": figures.n,
        "groups": figures.groups,
        "warning": NOT_ENOUGH if too_little(figures) else "",
        "rates": {name: stored_rate(getattr(figures, name)) for name in _FIGURES},
        "examples": version.example_count,
    }


def too_little(figures: Figures) -> str:
    """That the labels are too few to say how good it is, in plain words; empty when they are enough."""
    return too_few(figures.accuracy)


def has_enough_labels(version: ClassifierVersion) -> bool:
    """Whether there are labels enough to say how good a version is."""
    return not evidence_of(version)["warning"]


def evidence_rate(evidence: Mapping[str, Any], name: str) -> Rate | None:
    """One rate of what :func:`evidence_of` gave and a release kept; None where it is missing."""
    stored = evidence.get("rates", {}).get(name)
    if not isinstance(stored, Mapping):
        return None
    try:
        return Rate(**stored)
    except TypeError:
        return None


def stored_rate(rate: Rate) -> dict[str, Any]:
    """A rate as plain values, which :func:`evidence_rate` reads."""
    kept = {name: value for name, value in asdict(rate).items() if name != "effective_n"}
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in kept.items()}
