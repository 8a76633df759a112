"""What came out of asking a build about a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Output:
    """One answer, as graders see it and as :attr:`EvalResult.output` stores it.

    Attributes:
        text: the reply; empty where there is none.
        decision: answer, abstain or escalate; ``waiting`` where proposed actions wait for a person.
        reason: why it does not answer, one of the reasons of a draft.
        question: what would unblock it.
        citations: ``{start, end, passage_id, article_version_id, article, title, quote, passage, support}``;
            ``article`` is ``SOURCE/EXTERNAL_ID``.
        proposals: actions it wants a person to approve: ``{action, arguments}``.
        steps: what was looked up: as :class:`core.assist.Step` in JSON.
        retrieved: ``{passage_id, article, title, score, query}``, best first.
        findings: what the guardrails saw: ``{guardrail, severity, stage, message}``.
        confidence: 0..1; None where the target says none.
        searches: what was searched for and found, see :attr:`core.assist.DraftResult.searches`; None: not
            known.
    """

    text: str = ""
    decision: str = "answer"
    reason: str = ""
    question: str = ""
    citations: tuple[Mapping[str, Any], ...] = ()
    proposals: tuple[Mapping[str, Any], ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()
    retrieved: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    confidence: float | None = None
    locale: str = ""
    model: str = ""
    build_id: str = ""
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    """USD."""
    milliseconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)
    searches: tuple[Mapping[str, Any], ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values, see :meth:`from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What :meth:`as_json` gave; fields nobody knows any more are left out."""
        lists = ("citations", "proposals", "steps", "retrieved", "findings")
        known: dict[str, Any] = {
            name: tuple(stored[name]) if name in lists else stored[name]
            for name in cls.__dataclass_fields__
            if name in stored
        }
        if known.get("searches") is not None:
            known["searches"] = tuple(known["searches"])
        return cls(**known)
