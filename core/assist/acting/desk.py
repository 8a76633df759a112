"""The desk of one run: look-ups happen at once, everything else is filed for a person to decide on."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session, col, select

from core.actions import Action, ActionRequest, Catalogue, look_up, propose, settled
from core.assist.acting.steps import Step, cleaned, step_of_outcome, step_of_request
from core.assist.grounding.evidence import Evidence
from core.assist.guardrails import Finding, check_source
from core.database import Database
from core.errors import RatchetError
from core.identity import SYSTEM

MOST_LOOK_UPS = 12
MOST_PROPOSALS = 5
"""In one run. A model that goes round in circles, or is led to, stops here."""


@dataclass
class Desk:
    """Carries out the look-ups of one run and files its proposals.

    Blocks; call it in a thread. What systems answer is data: it is masked and freed of instructions
    before a model sees it.
    """

    conversation_id: int
    draft_id: int
    language: str
    evidence: Evidence
    database: Database
    catalogue: Catalogue
    steps: list[Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    """Tool call id -> request, of the proposals in this run."""
    refusals: dict[str, str] = field(default_factory=dict)
    """Tool call id -> what the model is told, of proposals that nobody needs to see."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def look_up(self, name: str, arguments: str) -> str:
        """Run a look-up and return what the model may see of it, as JSON."""
        action = self.catalogue.get(name)
        if sum(step.request_id is None for step in self.steps) >= MOST_LOOK_UPS:
            return _failure("There were too many look-ups in this run. Write the draft now.")
        step = self._answered(action, self._arguments(arguments))
        with self._lock:
            return self._entered(replace(step, label=self._next_label()))

    def file(self, name: str, arguments: str, *, call_id: str) -> bool:
        """File a proposed call, unless it could not be carried out anyway: then the model is told why.

        Returns:
            Whether it waits for a person.
        """
        if len(self.calls) >= MOST_PROPOSALS:
            self.refusals[call_id] = _failure("There were too many proposals in this run.")
            return False
        try:
            return self._filed(name, self._arguments(arguments), call_id)
        except RatchetError as problem:
            with self._lock:
                step = Step(self._next_label(), name, self._title(name), "failed", error=str(problem))
                self.refusals[call_id] = self._entered(step)
            return False

    def report(self, call_id: str) -> str:
        """What became of a filed call, as JSON for the model. Causes nothing."""
        if call_id in self.refusals:
            return self.refusals[call_id]
        step = self._outcome(call_id)
        if step is None:
            return _failure("Nobody knows this call. Do not claim that anything was done.")
        with self._lock:
            return self._entered(replace(step, label=self._next_label()))

    def _answered(self, action: Action, given: dict[str, Any]) -> Step:
        """What a look-up gives, as a step without a label."""
        started = time.perf_counter()
        try:
            outcome = look_up(
                self.conversation_id, action.name, given, database=self.database, catalogue=self.catalogue
            )
        except RatchetError as problem:
            elapsed = (time.perf_counter() - started) * 1000
            return Step(
                "", action.name, action.title, "failed", given, error=str(problem), milliseconds=elapsed
            )
        return step_of_outcome(
            outcome,
            label="",
            action=action.name,
            title=action.title,
            arguments=given,
            language=self.language,
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    def _filed(self, name: str, given: dict[str, Any], call_id: str) -> bool:
        """File a proposal under its call. Whether it waits for a person.

        Raises:
            RatchetError: nobody needs to see it, because it could not be carried out.
        """
        request = propose(
            SYSTEM,
            self.conversation_id,
            name,
            given,
            database=self.database,
            catalogue=self.catalogue,
            reason=str(given.get("reason") or ""),
            draft_id=self.draft_id,
            call_id=call_id,
        )
        self.calls[call_id] = request.key
        return not settled(request)

    def _outcome(self, call_id: str) -> Step | None:
        """What became of a filed call, as a step without a label; None where nothing was filed."""
        with self.database.reading() as session:
            request = self._request(call_id, session=session)
        if request is None:
            return None
        return step_of_request(request, label="", title=self._title(request.action), language=self.language)

    def clean(self, text: str, *, name: str) -> str:
        """A text of another system, masked and freed of instructions; what was found is kept."""
        result = check_source(text, origin="tool", name=name)
        self.findings += [each for each in result.findings if each not in self.findings]
        return self.evidence.masker.mask(result.text)

    def restore(self, steps: list[Step], *, calls: dict[str, int], refusals: dict[str, str]) -> None:
        """Put back what happened before a pause, in the same order, so that masks come out the same."""
        self.calls.update(calls)
        self.refusals.update(refusals)
        for step in steps:
            self._entered(step)

    def _entered(self, step: Step) -> str:
        self.steps.append(step)
        self.evidence.state(step.stated())
        told = step.told(_cleaner(self, step.title))
        return json.dumps(told, ensure_ascii=False, default=str)

    def _arguments(self, raw: str) -> dict[str, Any]:
        value = json.loads(raw or "{}") if _is_json(raw) else {}
        unmask = self.evidence.masker.unmask
        # exact, secrets too: they go to our own systems, which have them already
        filled: Any = cleaned(value, lambda text: unmask(text, secrets=True))
        return filled if isinstance(filled, dict) else {}

    def _request(self, call_id: str, *, session: Session) -> ActionRequest | None:
        request_id = self.calls.get(call_id)
        if request_id is None:
            return None
        return session.exec(select(ActionRequest).where(col(ActionRequest.id) == request_id)).one_or_none()

    def _next_label(self) -> str:
        return f"T{len(self.steps) + 1}"

    def _title(self, name: str) -> str:
        try:
            return self.catalogue.get(name).title
        except RatchetError:
            return name


def _cleaner(desk: Desk, name: str) -> Callable[[str], str]:
    return lambda text: desk.clean(text, name=name)


def _failure(error: str) -> str:
    return json.dumps({"status": "failed", "error": error})


def _is_json(raw: str) -> bool:
    try:
        json.loads(raw or "{}")
    except ValueError:
        return False
    return True
