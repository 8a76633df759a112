"""What drafting gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.assist.acting import Paused, Step
from core.assist.grounding.citations import Removed, VerifiedCitation
from core.assist.grounding.evidence import Retrieved
from core.assist.guardrails import Finding
from core.assist.tables import Build


@dataclass(frozen=True)
class DraftResult:
    """A finished draft, verified and un-masked.

    Attributes:
        decision: ``answer``, ``abstain`` or ``escalate``.
        reason: why not ``answer``; one of the reasons of :class:`core.llm.DraftOutput`, else empty.
        question: the one thing to find out that would unblock the draft.
        text: the reply; for ``abstain`` and ``escalate`` what is left of it, often empty.
        confidence: 0..1.
        citations: passages, in the order of the text; ``supports``: results and answers.
        removed: sentences that were taken out, with the reason.
        retrieved: every passage of the run, best first, cited or not.
        usage: ``{"requests", "input_tokens", "output_tokens", "cost"}``; cost in USD.
        stages: milliseconds for ``context``, ``classifiers``, ``search``, ``model``, ``verify``; a stored
            draft also has ``store``, without the commit.
        steps: what was looked up and done.
        findings: what the guardrails saw; see :func:`core.assist.guardrails.blocks`.
        score: calibrated probability that the draft is right, 0..1; None without a calibration.
        signals: what the score rests on.
        searches: what was searched for and found, see :func:`core.assist.finding.describe_searches`.
    """

    decision: str
    reason: str
    question: str
    text: str
    confidence: float
    locale: str
    citations: tuple[VerifiedCitation, ...]
    removed: tuple[Removed, ...]
    retrieved: tuple[Retrieved, ...]
    build: Build
    model: str
    usage: dict[str, Any] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)
    supports: tuple[VerifiedCitation, ...] = ()
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    score: float | None = None
    signals: dict[str, float] = field(default_factory=dict)
    trace_id: str = ""
    searches: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class PausedRun:
    """A run that waits until the actions it proposed are decided and over."""

    paused: Paused
    locale: str
    retrieved: tuple[Retrieved, ...]
    build: Build
    model: str
    usage: dict[str, Any]
    stages: dict[str, float]
    searches: tuple[dict[str, Any], ...] = ()
