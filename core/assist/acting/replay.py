"""The desk of a replay: it answers from what was frozen, and causes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.actions import Action, InvalidArguments, same_arguments
from core.assist.acting.desk import Desk
from core.assist.acting.steps import Step
from core.errors import InvalidInput

NOT_IN_REPLAY = "This look-up is not available in this replay: it was not made when the case was frozen."


@dataclass
class ReplayDesk(Desk):
    """Look-ups give what they gave then; proposals are written down, and report what became of them then.

    A step fits by its action and its arguments. Of equal ones each is used once, in order; the last one
    stays. A proposal that a person had changed fits by its action, as only the changed arguments were kept.
    So does one that could not be filed, of which none were.

    Attributes:
        frozen: the steps of the judged run.
        proposals: what this run proposed: ``{action, arguments}``.
    """

    frozen: Sequence[Step] = ()
    proposals: list[dict[str, Any]] = field(default_factory=list)
    _outcomes: dict[str, Step] = field(default_factory=dict)
    _used: set[int] = field(default_factory=set)

    def _answered(self, action: Action, given: dict[str, Any]) -> Step:
        try:
            clean = action.validate(given)
        except InvalidArguments as problem:
            return Step("", action.name, action.title, "failed", given, error=str(problem))
        found = self._find(
            action,
            lambda step: step.request_id is None and same_arguments(_cleaned(action, step.arguments), clean),
        )
        if found is None:
            return Step("", action.name, action.title, "failed", given, error=NOT_IN_REPLAY)
        return replace(found, arguments=given, milliseconds=0.0)

    def _filed(self, name: str, given: dict[str, Any], call_id: str) -> bool:
        action = self.catalogue.get(name)
        clean = action.validate(given)
        found = (
            self._find(
                action,
                lambda step: step.request_id is not None and same_arguments(step.arguments, clean),
            )
            or self._find(action, lambda step: step.request_id is not None and step.edited)
            or self._find(action, lambda step: step.request_id is None)
        )
        if found is not None and found.request_id is None:
            raise InvalidInput(found.error)  # it could not be filed then
        self.proposals.append({"action": name, "arguments": clean})
        self.calls[call_id] = len(self.proposals)
        if found is None or found.status == "waiting":
            return True
        self._outcomes[call_id] = found
        return False

    def _outcome(self, call_id: str) -> Step | None:
        return self._outcomes.get(call_id)

    def _find(self, action: Action, fits: Callable[[Step], bool]) -> Step | None:
        places = [
            place for place, step in enumerate(self.frozen) if step.action == action.name and fits(step)
        ]
        if not places:
            return None
        place = next((each for each in places if each not in self._used), places[-1])
        self._used.add(place)
        return self.frozen[place]


def _cleaned(action: Action, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return action.validate(arguments)
    except InvalidArguments:  # what was valid then need not be valid for today's action
        return arguments
