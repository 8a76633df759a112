"""What an action is: its arguments, what it does, how dangerous it is, and who may approve it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from core.errors import InvalidInput, RatchetError
from core.identity import Role

Risk = Literal["read", "reversible", "irreversible"]


class ActionRefused(RatchetError):
    """The other system, or a rule, says no. Nothing was changed."""


class NotReached(RatchetError):
    """The other system could not be reached, so nothing was changed."""


class OutcomeUnknown(RatchetError):
    """It was sent and no answer came back: it may or may not have happened."""


class InvalidArguments(InvalidInput):
    """Arguments that do not fit. ``problems``: argument name -> what to change, in plain words."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(f"{name}: {problem}" for name, problem in self.problems.items()))


@dataclass(frozen=True, slots=True)
class Account:
    """The customer of a conversation, as other systems know them. Never taken from arguments."""

    email: str = ""
    external_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an action. ``arguments`` are validated; ``idempotency_key`` is empty for look-ups."""

    action: str
    arguments: Mapping[str, Any]
    account: Account
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would do, as the other system stands now.

    Attributes:
        effect: in plain words: "Refund 29.00 EUR of invoice HLY-2026-048213 to the card ending 4242."
        amount: money that moves, in the unit of ``currency``; None when none does.
        counted_before: what already counts towards the approver's limit (same currency).
        counts: whether this amount adds to what counts for later ones.
        before, after: label -> value, what changes; empty where the system cannot tell.
        facts: digest of the facts it rests on; a different one later means they are stale.
        warnings: what an approver should know, in plain words.
        policy: the rule that applies, in one sentence.
        policy_article: external id of the article that holds the rule, or empty.
    """

    effect: str
    amount: Decimal | None = None
    currency: str = ""
    counted_before: Decimal = Decimal(0)
    counts: bool = True
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    facts: str = ""
    warnings: tuple[str, ...] = ()
    policy: str = ""
    policy_article: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave.

    Attributes:
        result: as the system answered, JSON.
        summary: in one line for the rep.
        reference: the system's receipt number, or empty.
        statements: language -> sentences that are now true and that a customer may be told.
    """

    result: Mapping[str, Any]
    summary: str
    reference: str = ""
    statements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """One argument, for a form. ``kind``: text, amount, whole_number, choice, flag or date."""

    name: str
    label: str
    kind: Literal["text", "amount", "whole_number", "choice", "flag", "date"]
    required: bool = True
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class Action:
    """A declared action.

    Attributes:
        name: in the catalogue and for the model, snake case.
        title: for people, in the imperative: "Refund an invoice".
        description: for the model: what it does, when to use it.
        schema: JSON Schema (an object) of the arguments, fit for strict tool calling.
        fields: the same for a form, in order.
        validate: raw arguments -> clean JSON-able ones; raises :class:`InvalidArguments`.
        risk: ``read`` runs by itself; the others wait for a person.
        policy: the rule in one sentence; ``policy_article`` is the external id of its article.
        limits: role -> the most money it may approve; None: the roles in ``approvers`` without limit.
        approvers: roles that may approve it at all.
        idempotent: repeating a call with the same key is safe: the system carries it out once.
    """

    name: str
    title: str
    description: str
    schema: Mapping[str, Any]
    fields: tuple[Field, ...]
    validate: Callable[[Mapping[str, Any]], dict[str, Any]]
    risk: Risk
    policy: str = ""
    policy_article: str = ""
    limits: Mapping[Role, Decimal] | None = None
    approvers: frozenset[Role] = frozenset({Role.REP, Role.SPECIALIST, Role.MANAGER})
    idempotent: bool = False

    @property
    def reads_only(self) -> bool:
        return self.risk == "read"


class Connector(Protocol):
    """A system that carries actions out. Calls block, come from any thread, and end within seconds."""

    @property
    def name(self) -> str:
        """Unique; stored with each request."""
        ...

    def actions(self) -> tuple[Action, ...]:
        """What it offers. Cheap; may change when an admin changes the connection."""
        ...

    def preview(self, call: Call) -> Preview:
        """What the call would do now. Changes nothing.

        Raises:
            ActionRefused: it would not be carried out: another customer's account, over what is left ...
            NotReached: the system cannot be asked.
        """
        ...

    def execute(self, call: Call) -> Outcome:
        """Carry it out, or look it up.

        Raises:
            ActionRefused: the system said no; nothing was changed.
            NotReached: it was not sent; nothing was changed.
            OutcomeUnknown: it was sent and the answer was lost.
        """
        ...

    def look_for(self, call: Call) -> Outcome | None:
        """Ask what became of ``call.idempotency_key``, without repeating it.

        Returns:
            The outcome, or None when the system is certain that it was never carried out.

        Raises:
            ActionRefused: it was received and refused; nothing was changed.
            NotReached: the system cannot be asked now.
            OutcomeUnknown: the system has no way to tell.
        """
        ...
