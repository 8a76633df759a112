"""What a rep does all day: open, read the draft, insert, edit, send, take back. In a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from core.assist import Draft
from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    OutboxItem,
    Reply,
    add_customer_message,
    find_conversation,
    import_conversations,
)
from core.conversations.tables import Composer, Message
from core.database import now
from core.identity import SYSTEM
from core.knowledge import ArticleRecord, import_articles
from tests.journeys.conftest import Server, check_accessibility, new_window, settle, sign_in

_numbers = count(1)

ARTICLES = [
    ArticleRecord(
        external_id="refunds",
        title="Refunds for annual plans",
        locale="en",
        body="## When you get your money back\n\nYou can get a full refund of an annual plan within 30 days of "
        "the first payment. A refund reaches your original payment method within 5 to 10 business days.\n\n"
        "## After 30 days\n\nAfter 30 days we credit the unused months to your account instead.",
    ),
    ArticleRecord(
        external_id="dns",
        title="How long DNS changes take",
        locale="en",
        body="## Waiting time\n\nDNS changes take up to 48 hours, usually under 1 hour. "
        "Our name servers are ns1.halyard.example and ns2.halyard.example.",
    ),
]
QUESTION = "Hello, can I get a refund for my annual plan? I paid two weeks ago."


@pytest.fixture(scope="module", autouse=True)
def knowledge(server: Server) -> None:
    import_articles(ARTICLES, database=server.database, source="journeys")


def conversation(server: Server, text: str = QUESTION, *, name: str = "", subject: str = "Refund") -> int:
    """A new open, escalated conversation where the customer waits; returns its id."""
    number = next(_numbers)
    at = now() - timedelta(minutes=5)
    record = ConversationRecord(
        external_id=f"assist-{number}",
        channel="chat",
        customer=CustomerRecord(external_id=f"customer-{number}", name=name or f"Customer {number}", locale="en"),
        messages=[MessageRecord(author="customer", text=text, created_at=at)],
        created_at=at,
        subject=subject,
        locale="en",
        escalation_reason="asked for a person",
    )
    import_conversations([record], database=server.database, source="journeys")
    with server.database.reading() as session:
        return find_conversation(SYSTEM, "journeys", record.external_id, session=session).key


def opened(page: Page, conversation_id: int) -> None:
    page.goto(f"/?conversation={conversation_id}")
    expect(page.locator(".st-key-conversation_title")).to_be_visible()
    settle(page)


def reply_field(page: Page) -> object:
    return page.locator(".st-key-conversation_scroll")


@pytest.fixture
def rosa(page: Page) -> Iterator[Page]:
    sign_in(page, "rosa")
    yield page


def sent_replies(server: Server, conversation_id: int) -> list[Reply]:
    with server.database.reading() as session:
        return list(session.exec(select(Reply).where(Reply.conversation_id == conversation_id)))


def test_a_grounded_draft_is_inserted_edited_and_sent_once(rosa: Page, server: Server) -> None:
    chosen = conversation(server)
    opened(rosa, chosen)
    card = rosa.locator(".st-key-draft_card")
    expect(card).to_contain_text("within 30 days of the first payment", timeout=20_000)
    expect(card.locator("sup.cite").first).to_be_visible()
    expect(rosa.locator(".st-key-evidence_scroll mark").first).to_contain_text("30 days")

    rosa.keyboard.press("i")
    box = rosa.locator("textarea").last
    expect(box).to_have_value(lambda_contains("30 days"))
    box.press("End")
    box.type(" Best, Rosa")
    rosa.get_by_role("button", name="Send").dblclick()
    expect(rosa.get_by_text("Reply sent.")).to_be_visible()

    replies = sent_replies(server, chosen)
    assert len(replies) == 1
    assert replies[0].final_text.endswith("Best, Rosa")
    assert replies[0].edit_ratio is not None
    assert 0 < replies[0].edit_ratio < 0.5
    assert replies[0].citations
    with server.database.reading() as session:
        draft = session.exec(select(Draft).where(Draft.id == replies[0].draft_id)).one()
        assert (draft.outcome, draft.decision) == ("edited", "answer")
        assert len(session.exec(select(OutboxItem).where(OutboxItem.conversation_id == chosen)).all()) == 1
