"""A connector that does as it is told: answers, refuses, times out before or after, holds, counts."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from pydantic import Field

from core.actions import (
    Action,
    ActionRefused,
    ActionRequest,
    Amount,
    Arguments,
    Call,
    Catalogue,
    NotReached,
    Outcome,
    OutcomeUnknown,
    Preview,
    approve,
    as_amount,
    declare,
    propose,
)
from core.database import Database
from core.identity import SYSTEM, Actor, Role

Step = Literal["ok", "refuse", "unreached", "lost before", "lost after", "defect", "hold"]
LIMITS = {Role.REP: Decimal(100), Role.SPECIALIST: Decimal(300), Role.MANAGER: Decimal(2000)}


class RefundArguments(Arguments):
    invoice: str = Field(title="Invoice", max_length=20)
    amount: Amount = Field(title="Amount")


class NoteArguments(Arguments):
    text: str = Field(title="Text", max_length=200)


REFUND = declare(
    "refund",
    title="Refund an invoice",
    description="Pays money back.",
    arguments=RefundArguments,
    risk="irreversible",
    policy="Refunds within 30 days.",
    limits=LIMITS,
    idempotent=True,
)
LOOK = declare("balance", title="Show", description="What is left.", arguments=Arguments, risk="read")
CLOSE = declare(
    "close_account",
    title="Close the account",
    description="Closes it.",
    arguments=NoteArguments,
    risk="irreversible",
    approvers=frozenset({Role.MANAGER}),
)


class Scripted:
    """Pays refunds from one purse. ``steps`` say what the next executions do; then all are ok."""

    name = "scripted"

    def __init__(self, *steps: Step, can_tell: bool = True, actions: tuple[Action, ...] = ()) -> None:
        self.steps: deque[Step] = deque(steps)
        self.answers: deque[Callable[[], None]] = deque()  # what look_for raises first
        self.can_tell = can_tell
        self.declared = actions or (REFUND, LOOK, CLOSE)
        self.done: dict[str, Outcome] = {}
        self.effects: Counter[str] = Counter()
        self.calls: list[Call] = []
        self.asked: list[Call] = []
        self.facts = "f1"
        self.counted_before = Decimal(0)
        self.counts = True
        self.entered, self.go = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    def actions(self) -> tuple[Action, ...]:
        return self.declared

    def preview(self, call: Call) -> Preview:
        if call.arguments.get("invoice") == "OTHER":
            raise ActionRefused("This invoice is another customer's.")
        if call.action != "refund":
            return Preview(effect=f"{call.action} for {call.account.email}.", facts=self.facts)
        amount = as_amount(call.arguments["amount"])
        return Preview(
            effect=f"Refund {amount} EUR of {call.arguments['invoice']}.",
            amount=amount,
            currency="EUR",
            counted_before=self.counted_before,
            counts=self.counts,
            before={"Left": "2,000.00 EUR"},
            after={"Left": f"{2000 - amount:,.2f} EUR"},
            facts=self.facts,
            policy="Refunds within 30 days.",
        )

    def execute(self, call: Call) -> Outcome:
        with self._lock:
            self.calls.append(call)
            step: Step = self.steps.popleft() if self.steps else "ok"
        if call.action == "balance":
            return Outcome({"left": 2000, "email": call.account.email}, "2,000 EUR left")
        if step == "refuse":
            raise ActionRefused("The invoice is closed.")
        if step == "unreached":
            raise NotReached("The system is down.")
        if step == "defect":
            raise RuntimeError("boom")
        if step == "lost before":
            raise OutcomeUnknown("No answer within 10 s.")
        if step == "hold":
            self.entered.set()
            assert self.go.wait(10)
        outcome = self._effect(call)
        if step == "lost after":
            raise OutcomeUnknown("No answer within 10 s.")
        return outcome

    def look_for(self, call: Call) -> Outcome | None:
        self.asked.append(call)
        if self.answers:
            self.answers.popleft()()
        if not self.can_tell:
            raise OutcomeUnknown("The system keeps no keys.")
        return self.done.get(call.idempotency_key)

    def _effect(self, call: Call) -> Outcome:
        with self._lock:
            self.effects[call.idempotency_key] += 1  # not idempotent on purpose: a repeat would show
            number = f"R{len(self.done) + 1}"
            outcome = Outcome(
                {"paid": call.arguments.get("amount")},
                f"Refunded {call.arguments.get('amount')} EUR",
                number,
                {"en": ("It is paid.",)},
            )
            self.done[call.idempotency_key] = outcome
            return outcome


def propose_refund(
    database: Database,
    catalogue: Catalogue,
    conversation_id: int,
    amount: float = 50,
    *,
    invoice: str = "INV-1",
    **rest: object,
) -> ActionRequest:
    return propose(
        SYSTEM,
        conversation_id,
        "refund",
        {"invoice": invoice, "amount": amount},
        database=database,
        catalogue=catalogue,
        **rest,  # type: ignore[arg-type]
    )


def approve_now(
    actor: Actor, request: ActionRequest, database: Database, catalogue: Catalogue, **rest: object
) -> ActionRequest:
    return approve(
        actor,
        request.key,
        database=database,
        catalogue=catalogue,
        revision=request.revision,
        **rest,  # type: ignore[arg-type]
    )
