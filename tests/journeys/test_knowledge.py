"""The whole loop in the browser: a customer asks what knowledge lacks, a rep answers by hand, it is written,
replayed, released and cited; a case keeps it, and holds back a later edit that would undo it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import col, select

from core.assist import Draft
from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    find_conversation,
    import_conversations,
)
from core.database import Database, now
from core.evals import add_members, create_case, create_suite
from core.evals.tables import EvalCase, EvalSuiteMember
from core.identity import SYSTEM
from core.insights import find_suggestions
from core.insights.tables import Suggestion
from core.knowledge import ArticleRecord, import_articles
from core.knowledge.tables import Article
from core.releases.tables import Proposal, Release
from tests.journeys.conftest import (
    MOST_WAIT,
    Server,
    check_accessibility,
    let_in,
    new_window,
    running_server,
    settle,
)

pytestmark = pytest.mark.timeout(600)  # one long way, with three replays' worth of drafts
_REPLAY = 150_000  # ms: the first answer loads the embedder
_QUESTION = "Hello, can I pay my invoices in instalments with Klarna?"
_BY_HAND = "Yes: invoices above 50 EUR can be paid with Klarna in three monthly instalments."
_ARTICLE = (
    "## Pay in instalments\n\nInvoices above 50 EUR can be paid with Klarna in three monthly instalments. "
    "Choose Klarna under Billing > Payment methods before the invoice is due."
)
_HARMFUL = _ARTICLE.replace("three monthly instalments", "many instalments, as we see fit")
_REASON = "The contract with Klarna ends today, and customers must hear of it at once."
_numbers = count(1)


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is released here changes what everybody's drafts say."""

    def fill(database: Database, _home: object) -> None:
        records = [
            ArticleRecord("refunds", "Refunds", "You can get a full refund within 30 days.", locale="en"),
            ArticleRecord("dns", "How long DNS changes take", "DNS changes take 48 hours.", locale="en"),
        ]
        import_articles(records, database=database, source="loop")

    with running_server(tmp_path_factory.mktemp("loop"), prepare=fill) as started:
        yield started


@pytest.fixture
def window(browser: Browser, loop: Server) -> Iterator[Callable[[str], Page]]:
    """A browser window of somebody's own."""
    open_ones = []

    def open_for(username: str) -> Page:
        opened = new_window(browser, loop)
        open_ones.append(opened)
        return let_in(opened.__enter__(), username, loop)

    yield open_for
    for each in open_ones:
        each.__exit__(None, None, None)


def _asked(server: Server) -> int:
    """A customer asks the question; returns the conversation."""
    number, at = next(_numbers), now() - timedelta(minutes=5)
    record = ConversationRecord(
        external_id=f"loop-{number}",
        channel="chat",
        customer=CustomerRecord(external_id=f"customer-{number}", name=f"Customer {number}", locale="en"),
        messages=[MessageRecord(author="customer", text=_QUESTION, created_at=at)],
        created_at=at,
        subject="Instalments",
        locale="en",
        escalation_reason="asked for a person",
    )
    import_conversations([record], database=server.database, source="loop")
    with server.database.reading() as session:
        return find_conversation(SYSTEM, "loop", record.external_id, session=session).key


def _opened(page: Page, conversation_id: int) -> Locator:
    """Open it in Assist; gives the card of the draft."""
    page.goto(f"/?conversation={conversation_id}")
    expect(page.locator(".st-key-conversation_title")).to_be_visible()
    settle(page)
    return page.locator(".st-key-draft_card")


def _build(server: Server, conversation_id: int) -> str:
    with server.database.reading() as session:
        found = select(Draft.build_id).where(Draft.conversation_id == conversation_id)
        return session.exec(found.order_by(col(Draft.id).desc())).first() or ""


