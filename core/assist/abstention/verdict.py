"""Whether a draft is shown as an answer, and if not, why and what would unblock it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.assist.abstention.calibrating import Calibrator
from core.assist.abstention.reasons import explain
from core.assist.abstention.signals import SignalInput
from core.assist.tables import Calibration

_TOLD = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a draft.

    Attributes:
        decision: ``answer``, ``abstain`` or ``escalate``.
        reason: why it is held back, one of the five; empty when it is not held back by the score, also
            where the model itself does not answer: then its own reason stands.
        question: for the rep, in English: the one thing to find out. Empty with ``reason``.
        score: probability that the draft is right; None without a calibration.
        threshold: what the score was held against.
        weakest: the signals that pull the score down most, worst first (keys of ``signals.NAMES``).
    """

    decision: str
    reason: str = ""
    question: str = ""
    score: float | None = None
    threshold: float = 0.0
    weakest: tuple[str, ...] = ()

    @property
    def held_back(self) -> bool:
        """Whether the score, not the model, keeps the draft from being an answer."""
        return bool(self.reason)


def score(signals: Mapping[str, float], calibration: Calibration) -> float:
    """Calibrated probability that a draft with these signals is right, 0..1."""
    return Calibrator.from_json(calibration.model).probability(signals)


def verdict(given: SignalInput, signals: Mapping[str, float], calibration: Calibration | None) -> Verdict:
    """Hold a draft against the calibration in use.

    Without a calibration the model's decision stands, with no score. A draft that is no answer
    stays none, and gets no score either: the probability is that of an answer being right.
    """
    if calibration is None or given.decision != "answer":
        return Verdict(given.decision)
    calibrator = Calibrator.from_json(calibration.model)
    probability = calibrator.probability(signals)
    shortfall = calibrator.shortfall(signals)
    weakest = tuple(name for name, pull in shortfall.items() if pull > 0)[:_TOLD]
    if probability >= calibration.threshold:
        return Verdict("answer", "", "", probability, calibration.threshold, weakest)
    reason, question = explain(given, shortfall)
    return Verdict("abstain", reason, question, probability, calibration.threshold, weakest)
