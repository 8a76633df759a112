"""The pages that say how good things are: they draw, and everybody can read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from core.conversations import ConversationRecord, CustomerRecord, MessageRecord, import_conversations
from core.conversations.tables import Conversation
from core.criteria import CUSTOMER, Judge, record_judgement
from core.database import now
from core.identity import Person, actor_of
from tests.journeys.conftest import Server, check_accessibility, let_in, new_window, settle

SOURCE = "measured"


@pytest.fixture
def judged(server: Server) -> None:
    """Four conversations that two people judged, once differently, and that their customers rated."""
    at = now() - timedelta(days=2)
    import_conversations(
        [
            ConversationRecord(
                external_id=f"measured-{number}",
                channel="email",
                customer=CustomerRecord(external_id=f"measured-{number}", name="Ines Prado"),
                messages=[MessageRecord(author="customer", text=f"Question {number}?", created_at=at)],
                created_at=at,
                status="resolved",
            )
            for number in range(4)
        ],
        database=server.database,
        source=SOURCE,
    )
    with server.database.transaction() as session:
        subjects = session.exec(select(Conversation.id).where(Conversation.source == SOURCE)).all()
        people = [
            actor_of(session.exec(select(Person).where(Person.username == name)).one())
            for name in ("rosa", "sam")
        ]
        for number, subject in enumerate(subjects):
            for person in people:
                differs = number == 0 and person is people[0]
                record_judgement(
                    Judge.person(person),
                    "resolved",
                    session=session,
                    subject_id=subject or 0,
                    answer="partly" if differs else "yes",
                    origin="label",
                )
            record_judgement(CUSTOMER, "csat", session=session, subject_id=subject or 0, answer="4")


@pytest.mark.usefixtures("judged")
def test_the_pages_are_accessible(browser: Browser, server: Server) -> None:
    for dark in (False, True):
        with new_window(browser, server, dark=dark) as page:
            visit(let_in(page, "sam", server))


def visit(page: Page) -> None:
    """Each page once, with something on it."""
    page.goto("/criteria")
    expect(page.get_by_role("heading", name="Criteria", exact=True)).to_be_visible()
    settle(page)
    check_accessibility(page)
    page.goto("/quality")
    expect(page.get_by_text("Customers satisfied")).to_be_visible()
    settle(page)
    check_accessibility(page)
    page.goto("/agreement")
    page.get_by_role("combobox", name="Criterion").click()
    page.get_by_role("option", name="Was the customer's matter resolved?").click()
    expect(page.get_by_text("75 %").first).to_be_visible()
    settle(page)
    check_accessibility(page)
    page.get_by_text("Disagreements", exact=True).click()
    expect(page.get_by_text("Rosa Lindqvist: Partly").last).to_be_visible()
    settle(page)
    check_accessibility(page)
