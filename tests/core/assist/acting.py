"""A till that holds money: a connector small enough to see through, for runs that propose and pause."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.actions import Action, ActionRefused, Amount, Arguments, Call, Outcome, Preview, declare
from core.identity import Role


class Balance(Arguments):
    """Nothing to say."""


class Refund(Arguments):
    invoice: str
    amount: Amount


@dataclass
class Till:
    """Pays refunds of invoice INV-1, up to 100. ``paid`` is its ledger: key -> amount."""

    name: str = "till"
    paid: dict[str, str] = field(default_factory=dict)
    says: str = "The balance is 100.00 EUR."
    refuses: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def actions(self) -> tuple[Action, ...]:
        return (
            declare(
                name="balance",
                arguments=Balance,
                title="Look at the balance",
                description="The balance.",
                risk="read",
            ),
            declare(
                name="refund",
                arguments=Refund,
                title="Refund an invoice",
                description="Pays money back.",
                risk="irreversible",
                limits={Role.REP: Decimal(50), Role.MANAGER: Decimal(100)},
            ),
        )

    def preview(self, call: Call) -> Preview:
        if call.arguments["invoice"] != "INV-1":
            raise ActionRefused("There is no such invoice.")
        amount = Decimal(str(call.arguments["amount"]))
        return Preview(f"Refund {amount} EUR of INV-1", amount, "EUR", facts=str(len(self.paid)))

    def execute(self, call: Call) -> Outcome:
        if call.action == "balance":
            return Outcome({"balance": "100.00", **self.fields}, self.says, statements={"en": (self.says,)})
        if self.refuses:
            raise ActionRefused(self.refuses)
        amount = self.paid.setdefault(call.idempotency_key, str(call.arguments["amount"]))
        sentence = f"I have refunded {amount} EUR for invoice INV-1."
        return Outcome({"amount": amount}, sentence, "R-1", {"en": (sentence,)})

    def look_for(self, call: Call) -> Outcome | None:
        return self.execute(call) if call.idempotency_key in self.paid else None


def asks_refund(amount: str, *, call_id: str = "call-refund", invoice: str = "INV-1") -> Any:
    from agents.testing import function_call

    return function_call("refund", {"invoice": invoice, "amount": float(amount)}, call_id=call_id)