def _until(page: Page, found: Callable[[], int | None]) -> int:
    """Poll while the browser goes on; fails after as long as anything may take."""
    for _ in range(MOST_WAIT // 250):
        value = found()
        if value is not None:
            return value
        page.wait_for_timeout(250)
    raise AssertionError(f"it did not happen within {MOST_WAIT // 1000} seconds")


def _suggestion(server: Server) -> int | None:
    find_suggestions(server.database, None)
    with server.database.reading() as session:
        found = session.exec(select(Suggestion).where(Suggestion.state == "open")).first()
    return found.key if found else None


def _newest_proposal(server: Server) -> int:
    with server.database.reading() as session:
        return max(each.key for each in session.exec(select(Proposal)))


def _article(server: Server) -> int:
    with server.database.reading() as session:
        return session.exec(select(Article).where(Article.title == "Pay in instalments")).one().key


def _case(server: Server, conversation_id: int) -> int:
    """A critical case of what was asked, in a suite that every replay runs."""
    with server.database.transaction() as session:
        case = create_case(
            SYSTEM,
            session=session,
            name="Instalments with Klarna",
            messages=[{"author": "customer", "text": _QUESTION}],
            expectations=[{"kind": "contains", "texts": ["three monthly instalments"]}],
            provenance={"conversation_id": conversation_id},
            state="accepted",
            locale="en",
            critical=True,
        )
        suite = create_suite(SYSTEM, session=session, name="smoke", title="Smoke test", kind="smoke")
        add_members(SYSTEM, suite.key, [case.key], session=session)
        return case.key


def _propose(page: Page, server: Server) -> int:
    """Press Propose in the editor; returns the proposal."""
    page.get_by_role("button", name="Propose", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("Proposed.").first).to_be_visible()
    return _newest_proposal(server)


def _write(page: Page, text: str) -> None:
    field = page.get_by_label("Text in Markdown")
    expect(field).to_be_enabled()
    field.fill(text)
    expect(page.locator(".editor .note")).to_contain_text("Saved")


def _decide(page: Page, verb: str) -> None:
    """Press a button and confirm it in its dialog. A dialog opened while the page is drawn again closes."""
    settle(page)
    page.get_by_role("button", name=verb, exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)


def _comes_from(page: Page, card: Locator) -> None:
    """From the draft's sentence back to who wrote it, to the first customer, and to the release."""
    card.get_by_role("button", name="Where it comes from").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("by Sam Okafor").first).to_be_visible()
    expect(dialog.get_by_text("One conversation led to it.").first).to_be_visible()
    settle(page)
    check_accessibility(page)
    dialog.get_by_role("tab", name="Build").click()
    expect(dialog.get_by_text("Brought about by")).to_be_visible()
    expect(dialog.get_by_text("Nothing: this build still writes the drafts.")).to_be_visible()
    check_accessibility(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_from_a_question_to_knowledge_that_keeps_its_promise(
    loop: Server, window: Callable[[str], Page]
) -> None:
    rosa, sam, mia = window("rosa"), window("sam"), window("mia")

    first = _asked(loop)
    expect(_opened(rosa, first)).to_contain_text("Not answering")
    rosa.locator(".composer textarea").fill(_BY_HAND)
    rosa.get_by_role("button", name="Send").click()
    expect(rosa.get_by_text("Reply sent.")).to_be_visible()

    chosen = _until(rosa, lambda: _suggestion(loop))
    sam.goto(f"/knowledge?view=suggestions&suggestion={chosen}")
    expect(sam.get_by_text("three monthly instalments").first).to_be_visible()
    sam.get_by_role("button", name="Accept and edit").click()
    title = sam.get_by_label("Title", exact=True).first
    expect(title).to_be_enabled()
    title.fill("Pay in instalments")
    _write(sam, _ARTICLE)
    case_id = _case(loop, first)
    proposal = _propose(sam, loop)

    sam.goto(f"/releases?proposal={proposal}")
    sam.get_by_role("button", name="Replay", exact=True).click()
    expect(sam.get_by_text("It waits for a second person")).to_be_visible(timeout=_REPLAY)
    mia.goto(f"/releases?proposal={proposal}")
    _decide(mia, "Approve")
    expect(mia.get_by_text("Ready to be released").first).to_be_visible()
    _decide(mia, "Release")
    expect(mia.get_by_role("button", name="Show it in the history")).to_be_visible()

    second = _asked(loop)
    card = _opened(rosa, second)
    expect(card).to_contain_text("three monthly instalments")
    expect(card.locator("sup.cite").first).to_be_visible()
    good = _build(loop, second)
    assert good not in ("", _build(loop, first))
    _comes_from(rosa, card)

    sam.goto(f"/knowledge?article={_article(loop)}")
    sam.get_by_role("button", name="Edit", exact=True).click()
    _write(sam, _HARMFUL)
    harmful = _propose(sam, loop)
    sam.goto(f"/releases?proposal={harmful}")
    sam.get_by_role("button", name="Replay", exact=True).click()
    expect(sam.get_by_text("1 critical case would fail").first).to_be_visible(timeout=_REPLAY)
    expect(sam.get_by_text("The gate is closed.").first).to_be_visible()
    expect(sam.get_by_role("button", name="Override the gate")).to_have_count(0)

    mia.goto(f"/releases?proposal={harmful}")
    mia.get_by_role("button", name="Override the gate").click()
    reason = mia.get_by_role("dialog").get_by_label("Why all the same?")
    reason.fill(_REASON)
    reason.press("Tab")
    settle(mia)
    mia.get_by_role("dialog").get_by_role("button", name="Override the gate").click()
    expect(mia.get_by_text("Open by override")).to_be_visible()
    _decide(mia, "Release")
    third = _asked(loop)
    expect(_opened(rosa, third)).to_contain_text("as we see fit")

    mia.get_by_role("button", name="Show it in the history").click()
    mia.get_by_role("button", name="Roll back").first.click()
    why = mia.get_by_role("dialog").get_by_label("Why?")
    why.fill("Customers were told less than before.")
    why.press("Tab")
    settle(mia)
    mia.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(mia.get_by_text(re.compile("^Rollback: ")).first).to_be_visible()
    fourth = _asked(loop)
    expect(_opened(rosa, fourth)).to_contain_text("three monthly instalments")
    assert _build(loop, fourth) == good

    with loop.database.reading() as session:
        assert session.get_one(EvalCase, case_id).state == "accepted"
        assert session.exec(select(EvalSuiteMember).where(EvalSuiteMember.case_id == case_id)).first()
        kinds = [(each.kind, bool(each.override_reason)) for each in session.exec(select(Release))]
    assert kinds == [("release", False), ("release", True), ("rollback", False)]
