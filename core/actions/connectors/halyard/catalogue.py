"""What the back office offers: names, arguments, dangers, rules and limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator

from core.actions.declaration import Action
from core.actions.declaring import Arguments, OptionalAmount, declare
from core.identity import Role

REFUND_LIMITS = {
    Role.REP: Decimal(100),
    Role.SPECIALIST: Decimal(300),
    Role.MANAGER: Decimal(2000),
}
"""Per customer in 12 months, and for any one refund; above it only finance, which is nobody here."""

_INVOICE = "The invoice number, such as HLY-2026-048213. It must be one of this customer's invoices."


class _Nothing(Arguments):
    pass


class _FindCustomer(Arguments):
    email: str = Field("", title="E-mail address", max_length=320, description="Empty: this customer.")


class _IncidentStatus(Arguments):
    number: str = Field("", title="Incident number", max_length=20, description="Such as INC-2063, if known.")
    topic: str = Field("", title="Topic", max_length=200, description="Words about the matter, in English.")


class _OneInvoice(Arguments):
    invoice: str = Field(title="Invoice", min_length=1, max_length=20, description=_INVOICE)


class _Refund(_OneInvoice):
    amount: OptionalAmount = Field(None, title="Amount", description="Empty: all that is left.")
    reason: str = Field(title="Reason", min_length=1, max_length=500, description="One plain sentence.")


class _ChangePlan(Arguments):
    plan: Literal["harbor", "sloop", "schooner"] = Field(title="Plan")
    period: Literal["monthly", "annual"] = Field(title="Billing")


class _ExtendTrial(Arguments):
    days: int = Field(title="Days", ge=1, le=7, description="1 to 7; a trial is extended only once.")


class _RotateKey(Arguments):
    key: str = Field(title="Key", min_length=1, description="The key's ID or its first 12 characters.")

    @field_validator("key")
    @classmethod
    def _not_the_secret(cls, key: str) -> str:
        if len(key) > 12:
            raise ValueError("Give the key's ID or its first 12 characters, never the key itself.")
        return key


class _OpenIncident(Arguments):
    title: str = Field(title="Title", min_length=5, max_length=200)
    description: str = Field(title="What happens", min_length=10, max_length=2000)
    region: Literal["all", "Cork", "Bergen", "Norfolk", "Oregon"] = Field(title="Region")


_LOOKUPS = (
    declare(
        "find_customer",
        title="Look up the account",
        description="The account of this customer in the back office: plan, status, country, currency and "
        "API keys (ID and first characters). Only ever this customer's account.",
        arguments=_FindCustomer,
        risk="read",
    ),
    declare(
        "list_invoices",
        title="Look up invoices",
        description="This customer's invoices of about a year, newest first, with what was paid, what was "
        "paid too much (duplicates) and what was refunded. Use it before any refund.",
        arguments=_Nothing,
        risk="read",
    ),
    declare(
        "list_payments",
        title="Look up payments",
        description="This customer's payments and refunds, newest first, with failed and double payments. "
        "Use it when money is missing, was taken twice or a refund has not arrived.",
        arguments=_Nothing,
        risk="read",
    ),
    declare(
        "get_subscription",
        title="Look up the subscription",
        description="This customer's plan, billing period, status, end of the period or trial, and a "
        "scheduled change.",
        arguments=_Nothing,
        risk="read",
    ),
    declare(
        "incident_status",
        title="Look up incidents",
        description="Whether an incident is open or resolved, by number or by words of the matter; with "
        "neither, all open incidents. Use it when something may be a fault on our side.",
        arguments=_IncidentStatus,
        risk="read",
    ),
)

_EFFECTS = (
    declare(
        "refund_invoice",
        title="Refund an invoice",
        description="Return money for one paid invoice of this customer to the original payment method, in "
        "full or in part. Leave the amount empty for all that is left; of an invoice that was paid twice, "
        "that is the second payment. Refunds outside of the published periods are exceptions.",
        arguments=_Refund,
        risk="irreversible",
        policy="Refunds follow the published periods; anything else is an exception within the role's limit.",
        policy_article="internal-refund-exceptions",
        limits=REFUND_LIMITS,
        idempotent=True,
    ),
    declare(
        "resend_invoice",
        title="Send an invoice again",
        description="Send one invoice of this customer again, always to the registered e-mail address.",
        arguments=_OneInvoice,
        risk="reversible",
        policy="Invoices go to the registered address of the account only.",
        policy_article="invoices-download",
        idempotent=True,
    ),
    declare(
        "change_plan",
        title="Change the plan",
        description="Move this customer to another plan or billing period. Upgrades and monthly to annual "
        "take effect and are charged at once; downgrades and annual to monthly at the end of the period, "
        "when the account fits. Naming the running plan withdraws a scheduled change.",
        arguments=_ChangePlan,
        risk="reversible",
        policy="Upgrades take effect at once, downgrades at the end of the period and only if they fit.",
        policy_article="change-plan",
        idempotent=True,
    ),
    declare(
        "extend_trial",
        title="Extend the trial",
        description="Give this customer's trial up to 7 more days. Possible once, before the end or within "
        "7 days after it.",
        arguments=_ExtendTrial,
        risk="reversible",
        policy="Support can extend a trial once, by up to 7 days, until 7 days after its end.",
        policy_article="free-trial",
        idempotent=True,
    ),
    declare(
        "rotate_api_key",
        title="Rotate an API key",
        description="Replace one API key of this customer; the old key works for 24 more hours. Not for a "
        "leaked key: that one must be revoked at once.",
        arguments=_RotateKey,
        risk="irreversible",
        policy="A rotation keeps the old key for 24 hours; a leaked key is revoked at once, never rotated.",
        policy_article="leaked-api-key",
        idempotent=True,
    ),
    declare(
        "open_incident",
        title="Open an incident",
        description="Open an incident for a fault on our side that affects customers. Look up open incidents "
        "first.",
        arguments=_OpenIncident,
        risk="reversible",
        policy="The duty incident manager opens and closes incidents.",
        policy_article="internal-incident-communication",
        approvers=frozenset({Role.MANAGER}),
        idempotent=True,
    ),
)

ACTIONS: tuple[Action, ...] = _LOOKUPS + _EFFECTS
