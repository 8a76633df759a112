"""An operation together with what an admin decided about it: the declared action and its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.actions.connectors.arguments import fields_of, schema_of, validator_of
from core.actions.connectors.operation import Choice, Operation
from core.actions.connectors.shapes import Argument, brief
from core.actions.declaration import Account, Action, ActionRefused, InvalidArguments

_VALUE_NAMES = {"email": "e-mail address", "external_id": "customer number"}


@dataclass(frozen=True)
class Chosen:
    """One chosen operation. ``label`` is how people call the system."""

    operation: Operation
    choice: Choice
    label: str

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """Those that a person or the model gives; the customer's and our own are not among them."""
        choice = self.choice
        ours = {choice.account_argument, choice.key_argument, choice.currency_argument} - {""}
        return tuple(self._limited(a) for a in self.operation.arguments if a.name not in ours)

    @cached_property
    def action(self) -> Action:
        """As it stands in the catalogue."""
        choice = self.choice
        return Action(
            name=choice.action,
            title=choice.title,
            description=choice.description or choice.title,
            schema=schema_of(self.arguments),
            fields=fields_of(self.arguments),
            validate=validator_of(self.arguments),
            risk=choice.risk,
            policy=choice.policy,
            limits=dict(choice.limits) or None,
            approvers=frozenset(choice.approvers),
            idempotent=choice.idempotent,
        )

    def values(self, arguments: Mapping[str, Any], account: Account, key: str = "") -> dict[str, Any]:
        """Everything the operation is called with.

        Raises:
            ActionRefused: an argument does not fit, or the customer is not known to the system.
        """
        try:
            values = self.action.validate(arguments)
        except InvalidArguments as problem:
            raise ActionRefused(str(problem)) from None
        choice = self.choice
        if choice.account_argument:
            values[choice.account_argument] = self.customer(account)
        if choice.key_argument and key:
            values[choice.key_argument] = key
        if choice.currency_argument:
            values[choice.currency_argument] = choice.currency
        return values

    def customer(self, account: Account) -> str:
        """How the system knows this customer.

        Raises:
            ActionRefused: nothing is known that it could be told.
        """
        value = (account.email if self.choice.account_value == "email" else account.external_id).strip()
        if not value:
            raise ActionRefused(
                f"This customer has no {_VALUE_NAMES[self.choice.account_value]} in Ratchet, so {self.label} "
                "cannot be told whose account it is."
            )
        return value

    def amount(self, arguments: Mapping[str, Any]) -> Decimal | None:
        """The money that moves, in the currency's unit."""
        value = arguments.get(self.choice.amount_argument) if self.choice.amount_argument else None
        if value is None:
            return None
        amount = Decimal(str(value))
        return (amount / 100 if self.choice.amount_in_hundredths else amount).quantize(Decimal("0.01"))

    def effect(self, arguments: Mapping[str, Any], account: Account) -> str:
        """In plain words: "Create refund on Billing (amount 12.00 EUR, invoice INV-1) for mara@x.org." """
        shown = []
        for argument in self.arguments:
            value = arguments.get(argument.name)
            if value is not None:
                shown.append(f"{argument.label.lower()} {self._shown(argument.name, value, arguments)}")
        details = f" ({', '.join(shown)})" if shown else ""
        whose = f" for {self.customer(account)}" if self.choice.account_argument else ""
        return f"{self.choice.title} on {self.label}{details}{whose}."

    def _shown(self, name: str, value: Any, arguments: Mapping[str, Any]) -> str:
        if name == self.choice.amount_argument:
            return f"{self.amount(arguments):.2f} {self.choice.currency}".strip()
        if isinstance(value, bool):
            return "yes" if value else "no"
        return brief(str(value), 80)

    def _limited(self, argument: Argument) -> Argument:
        if argument.name != self.choice.amount_argument:
            return argument
        # Money that counts against a limit must be said, and a negative amount must not pass below it.
        minimum = argument.minimum if argument.minimum and argument.minimum > 0 else None
        above = argument.above if argument.above and argument.above > 0 else 0
        return replace(argument, required=True, minimum=minimum, above=above)
