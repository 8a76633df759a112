"""A run that waits for people: what is stored, and whether it may still go on.

The mapping behind the masks is not stored. It comes out the same when the same texts are masked
in the same order again, so the order is: the case, then each step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import agents.version
import openai

from core.actions import Catalogue
from core.assist.acting.steps import Step
from core.assist.instructions import INSTRUCTIONS
from core.llm import provider_name
from core.settings import Settings

OTHER_CASE = "The conversation is not as it was when this draft paused, so a new one has to be written."
OTHER_BUILD = (
    "This draft paused under another version of the instructions, the actions or the model, so it cannot "
    "go on from there. A new one has to be written; what was decided and done counts all the same."
)


@dataclass(frozen=True)
class Paused:
    """A run between two of its turns.

    Attributes:
        state: the SDK's run state.
        fingerprint: of everything the state depends on; see :func:`fingerprint`.
        items: digest of the masked case.
        background: what the run was told of earlier ones; see :meth:`Background.as_json`.
        passages: what was retrieved; see :meth:`Evidence.dump`.
        steps: what was looked up or refused so far.
        calls: tool call id -> request, of everything proposed.
        refusals: tool call id -> what the model is told, of what could not be proposed.
        trace_id: the trace that goes on.
        findings: what the guardrails saw so far.
    """

    state: dict[str, Any]
    fingerprint: str
    items: str
    background: dict[str, Any]
    passages: list[dict[str, Any]]
    steps: list[Step]
    calls: dict[str, int]
    refusals: dict[str, str]
    trace_id: str = ""
    findings: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "steps": [step.as_json() for step in self.steps]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what :meth:`as_json` gave.

        Raises:
            KeyError, TypeError: it was written by a version that stored something else.
        """
        return cls(**{**value, "steps": [Step.from_json(step) for step in value["steps"]]})


def fingerprint(catalogue: Catalogue | None, settings: Settings, *, instructions: str = INSTRUCTIONS) -> str:
    """SHA-256 over what a stored run depends on. The SDK itself does not notice a changed tool."""
    parts = {
        "instructions": instructions,
        "actions": catalogue.digest if catalogue is not None else "",
        "model": provider_name(settings),
        "agents": agents.version.__version__,
        "openai": openai.__version__,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def digest_of(items: Sequence[Any]) -> str:
    """SHA-256 of agent input items."""
    canonical = json.dumps(list(items), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
