"""What the back office knows. A database of its own: nothing here refers to Ratchet's tables.

Amounts are integers in hundredths of the account's currency.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from core.database import JSONColumn, UTCDateTime


class BackOfficeTable(SQLModel, registry=registry()):
    """Parent of the back office's tables, kept apart from Ratchet's own."""


class BackOfficeRow(BackOfficeTable):
    """A table with an integer key that the database assigns."""

    id: int | None = Field(default=None, primary_key=True)

    @property
    def key(self) -> int:
        """The primary key of a stored row.

        Raises:
            ValueError: when the row has not been flushed yet.
        """
        if self.id is None:
            raise ValueError(f"{type(self).__name__} has no id yet: flush the session first")
        return self.id


class Customer(BackOfficeRow, table=True):
    """An account. ``card_last4`` is empty without a card; ``sites`` .. ``databases`` are what it uses."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("external_id"), UniqueConstraint("email"))

    external_id: str = Field(max_length=200)
    email: str = Field(max_length=320, description="registered address, lower case")
    name: str = Field(max_length=300)
    country: str = Field(max_length=2)
    currency: str = Field(max_length=3)
    card_last4: str = Field(default="", max_length=4)
    vat_id: bool = Field(default=False, description="a valid VAT ID is on file")
    fraud_flag: bool = False
    sites: int = 0
    storage_gb: int = 0
    databases: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)


class Subscription(BackOfficeRow, table=True):
    """One for each account. ``status``: trial, active, suspended or cancelled.

    ``next_plan`` and ``next_period`` take over at ``period_end`` (a scheduled downgrade); empty: none.
    """

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("customer_id"),)

    customer_id: int = Field(foreign_key="customer.id")
    plan: str = Field(max_length=20, description="harbor, sloop, schooner or fleet")
    period: str = Field(default="", max_length=20, description="monthly, annual, contract; empty in a trial")
    status: str = Field(max_length=20)
    started_at: datetime = Field(sa_type=UTCDateTime)
    period_start: datetime = Field(sa_type=UTCDateTime)
    period_end: datetime = Field(sa_type=UTCDateTime)
    seats: int = 1
    trial_ends_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    trial_extended: bool = False
    next_plan: str = Field(default="", max_length=20)
    next_period: str = Field(default="", max_length=20)


class Invoice(BackOfficeRow, table=True):
    """``kind``: plan, overage or domain. ``status``: paid or open. ``disputed``: a chargeback is open."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_invoice_customer", "customer_id", "issued_at"),
        CheckConstraint("net >= 0 AND vat >= 0 AND total = net + vat"),
    )

    customer_id: int = Field(foreign_key="customer.id")
    number: str = Field(max_length=20, description="HLY-YYYY-NNNNNN")
    kind: str = Field(default="plan", max_length=20)
    period: str = Field(default="", max_length=20, description="plan only: monthly or annual")
    description: str = Field(default="", max_length=200)
    net: int
    vat: int = 0
    total: int
    currency: str = Field(max_length=3)
    issued_at: datetime = Field(sa_type=UTCDateTime)
    status: str = Field(default="paid", max_length=20)
    first_payment: bool = Field(default=False, description="the first one ever for a plan")
    renewal: bool = Field(default=False, description="a further period of the same plan")
    disputed: bool = False


class Payment(BackOfficeRow, table=True):
    """An attempt to collect an invoice. ``status``: succeeded or failed."""

    __tablename__ = "payment"
    __table_args__ = (Index("ix_payment_invoice", "invoice_id"), CheckConstraint("amount > 0"))

    invoice_id: int = Field(foreign_key="invoice.id")
    amount: int
    method: str = Field(max_length=40)
    status: str = Field(default="succeeded", max_length=20)
    note: str = Field(default="", max_length=100, description="why it failed, or an incident's tag")
    paid_at: datetime = Field(sa_type=UTCDateTime)


class Refund(BackOfficeRow, table=True):
    """Money that went back. ``rule``: first_payment, renewal, duplicate or exception."""

    __tablename__ = "refund"
    __table_args__ = (
        Index("ix_refund_invoice", "invoice_id"),
        Index("ix_refund_customer", "customer_id", "refunded_at"),
        CheckConstraint("amount > 0"),
    )

    customer_id: int = Field(foreign_key="customer.id")
    invoice_id: int = Field(foreign_key="invoice.id")
    amount: int
    rule: str = Field(max_length=20)
    counts: bool = Field(description="whether it adds to the sum of 12 months")
    reason: str = Field(default="", max_length=500)
    refunded_at: datetime = Field(sa_type=UTCDateTime)


class InvoiceMail(BackOfficeRow, table=True):
    """An invoice that was sent again."""

    __tablename__ = "invoice_mail"

    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    email: str = Field(max_length=320)
    sent_at: datetime = Field(sa_type=UTCDateTime)


class ApiKey(BackOfficeRow, table=True):
    """The visible part of a key; the key itself is never kept. ``status``: active, rotated or revoked."""

    __tablename__ = "api_key"
    __table_args__ = (UniqueConstraint("key_id"), Index("ix_api_key_prefix", "prefix"))

    customer_id: int = Field(foreign_key="customer.id", index=True)
    key_id: str = Field(max_length=20, description="key_ and eight characters")
    prefix: str = Field(max_length=12, description="first 12 characters, as the dashboard shows them")
    name: str = Field(default="", max_length=100)
    scopes: str = Field(default="read", max_length=100)
    status: str = Field(default="active", max_length=20)
    created_at: datetime = Field(sa_type=UTCDateTime)
    works_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    replaces_id: int | None = Field(default=None, foreign_key="api_key.id")


class Incident(BackOfficeRow, table=True):
    """A fault on our side. ``regions``: names of regions, or empty for all."""

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("number"),)

    number: str = Field(max_length=20)
    title: str = Field(max_length=200)
    description: str = Field(default="", max_length=2000)
    regions: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    status: str = Field(default="open", max_length=20, description="open or resolved")
    started_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Operation(BackOfficeTable, table=True):
    """The ledger: what became of a call with effects. Written in the transaction of the effect itself."""

    __tablename__ = "operation"
    __table_args__ = (CheckConstraint(text("status IN ('done', 'refused')")),)

    key: str = Field(primary_key=True, max_length=200, description="idempotency key")
    call: str = Field(max_length=64, description="digest of action and arguments")
    action: str = Field(max_length=100)
    status: str = Field(max_length=20, description="done or refused")
    outcome: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    refusal: str = Field(default="", max_length=1000)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
