"""Classifiers in the browser: from labels to a live judgement, and two authors at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import TypeVar

from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import col, select

from core.classifiers import NewExample, add_examples, create_classifier, list_examples
from core.classifiers.tables import Classifier
from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    Message,
    MessageRecord,
    import_conversations,
)
from core.criteria import Criterion, Judge, Judgement, publish_criterion, record_judgement
from core.database import now
from core.identity import Actor, Person, actor_of
from tests.journeys.conftest import Server, check_accessibility, let_in, new_window, settle

_numbers = count(1)
_CANCELS = (
    "Please cancel my subscription, I do not need it any more",
    "I want to cancel the plan at the end of this month",
    "Cancel my account, we are moving to somebody else",
    "How do I cancel? I want to leave and close my account",
)
_STAYS = (
    "My invoice shows the wrong address, can you correct it",
    "The dashboard is slow since this morning",
    "Can you help me to set up a custom domain",
    "Which regions do you offer for the database",
)
SECONDS = 45  # a loaded machine is slow, not wrong
T = TypeVar("T")


def actor(server: Server, username: str) -> Actor:
    with server.database.reading() as session:
        return actor_of(session.exec(select(Person).where(Person.username == username)).one())


def arrive(server: Server, texts: Sequence[str]) -> list[int]:
    """A customer for each text; ids of the messages, in the same order."""
    word = f"classifying{next(_numbers)}"
    at = now() - timedelta(minutes=1)
    records = [
        ConversationRecord(
            external_id=f"{word}-{place}",
            channel="chat",
            customer=CustomerRecord(external_id=f"{word}-{place}", name=f"Kim {place}", locale="en"),
            messages=[
                MessageRecord(author="customer", text=text, created_at=at, external_id=f"{word}-{place}")
            ],
            created_at=at,
            subject="Question",
            locale="en",
        )
        for place, text in enumerate(texts)
    ]
    import_conversations(records, database=server.database, source=word)
    with server.database.reading() as session:
        said = (
            select(Message.id)
            .where(col(Message.external_id).startswith(f"{word}-"))
            .order_by(col(Message.id))
        )
        return [key for key in session.exec(said) if key is not None]


def ask(server: Server, name: str) -> Criterion:
    """A question with yes and no about messages."""
    with server.database.transaction() as session:
        return publish_criterion(
            actor(server, "sam"),
            session=session,
            name=name,
            question=f"Do they want to leave ({name})?",
            kind="yes_no",
            subjects=["message"],
        )


def write(server: Server, name: str, kind: str) -> Classifier:
    ask(server, name)
    with server.database.transaction() as session:
        return create_classifier(
            actor(server, "sam"), session=session, name=name, title=name, criterion_name=name, kind=kind
        )


def classifier(server: Server, name: str) -> Classifier:
    with server.database.reading() as session:
        return session.exec(select(Classifier).where(Classifier.name == name)).one()


def rules(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Rules, one a line")


def until(page: Page, found: Callable[[], T | None], what: str) -> T:
    """What ``found`` gives once it gives something; fails with ``what`` when it takes longer than SECONDS."""
    for _ in range(SECONDS * 5):
        value = found()
        if value:
            return value
        page.wait_for_timeout(200)
    raise AssertionError(f"{what} took longer than {SECONDS} seconds")


def judgement(server: Server, criterion_id: int, message_id: int) -> Judgement | None:
    """What a classifier judged of a message."""
    query = select(Judgement).where(
        Judgement.criterion_id == criterion_id,
        Judgement.subject_id == message_id,
        Judgement.judge_type == "classifier",
    )
    with server.database.reading() as session:
        return session.exec(query).first()


def has_rules(server: Server, name: str, text: str) -> bool:
    return classifier(server, name).settings == {"rules": text}


def test_from_labels_to_a_live_judgement(page: Page, server: Server) -> None:
    criterion = ask(server, "leaving")
    messages = arrive(server, [f"{text} ({place})" for place in range(5) for text in (*_CANCELS, *_STAYS)])
    with server.database.transaction() as session:
        judge = Judge.person(actor(server, "sam"))
        for place, message_id in enumerate(messages[:36]):
            answer = "yes" if place % 8 < 4 else "no"
            record_judgement(judge, "leaving", session=session, subject_id=message_id, answer=answer)

    let_in(page, "sam", server).goto("/classifiers")
    page.get_by_role("button", name="New classifier").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Wants to leave")
    dialog.get_by_role("combobox", name="Question it answers").click()
    page.get_by_role("option", name=f"{criterion.question} (leaving)").click()
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Wants to leave")).to_be_visible()
    expect(dialog).to_have_count(0)

    page.get_by_text("Labels", exact=True).click()
    page.get_by_role("button", name="Add all 36").click()
    expect(page.get_by_text("36 added.")).to_be_visible()
    page.get_by_role("radio", name="Label next", exact=True).click()
    card = page.locator("[class*='st-key-next_'][class*='_text']")
    expect(card).to_be_visible(timeout=60_000)  # the first texts of a process load the embedder
    for key in ("1", "2"):
        shown = card.get_attribute("class") or ""
        page.keyboard.press(key)
        expect(card).not_to_have_attribute("class", shown)
    settle(page)
    made = classifier(server, "wants_to_leave")
    with server.database.reading() as session:
        labelled = list_examples(actor(server, "sam"), made.key, session=session, source="suggestion").rows
    assert [row.example.answer for row in labelled] == ["no", "yes"]
    expect(page.get_by_test_id("stMetric").filter(has_text="Right").first).to_contain_text("%")

    page.get_by_role("button", name="Make a version").click()
    dialog.get_by_role("button", name="Make version 1").click()
    expect(page.get_by_text("Version 1 is made.")).to_be_visible()
    expect(page.get_by_role("tab", name="Measure")).to_have_attribute("aria-selected", "true")
    page.reload()  # the address carries the classifier and the tab
    expect(page.get_by_role("tab", name="Measure")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Ship").click()
    expect(page.get_by_text("Choose a version")).to_be_visible()
    page.get_by_test_id("stDataFrame").first.click(position={"x": 16, "y": 48})  # the box of its first row
    page.get_by_role("button", name="Let version 1 go live").click()
    dialog.get_by_role("button", name="Go live").click()
    expect(page.get_by_text("Version 1 is live: it judges")).to_be_visible()

    (message_id,) = arrive(server, [f"{_CANCELS[0]}, thank you"])
    judged = until(page, lambda: judgement(server, criterion.key, message_id), "judging")
    assert (judged.answer, judged.judge) == ("yes", "wants_to_leave")


def test_two_authors_lose_nothing(page: Page, browser: Browser, server: Server) -> None:
    write(server, "two_authors", "rules")
    theirs, mine = 'yes when text contains "leave"', 'yes when text contains "cancel"'
    let_in(page, "sam", server).goto("/classifiers?classifier=two_authors")
    expect(rules(page)).to_be_visible()
    with new_window(browser, server) as other:
        let_in(other, "sam", server).goto("/classifiers?classifier=two_authors")
        rules(other).fill(theirs)
        until(other, lambda: has_rules(server, "two_authors", theirs), "storing after a pause in typing")
        rules(page).fill(mine)
        panel = page.locator(".st-key-classifier_overtaken")
        expect(panel).to_contain_text("Nothing is lost")
        expect(panel).to_contain_text(theirs)
        expect(rules(page)).to_have_value(mine)
        assert has_rules(server, "two_authors", theirs)
        settle(page)
        rules(page).fill(f"{theirs}\n{mine}")
        page.get_by_role("button", name="Store mine").click()
        expect(panel).to_have_count(0)
        assert has_rules(server, "two_authors", f"{theirs}\n{mine}")
        other.reload()
        expect(rules(other)).to_have_value(f"{theirs}\n{mine}")


def test_the_pages_are_accessible(browser: Browser, server: Server) -> None:
    made = write(server, "accessible", "examples")
    new = [NewExample(f"{text} {place}", answer) for place in range(4) for answer, text in _PAIRS]
    with server.database.transaction() as session:
        add_examples(actor(server, "sam"), made.key, new, session=session, source="click")
    arrive(server, ["Where do I find my invoices?"])
    write(server, "accessible_rules", "rules")
    overview = ("/classifiers", "Select a row to open it.")
    examples = ("/classifiers?classifier=accessible", "Examples it learned from")
    conditions = ("/classifiers?classifier=accessible_rules", "How rules are written")
    for dark, places in ((False, (overview, examples)), (True, (examples, conditions))):
        with new_window(browser, server, dark=dark) as page:
            let_in(page, "sam", server)
            for address, words in places:
                page.goto(address)
                expect(page.get_by_text(words).first).to_be_visible()
                settle(page)
                check_accessibility(page)


_PAIRS = (("yes", _CANCELS[0]), ("no", _STAYS[0]))
