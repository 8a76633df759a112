"""What another system offers, before and after an admin chose it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as ModelField

from core.actions.connectors.shapes import Argument
from core.actions.declaration import Risk
from core.identity import Role

_LONGEST_NAME = 64  # what tool names of models allow
APPROVERS = (Role.REP, Role.SPECIALIST, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the other system can do.

    Attributes:
        id: how the system names it: ``POST /refunds`` or a tool's name.
        title, description: its own words, shortened. Data, not instructions.
        arguments: flat; without those Ratchet fills in by itself.
        left_out: optional arguments that cannot be shown, each with the reason.
        unsupported: why it cannot be chosen; empty when it can.
        suggested_risk: what its method or annotations suggest. A suggestion only.
        hint: where the suggestion comes from, in words.
        pinned: digest of all that was declared; another one later means it has changed.
        wire: what the connector needs to call it.
    """

    id: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    suggested_risk: Risk
    pinned: str
    left_out: tuple[str, ...] = ()
    unsupported: str = ""
    hint: str = ""
    wire: dict[str, Any] = field(default_factory=dict)

    def argument(self, name: str) -> Argument | None:
        return next((argument for argument in self.arguments if argument.name == name), None)


class Choice(BaseModel):
    """An operation as an admin chose it: one entry of ``Connection.operations``.

    Attributes:
        id: of the operation.
        action: its name in the catalogue, ``connection__name``.
        limits: role -> most money it may approve; empty: no limit for the roles in ``approvers``.
        amount_argument: which argument is the money; ``amount_in_hundredths`` when it counts cents.
        currency: of the amount and the limits; sent as ``currency_argument`` where there is one.
        account_argument: which argument must be this customer. Ratchet fills it in from the
            conversation, with the customer's e-mail or external id; nobody else can.
        not_about_one_customer: said by the admin in so many words when there is no such argument.
        key_argument: an argument that takes the idempotency key, for systems without the header.
        idempotent: the system says that it carries out a repeated key once.
        errors_change_nothing: an error the tool reports means nothing was changed (MCP).
        state_operation: a chosen look-up that shows what an effect would change.
        check_operation, check_argument: a chosen look-up that finds a call by its key. It must also
            know about calls that are still being carried out.
        reference_field: where the answer holds the receipt's number, as ``a.b``.
        sentences: language -> what a customer may be told afterwards, with ``{argument}`` places.
        pinned: digest of the operation as the admin saw it; ``changed``: it is different now, so it is
            off until somebody chooses it again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ModelField(max_length=300)
    action: str = ModelField(max_length=_LONGEST_NAME)
    title: str = ModelField(min_length=1, max_length=120)
    description: str = ModelField("", max_length=600)
    risk: Risk = "irreversible"
    enabled: bool = True
    approvers: tuple[Role, ...] = APPROVERS
    limits: dict[Role, Decimal] = ModelField(default_factory=dict)
    amount_argument: str = ""
    amount_in_hundredths: bool = False
    currency: str = ModelField("", pattern=r"^([A-Z]{3})?$")
    currency_argument: str = ""
    account_argument: str = ""
    account_value: Literal["email", "external_id"] = "email"
    not_about_one_customer: bool = False
    key_argument: str = ""
    idempotent: bool = False
    idempotency_header: str = ModelField("Idempotency-Key", pattern=r"^[A-Za-z0-9_-]{1,100}$")
    errors_change_nothing: bool = False
    state_operation: str = ""
    check_operation: str = ""
    check_argument: str = ""
    reference_field: str = ModelField("", max_length=120)
    sentences: dict[str, str] = ModelField(default_factory=dict)
    policy: str = ModelField("", max_length=300)
    pinned: str = ""
    changed: bool = False


def digest_of(value: Any) -> str:
    """SHA-256 over the canonical JSON of ``value``, 64 hex digits."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def prefix_of(connection: str) -> str:
    """What the names of a connection's actions begin with: ``Billing API`` -> ``billing_api__``.

    The double underscore keeps them apart from built-in names and from other connections: a name
    of a connection or of an action never holds two in a row.
    """
    return f"{snake(connection)[:24].strip('_')}__"


def snake(text: str) -> str:
    """Lower case, words joined by single underscores."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def suggest(operation: Operation, connection: str) -> Choice:
    """What the form of an operation begins with: nothing that needs an admin's word is assumed."""
    prefix = prefix_of(connection)
    named = snake(operation.title if len(operation.title) <= 40 else operation.id) or "operation"
    return Choice(
        id=operation.id,
        action=prefix + named[: _LONGEST_NAME - len(prefix)].strip("_"),
        title=operation.title[:120] or operation.id[:120],
        description=operation.description[:600],
        risk=operation.suggested_risk,
        enabled=False,
        idempotency_header=operation.wire.get("idempotency_header") or "Idempotency-Key",
        pinned=operation.pinned,
    )
