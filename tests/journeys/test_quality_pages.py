"""Behind a draft: its trace, when the AI answers, the systems it may reach, and what unblocks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import col, select

from core.actions import (
    account_of,
    add_connection,
    choose_operations,
    open_catalogue,
    propose,
)
from core.assist import Draft, abstention
from core.assist.tables import Calibration
from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    find_conversation,
    import_conversations,
)
from core.database import Database, now
from core.identity import SYSTEM
from core.knowledge import ArticleRecord, import_articles
from core.settings import Settings
from tests.core.actions.connectors.http.billing import DOCUMENT, TOKEN, Billing
from tests.core.actions.connectors.http.conftest import SECRET_NAME, choices_for
from tests.core.assist.abstention.making import examples
from tests.journeys.conftest import Server, check_accessibility, let_in, new_window, running_server, settle
from tests.serving import running

_numbers = count(1)
DNS = ArticleRecord(
    external_id="dns",
    title="How long DNS changes take",
    locale="en",
    body="## Waiting time\n\nDNS changes take up to 48 hours, usually under 1 hour. "
    "Our name servers are ns1.halyard.example and ns2.halyard.example.",
)
CLEAR = "How long do DNS changes take?"
VAGUE = "My site is slow since yesterday after the DNS changes, what can I do about the cache?"
UNKNOWN = "Which cake recipe do you recommend for a wedding?"


def _prepare(database: Database, _home: Path) -> None:
    import_articles([DNS], database=database, source="quality")
    abstention.fit_examples(
        SYSTEM, examples(400), database=database, source="labelled", scope="Past drafts of this test"
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is chosen on these pages would change the drafts of other journeys."""
    home = tmp_path_factory.mktemp("quality")
    with running_server(home, prepare=_prepare, environment={SECRET_NAME: TOKEN}) as started:
        yield started


@pytest.fixture
def billing() -> Billing:
    return Billing()


