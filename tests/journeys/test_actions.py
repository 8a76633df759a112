"""A refund from the customer's words to the ledger: approved, edited, rejected, above the limit."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import Session, create_engine, select

from core.actions import AccountEntry, ActionRequest, InvoiceEntry, fill_back_office
from core.actions.connectors.halyard.tables import Refund
from core.assist import Draft
from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    find_conversation,
    import_conversations,
)
from core.database import now
from core.identity import SYSTEM
from core.knowledge import ArticleRecord, import_articles
from core.settings import Settings
from tests.journeys.conftest import Server, check_accessibility, let_in, new_window, settle

_numbers = count(1)
ARTICLE = ArticleRecord(
    external_id="refunds-monthly-plan",
    title="Refunds for monthly plans",
    locale="en",
    body="A monthly plan can be refunded in full within 7 days of the first payment.\n\n"
    "## When the money arrives\n\n"
    "A refund reaches your original payment method within 5 to 10 business days.",
)


@pytest.fixture(scope="module", autouse=True)
def knowledge(server: Server) -> None:
    import_articles([ARTICLE], database=server.database, source="actions")


class Case:
    """A customer with one invoice, three days old, who asks for their money back."""

    def __init__(self, server: Server, *, euros: int = 29) -> None:
        number = next(_numbers)
        self.server = server
        self.invoice = f"HLY-2026-9{number:05d}"
        email, account = f"payer{number}@example.com", f"cus_payer{number}"
        at = now() - timedelta(days=3)
        paid = InvoiceEntry(
            {
                "number": self.invoice,
                "description": "Sloop, monthly",
                "kind": "plan",
                "period": "monthly",
                "net": euros * 100,
                "vat": 0,
                "total": euros * 100,
                "currency": "EUR",
                "issued_at": at,
                "first_payment": True,
                "renewal": False,
                "status": "paid",
            },
            [{"amount": euros * 100, "method": "card", "paid_at": at}],
        )
        customer = {
            "external_id": account,
            "email": email,
            "name": f"Payer {number}",
            "country": "DE",
            "currency": "EUR",
            "card_last4": "4242",
            "vat_id": True,
            "sites": 1,
            "storage_gb": 5,
            "databases": 1,
            "created_at": at,
        }
        plan = {
            "plan": "sloop",
            "period": "monthly",
            "status": "active",
            "started_at": at,
            "period_start": at,
            "period_end": at + timedelta(days=30),
            "seats": 1,
        }
        fill_back_office(Settings(home=server.home), [AccountEntry(customer, plan, [paid], [])], [])
        record = ConversationRecord(
            external_id=f"actions-{number}",
            channel="chat",
            customer=CustomerRecord(external_id=account, name=f"Payer {number}", email=email, locale="en"),
            messages=[
                MessageRecord(
                    author="customer",
                    text=f"Please refund invoice {self.invoice}. I bought it three days ago.",
                    created_at=now() - timedelta(minutes=4),
                )
            ],
            created_at=now() - timedelta(minutes=4),
            subject=f"Refund {number}",
            locale="en",
            escalation_reason="asked for a person",
        )
        import_conversations([record], database=server.database, source="actions")
        with server.database.reading() as session:
            self.id = find_conversation(SYSTEM, "actions", record.external_id, session=session).key

    def open(self, page: Page) -> Locator:
        """Open it, wait for the proposal, and give its card."""
        page.goto(f"/?conversation={self.id}")
        settle(page)
        card = page.get_by_text("Waits for approval")
        expect(card).to_be_visible(timeout=30_000)
        return page.locator("[class*='st-key-action_']").filter(has_text="Refund an invoice").first

    def refunds(self) -> list[int]:
        """Hundredths, as the back office has them."""
        engine = create_engine(f"sqlite:///{self.server.home / 'halyard_back_office.sqlite'}")
        with Session(engine) as session:
            mine = select(Refund).where(Refund.invoice_id == _invoice_id(session, self.invoice))
            found = [refund.amount for refund in session.exec(mine)]
        engine.dispose()
        return found

    def request(self) -> ActionRequest:
        with self.server.database.reading() as session:
            query = select(ActionRequest).where(ActionRequest.conversation_id == self.id)
            return session.exec(query).one()

    def draft(self) -> Draft:
        with self.server.database.reading() as session:
            query = select(Draft).where(Draft.conversation_id == self.id).order_by(Draft.id.desc())  # type: ignore[union-attr]
            found = session.exec(query).first()
            assert found is not None
            return found


def _invoice_id(session: Session, number: str) -> int:
    from core.actions.connectors.halyard.tables import Invoice

    return session.exec(select(Invoice).where(Invoice.number == number)).one().key


@pytest.fixture
def rosa(page: Page, server: Server) -> Page:
    return let_in(page, "rosa", server)


def change_amount(page: Page, amount: str) -> None:
    page.get_by_text("Change before approving").click()
    field = page.get_by_role("textbox", name="Amount (optional), EUR")
    field.fill(amount)
    field.press("Tab")
    settle(page)


def test_an_edited_refund_changes_the_ledger_once_and_the_draft_says_so(
    rosa: Page, browser: Browser, server: Server
) -> None:
    case = Case(server)
    case.open(rosa)
    change_amount(rosa, "12.50")
    expect(rosa.get_by_text("Refund 12.50 EUR of invoice")).to_be_visible()
    with new_window(browser, server) as other:
        let_in(other, "rosa", server)
        case.open(other)
        rosa.get_by_role("button", name="Approve with changes").dblclick()
        # the other tab still shows the old card; approving there must not pay a second time
        other.get_by_role("button", name="Approve", exact=True).click()
        settle(other)
        rosa.reload()
        expect(rosa.locator(".st-key-draft_card")).to_contain_text("refunded 12.50 EUR")
    assert case.refunds() == [1250]
    request = case.request()
    assert (request.status, request.decision) == ("done", "edited")
    assert request.arguments["amount"] == 12.5
    assert case.draft().supports, "the sentence about the refund rests on the receipt"
    rosa.get_by_role("tab", name="Actions").click()
    expect(rosa.get_by_text("Rosa Lindqvist approved it with edits")).to_be_visible()
    check_accessibility(rosa)


def test_a_rejected_refund_changes_nothing_and_the_draft_knows_why(rosa: Page, server: Server) -> None:
    case = Case(server)
    case.open(rosa)
    rosa.get_by_role("button", name="Reject").first.click()
    rosa.get_by_label("Why? The AI is told").fill("Chargeback is open for this invoice")
    rosa.get_by_role("button", name="Reject").last.click()
    expect(rosa.locator(".st-key-draft_card")).to_contain_text("Chargeback is open")
    assert case.refunds() == []
    assert case.request().status == "rejected"
    assert "refunded" not in case.draft().text


def test_above_the_limit_a_rep_asks_and_a_manager_approves(
    rosa: Page, browser: Browser, server: Server
) -> None:
    case = Case(server, euros=290)
    case.open(rosa)
    expect(rosa.get_by_role("button", name="Approve")).to_have_count(0)
    rosa.get_by_role("button", name="Ask for approval").first.click()
    rosa.get_by_label("What should the approver know?").fill("First payment, within the week")
    rosa.get_by_role("button", name="Ask for approval").last.click()
    expect(rosa.get_by_text("Waits for somebody with a higher limit")).to_be_visible()
    assert case.refunds() == []
    with new_window(browser, server) as manager:
        let_in(manager, "mia", server)
        manager.goto("/approvals")
        settle(manager)
        expect(manager.get_by_text("First payment, within the week").first).to_be_visible()
        check_accessibility(manager)
        manager.get_by_role("button", name="Approve").first.click()
        settle(manager)
    expect(rosa.locator(".st-key-draft_card")).to_contain_text("refunded 290.00 EUR")
    assert case.refunds() == [29000]


def test_a_wrong_amount_is_said_where_it_is_typed(rosa: Page, server: Server) -> None:
    case = Case(server)
    case.open(rosa)
    change_amount(rosa, "many")
    expect(rosa.get_by_text("Write an amount with at most two decimals")).to_be_visible()
    expect(rosa.get_by_role("button", name="Approve")).to_have_count(0)
    change = rosa.get_by_role("textbox", name="Amount (optional), EUR")
    change.fill("5000")
    change.press("Tab")
    expect(rosa.get_by_text("29.00 EUR").first).to_be_visible()
    assert case.refunds() == []
