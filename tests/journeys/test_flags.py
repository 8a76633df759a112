"""A rep flags words of a draft and a colleague's reply; a specialist decides; the rep reads both outcomes."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import col, select

from core.assist import Draft
from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    find_conversation,
    get_conversation,
    import_conversations,
    open_composer,
    send_reply,
)
from core.criteria import ensure_criteria
from core.database import now
from core.evals import Flag, thaw
from core.identity import SYSTEM, Person, actor_of
from tests.journeys.conftest import Server, check_accessibility, let_in, new_window, settle

DRAFT = "Hello 👋🏽, as I already told you, refunds take 3 days. 🙂"
BLAME = "as I already told you"
REPLY = "I am sorry for the wait. Your refund is on its way."


def prepared(server: Server) -> int:
    """A conversation with a reply of a specialist's and, after one more question, a finished draft."""
    at = now() - timedelta(minutes=9)
    record = ConversationRecord(
        external_id="flags-1",
        channel="chat",
        customer=CustomerRecord(external_id="flags-1", name="Flora Flagg", locale="en"),
        messages=[MessageRecord(author="customer", text="Where is my money?", created_at=at)],
        created_at=at,
        subject="Refund",
        escalation_reason="asked for a person",
    )
    import_conversations([record], database=server.database, source="flags")
    with server.database.transaction() as session:
        ensure_criteria(session=session)
        chosen = find_conversation(SYSTEM, "flags", "flags-1", session=session).key
        sam = actor_of(session.exec(select(Person).where(Person.username == "sam")).one())
        view = get_conversation(sam, chosen, session=session)
        send_reply(
            sam,
            chosen,
            session=session,
            text=REPLY,
            token=open_composer(sam, chosen, session=session).token,
            seen_message_id=view.last_message_id or 0,
        )
        session.add(
            Draft(
                conversation_id=chosen,
                basis_message_id=view.last_message_id,
                state="ready",
                decision="answer",
                text=DRAFT,
                locale="en",
                finished_at=now(),
            )
        )
    return chosen


def select_words(page: Page, text: Locator, words: str) -> None:
    """Drag with the mouse over ``words``."""
    places = text.evaluate(
        """(root, words) => {
          for (const node of root.childNodes) {
            const leaf = node.firstChild ?? node
            const at = leaf.textContent.indexOf(words)
            if (at < 0) continue
            const range = document.createRange()
            range.setStart(leaf, at)
            range.setEnd(leaf, at + words.length)
            const box = range.getBoundingClientRect()
            return [box.left, box.right, box.top + box.height / 2]
          }
        }""",
        words,
    )
    left, right, middle = places
    page.mouse.move(left + 0.5, middle)
    page.mouse.down()
    page.mouse.move(right, middle, steps=4)
    page.mouse.up()


def test_flags_from_assist_to_the_specialist_and_back(page: Page, browser: Browser, server: Server) -> None:
    chosen = prepared(server)
    let_in(page, "rosa", server).goto(f"/?conversation={chosen}")
    dialog = page.get_by_role("dialog")
    draft = page.locator(".st-key-draft_card .text")
    expect(draft).to_contain_text("refunds take 3 days")
    settle(page)

    select_words(page, draft, BLAME)
    page.keyboard.press("w")
    expect(dialog.locator("mark")).to_have_text(BLAME)
    expect(dialog.get_by_label("Better wording (optional)")).to_have_value(BLAME)
    expect(dialog.get_by_role("radio", name="1. Was this draft a help?")).to_be_focused()
    page.keyboard.press("4")
    expect(dialog.get_by_role("radio", name="4. Is it polite?")).to_be_checked()
    dialog.get_by_label("Better wording (optional)").fill("I am sorry to repeat this")
    dialog.get_by_label("Note (optional)").fill("It blames the customer")
    dialog.get_by_label("Note (optional)").press("Enter")
    expect(page.get_by_text("See what becomes of it")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Flagged: Weak: Is it polite? (you)")).to_be_visible()

    reply = page.get_by_role("article", name="Sam Okafor")
    reply.hover()
    reply.get_by_role("button", name="Flag this text").click()
    dialog.get_by_text("Strong", exact=True).click()
    expect(dialog.get_by_role("radio", name="Strong")).to_be_checked()
    settle(page)
    dialog.get_by_role("radio", name="1. Is everything it says right?").focus()
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("article", name="Sam Okafor").get_by_role("button", name="Flagged")
    ).to_be_visible()

    with server.database.reading() as session:
        weak, strong = session.exec(
            select(Flag).where(Flag.conversation_id == chosen).order_by(col(Flag.id))
        ).all()
        case = thaw(weak.case_id or 0, session=session)
    assert weak.span == {"start": DRAFT.index(BLAME), "end": DRAFT.index(BLAME) + len(BLAME), "text": BLAME}
    assert (weak.better, strong.strength, strong.subject_type) == (
        "I am sorry to repeat this",
        "strong",
        "reply",
    )
    assert [each.text for each in case.messages] == ["Where is my money?", REPLY]

    with new_window(browser, server, dark=True) as specialist:
        let_in(specialist, "sam", server).goto("/flags")
        panel = specialist.locator(".st-key-flag_panel")
        expect(panel).to_contain_text("Is everything it says right?")
        settle(specialist)
        check_accessibility(specialist)
        panel.get_by_role("button", name="Accept as eval case").click()
        expect(panel).to_contain_text(BLAME)
        panel.get_by_role("button", name="Dismiss").click()
        specialist.get_by_label("Why? Rosa Lindqvist reads it.").fill("We did tell them, twice")
        specialist.get_by_label("Why? Rosa Lindqvist reads it.").press("Enter")
        expect(specialist.get_by_text("No flag waits for a decision.")).to_be_visible()

    page.get_by_role("link", name="Flags").first.click()
    panel = page.locator(".st-key-flag_panel")
    expect(panel).to_contain_text("Sam Okafor accepted it")
    settle(page)
    check_accessibility(page)
    table = page.get_by_test_id("stDataFrame").bounding_box()
    assert table is not None
    page.mouse.click(table["x"] + 15, table["y"] + 85)  # the second row; cells are drawn, not elements
    expect(panel).to_contain_text("Sam Okafor dismissed it: We did tell them, twice")
