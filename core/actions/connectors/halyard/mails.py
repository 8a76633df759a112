"""Send an invoice again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.actions.connectors.halyard.accounts import invoice_of
from core.actions.connectors.halyard.formats import format_day
from core.actions.connectors.halyard.prepared import Prepared, digest
from core.actions.connectors.halyard.statements import say, tell
from core.actions.connectors.halyard.tables import Customer, InvoiceMail
from core.actions.declaration import Outcome, Preview


def resend_invoice(
    session: Session, customer: Customer, arguments: Mapping[str, Any], at: datetime
) -> Prepared:
    """To the registered address only; there is no argument for another one.

    Raises:
        ActionRefused: not this customer's invoice.
    """
    invoice = invoice_of(session, customer, str(arguments["invoice"]))
    sent = session.exec(
        select(func.count(), func.max(InvoiceMail.sent_at)).where(col(InvoiceMail.invoice_id) == invoice.id)
    ).one()
    times, latest = int(sent[0]), sent[1]
    preview = Preview(
        effect=f"Send invoice {invoice.number} to {customer.email}.",
        before={"Sent again so far": _times(times)},
        after={"Sent again so far": _times(times + 1)},
        facts=digest(invoice.number, customer.email, times),
        warnings=(f"It was sent again on {format_day(latest)} already.",) if latest else (),
        policy="Invoices go to the registered address of the account only.",
        policy_article="invoices-download",
    )

    def carry_out() -> Outcome:
        mail = InvoiceMail(invoice_id=invoice.key, email=customer.email, sent_at=at)
        session.add(mail)
        session.flush()
        reference = f"MAIL-{mail.key:06d}"
        return Outcome(
            result={"mail": reference, "invoice": invoice.number},
            summary=f"Invoice {invoice.number} sent to {customer.email}.",
            reference=reference,
            statements=tell(say("resent", invoice=invoice.number)),
        )

    return Prepared(preview, carry_out)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