@pytest.fixture
def address(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv(SECRET_NAME, TOKEN)  # this process proposes through the connection too
    with running(billing.app()) as url:
        yield url


@pytest.fixture
def rosa(page: Page, server: Server) -> Page:
    return let_in(page, "rosa", server)


def conversation(server: Server, text: str) -> int:
    """A customer who waits for a person; the id of the conversation."""
    number, at = next(_numbers), now() - timedelta(minutes=5)
    record = ConversationRecord(
        external_id=f"quality-{number}",
        channel="chat",
        customer=CustomerRecord(
            external_id=f"quality-{number}",
            name="Kim Sato",
            email=f"customer{number}@example.com",
            locale="en",
        ),
        messages=[MessageRecord(author="customer", text=text, created_at=at)],
        created_at=at,
        subject=f"Question {number}",
        locale="en",
        escalation_reason="asked for a person",
    )
    import_conversations([record], database=server.database, source="quality")
    with server.database.reading() as session:
        return find_conversation(SYSTEM, "quality", record.external_id, session=session).key


def opened(page: Page, conversation_id: int) -> Locator:
    """Open it and wait for the draft; gives its card."""
    page.goto(f"/?conversation={conversation_id}")
    card = page.locator(".st-key-draft_card")
    expect(card.get_by_role("link", name="How it came about")).to_be_visible()
    settle(page)
    return card


def newest_draft(server: Server, conversation_id: int) -> Draft:
    with server.database.reading() as session:
        query = select(Draft).where(Draft.conversation_id == conversation_id).order_by(col(Draft.id).desc())
        return session.exec(query.limit(1)).one()


def propose_refund(server: Server, conversation_id: int, action: str) -> None:
    """A refund of 12 EUR through a connection; the offline model knows nothing of such actions."""
    propose(
        SYSTEM,
        conversation_id,
        action,
        {"invoice": "INV-1", "amount": 12},
        database=server.database,
        catalogue=open_catalogue(server.database, Settings(home=server.home)),
    )


def connect(server: Server, address: str, name: str) -> None:
    """A connection to the billing system with its refunds and the look-up that finds them again."""
    with server.database.transaction() as session:
        row = add_connection(
            SYSTEM,
            session=session,
            kind="openapi",
            name=name,
            base_url=address,
            document=DOCUMENT,
            secret_name=SECRET_NAME,
        )
        wanted = {
            "GET /refunds": {"not_about_one_customer": True},
            "POST /refunds": {
                "account_argument": "email",
                "idempotent": True,
                "check_operation": "GET /refunds",
                "check_argument": "key",
            },
        }
        choose_operations(SYSTEM, row.key, choices_for(row, wanted), session=session)


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a select box."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_from_a_draft_to_its_trace_and_back(rosa: Page, server: Server) -> None:
    case = conversation(server, CLEAR)
    card = opened(rosa, case)
    expect(card).to_contain_text("up to 48 hours")
    card.get_by_role("link", name="How it came about").click()
    expect(
        rosa.get_by_role("heading", name=f"Trace of draft {newest_draft(server, case).key}")
    ).to_be_visible()
    expect(rosa.get_by_text("knowledge base").first).to_be_visible()
    settle(rosa)
    rosa.get_by_role("link", name=f"Conversation {case}").click()
    expect(rosa).to_have_url(re.compile(f"conversation={case}$"))
    expect(card).to_contain_text("up to 48 hours")


def test_a_chosen_level_holds_a_weak_draft_back(page: Page, browser: Browser, server: Server) -> None:
    let_in(page, "sam", server).goto("/answering")
    slider = page.get_by_role("slider")
    expect(slider).to_have_value("90")
    for _ in range(5):
        slider.press("ArrowLeft")
    shown = page.get_by_test_id("stMetric").filter(has_text="Drafts shown")
    expect(slider).to_have_value("85")
    expect(shown).to_contain_text("54%")
    page.get_by_role("button", name="Use this level").click()
    expect(page.get_by_text("85% is in use now.")).to_be_visible()
    with server.database.reading() as session:
        chosen = session.exec(select(Calibration).where(Calibration.live)).one()
    expect(
        page.get_by_text(f"Drafts with a score of {chosen.threshold:.3f} or more are shown")
    ).to_be_visible()
    with new_window(browser, server) as desk:
        let_in(desk, "rosa", server)
        expect(opened(desk, conversation(server, CLEAR))).to_contain_text("up to 48 hours")
        case = conversation(server, VAGUE)
        card = opened(desk, case)
        expect(card).to_contain_text("Not answering")
        expect(card.get_by_role("button", name="Insert")).to_have_count(0)
        draft = newest_draft(server, case)
        assert (draft.decision, draft.score is not None and draft.score < chosen.threshold) == (
            "abstain",
            True,
        )
        expect(card).to_contain_text(f"To unblock it: {draft.question}")
        expect(card).to_contain_text(f"Right with {draft.score:.0%} probability")


def test_a_question_answered_in_place_unblocks_the_draft(rosa: Page, server: Server) -> None:
    case = conversation(server, UNKNOWN)
    card = opened(rosa, case)
    expect(card).to_contain_text("Not answering")
    rosa.get_by_role("button", name="Draft with this").click()
    expect(rosa.get_by_text("Write the answer first.")).to_be_visible()
    answer = "We recommend the lemon cake recipe by Ada Bakes for a wedding."
    card.get_by_label("Your answer").fill(answer)
    card.get_by_role("button", name="Draft with this").click()
    expect(card.get_by_role("button", name="Insert")).to_be_visible()
    expect(card).to_contain_text(answer)
    expect(rosa.locator(".st-key-evidence_scroll mark")).to_contain_text(answer)
    assert [each["quote"] for each in newest_draft(server, case).supports] == [answer]


def test_an_admin_connects_a_system_and_a_rep_approves_once(
    page: Page, browser: Browser, server: Server, billing: Billing, address: str
) -> None:
    let_in(page, "ada", server).goto("/connections")
    page.get_by_role("button", name="Add a connection").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("OpenAPI address", exact=True).click()
    dialog.get_by_label("Address of the document").fill(f"{address}/openapi.json")
    dialog.get_by_label("Name", exact=True).fill("Billing")
    dialog.get_by_label("Address of the API").fill(address)
    dialog.get_by_role("textbox", name="Environment variable of the secret").fill(SECRET_NAME)
    dialog.get_by_role("button", name="Add connection").click()
    expect(page.get_by_text("Billing is added. Now choose what it offers.")).to_be_visible()
    expect(dialog).to_have_count(0)
    page.get_by_label("Search operations").fill("POST /refunds")
    page.get_by_label("Search operations").press("Enter")
    expect(page.get_by_role("heading", name="Create refund")).to_be_visible()
    settle(page)
    page.get_by_text("Offer this operation").click()
    choose(page, "Which argument is the customer?", "email")
    page.get_by_role("button", name="Save operation").click()
    expect(page.get_by_text("Create refund is saved.")).to_be_visible()
    expect(page.get_by_text("Web API · In use")).to_be_visible()

    case = conversation(server, CLEAR)
    propose_refund(server, case, "billing__create_refund")
    with new_window(browser, server) as desk:
        let_in(desk, "rosa", server)
        opened(desk, case)
        expect(desk.get_by_text("Waits for approval")).to_be_visible()
        assert not billing.ledger
        desk.get_by_role("button", name="Approve", exact=True).dblclick()
        expect(desk.get_by_text("Waits for approval")).to_have_count(0)
        desk.get_by_role("tab", name="Actions").click()
        expect(desk.get_by_text("Rosa Lindqvist approved it")).to_be_visible()
        expect(desk.get_by_text("Carried out")).to_be_visible()
    with server.database.reading() as session:
        email = account_of(case, session=session).email
    (refund,) = billing.ledger.values()
    assert (refund["invoice"], refund["amount"], refund["email"]) == ("INV-1", 12, email)


def test_an_unknown_outcome_is_asked_about_and_not_repeated(
    rosa: Page, server: Server, billing: Billing, address: str
) -> None:
    connect(server, address, "Ledger")
    case = conversation(server, CLEAR)
    propose_refund(server, case, "ledger__create_refund")
    opened(rosa, case)
    billing.mood = "drops"
    rosa.get_by_role("button", name="Approve", exact=True).click()
    expect(rosa.get_by_text("Sent, but nobody knows whether it happened")).to_be_visible(timeout=40_000)
    assert len(billing.ledger) == 1
    billing.mood = ""
    rosa.get_by_role("button", name="Check again").click()
    expect(rosa.get_by_role("button", name="Check again")).to_have_count(0)
    rosa.get_by_role("tab", name="Actions").click()
    expect(rosa.get_by_text("Carried out")).to_be_visible()
    assert len(billing.ledger) == 1
    assert [method for method, url, _ in billing.seen if "/refunds" in url] == ["POST", "GET"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_are_accessible(browser: Browser, server: Server, dark: bool) -> None:
    for username, addresses in (("sam", ("/traces", "/answering")), ("ada", ("/connections",))):
        with new_window(browser, server, dark=dark) as page:
            let_in(page, username, server)
            for place in addresses:
                page.goto(place)
                expect(page.get_by_role("heading", name=place[1:].capitalize(), exact=True)).to_be_visible()
                settle(page)
                check_accessibility(page)
