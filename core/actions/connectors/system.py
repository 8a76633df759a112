"""What connected systems have in common: declaring, previewing, carrying out, and asking afterwards."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from core.actions.connectors.answers import Answer, at, entries, scalars, told
from core.actions.connectors.chosen import Chosen
from core.actions.connectors.operation import digest_of
from core.actions.declaration import (
    Action,
    ActionRefused,
    Call,
    NotReached,
    Outcome,
    OutcomeUnknown,
    Preview,
)

_LONGEST_REFERENCE = 200


class NotThere(ActionRefused):
    """The system knows nothing under this address (HTTP 404)."""


class ConnectedSystem(ABC):
    """A :class:`core.actions.Connector` over the chosen operations of one connection."""

    def __init__(self, name: str, label: str, chosen: Sequence[Chosen]) -> None:
        """``label`` is the connection's name for people; ``chosen`` includes the disabled ones."""
        self._name = name
        self._label = label
        self._by_action = {one.choice.action: one for one in chosen if one.choice.enabled}
        self._by_id = {one.operation.id: one for one in chosen}

    @property
    def name(self) -> str:
        return self._name

    @abstractmethod
    def send(self, chosen: Chosen, values: Mapping[str, Any], *, key: str) -> Answer:
        """Call the operation once; ``key`` is empty for look-ups.

        Raises:
            ActionRefused: the system said no.
            NotReached: nothing was sent, or a look-up got no answer.
            OutcomeUnknown: an effect was sent and it is not certain what became of it.
        """

    def actions(self) -> tuple[Action, ...]:
        return tuple(one.action for one in self._by_action.values())

    def preview(self, call: Call) -> Preview:
        chosen = self._chosen(call.action)
        values = chosen.values(call.arguments, call.account)
        before = self._state(chosen, call)
        choice = chosen.choice
        warnings: tuple[str, ...] = ()
        if not choice.check_operation and not chosen.action.reads_only:
            warnings = (
                f"If the connection breaks while this is carried out, look it up in {self._label}: "
                "Ratchet cannot ask it afterwards.",
            )
        return Preview(
            effect=chosen.effect(call.arguments, call.account),
            amount=chosen.amount(values),
            currency=choice.currency if choice.amount_argument else "",
            before=before,
            after=_after(before, call.arguments),
            facts=digest_of([choice.model_dump(mode="json"), chosen.operation.pinned, values, before]),
            warnings=warnings,
            policy=choice.policy,
        )

    def execute(self, call: Call) -> Outcome:
        chosen = self._chosen(call.action)
        key = "" if chosen.action.reads_only else call.idempotency_key
        if not chosen.action.reads_only and not key:
            raise ActionRefused("An action with effects needs an idempotency key. Nothing was sent.")
        answer = self.send(chosen, chosen.values(call.arguments, call.account, key), key=key)
        return self._outcome(chosen, call, answer)

    def look_for(self, call: Call) -> Outcome | None:
        chosen = self._chosen(call.action)
        choice = chosen.choice
        check = self._by_id.get(choice.check_operation) if choice.check_operation else None
        if check is None:
            raise OutcomeUnknown(
                f"{self._label} has no look-up that could tell. Look there whether it happened."
            )
        known = {argument.name for argument in check.arguments}
        arguments = {name: value for name, value in call.arguments.items() if name in known}
        arguments[choice.check_argument] = call.idempotency_key
        try:
            answer = self.send(check, check.values(arguments, call.account), key="")
        except NotThere:
            return None
        except ActionRefused as refusal:  # it refused the question, which says nothing about the action
            raise NotReached(f"{self._label} would not say: {refusal}") from None
        found = entries(answer.result)
        if not found:
            return None
        if len(found) > 1:
            raise OutcomeUnknown(
                f"{self._label} found {len(found)} entries for this one action. Look there which is right."
            )
        return self._outcome(chosen, call, Answer(found[0], answer.location, answer.finished))

    def _chosen(self, action: str) -> Chosen:
        try:
            return self._by_action[action]
        except KeyError:
            raise ActionRefused(
                f"{self._label} no longer offers {action}: an admin has switched it off or it has changed."
            ) from None

    def _state(self, chosen: Chosen, call: Call) -> dict[str, str]:
        look_up = self._by_id.get(chosen.choice.state_operation) if chosen.choice.state_operation else None
        if look_up is None:
            return {}
        known = {argument.name for argument in look_up.arguments}
        arguments = {name: value for name, value in call.arguments.items() if name in known}
        return scalars(self.send(look_up, look_up.values(arguments, call.account), key="").result)

    def _outcome(self, chosen: Chosen, call: Call, answer: Answer) -> Outcome:
        choice = chosen.choice
        reference = at(answer.result, choice.reference_field) if choice.reference_field else ""
        reference = (reference or answer.location.rstrip("/").rpartition("/")[2])[:_LONGEST_REFERENCE]
        statements: dict[str, tuple[str, ...]] = {}
        if answer.finished:
            filled = {
                language: told(sentence, call.arguments, answer.result)
                for language, sentence in choice.sentences.items()
            }
            statements = {language: (sentence,) for language, sentence in filled.items() if sentence}
        return Outcome(
            result=answer.result,
            summary=self._summary(chosen, call, answer, reference),
            reference=reference,
            statements=statements,
        )

    def _summary(self, chosen: Chosen, call: Call, answer: Answer, reference: str) -> str:
        if chosen.action.reads_only:
            items = answer.result.get("items")
            shown = (
                f"{len(items)} entries"
                if isinstance(items, list)
                else ", ".join(f"{name} {value}" for name, value in scalars(answer.result, 4).items())
            )
            return f"{chosen.choice.title} on {self._label}: {shown or 'nothing found'}."
        receipt = f" Receipt {reference}." if reference else ""
        if not answer.finished:
            return f"{self._label} has accepted it and will carry it out later.{receipt}"
        return f"Done: {chosen.effect(call.arguments, call.account)}{receipt}"


def _after(before: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, str]:
    """What the arguments say the shown values will be."""
    after: dict[str, str] = {}
    for name, value in arguments.items():
        if name in before and value is not None:
            new = ("yes" if value else "no") if isinstance(value, bool) else str(value)
            if new != before[name]:
                after[name] = new
    return after
