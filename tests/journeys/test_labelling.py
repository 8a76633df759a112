"""Labelling in the browser: by keyboard, two people at once, through a refresh and a retired question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import count, cycle
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from core.conversations import (
    ConversationRecord,
    CustomerRecord,
    Message,
    MessageRecord,
    import_conversations,
)
from core.criteria import Criterion, Judgement, in_force, publish_criterion, retire_criterion
from core.database import now
from core.identity import Actor, Person, actor_of
from core.labelling import LabelItem, LabelQueue, create_queue
from tests.journeys.conftest import (
    Server,
    check_accessibility,
    let_in,
    new_window,
    screenshot,
    settle,
)

_numbers = count(1)
CARD = ".labeller"


class Case:
    """Conversations, a question about them, and a queue of them all, drawn by a word only they have."""

    def __init__(
        self,
        server: Server,
        size: int,
        *,
        subject_type: str = "conversation",
        double_share: float = 0.0,
        then: Sequence[MessageRecord] = (),
        **criterion: Any,
    ) -> None:
        self.server = server
        word = f"labelling{next(_numbers)}case"
        import_conversations(
            [_conversation(word, number, then) for number in range(size)],
            database=server.database,
            source=word,
        )
        values: dict[str, Any] = {
            "question": f"What does the customer want? ({word})",
            "guidance": "What they need first.",
            "kind": "one_of",
            "answers": ["question", "problem", "complaint"],
            "subjects": [subject_type],
        }
        self.sam = _actor(server, "sam")
        with server.database.transaction() as session:
            self.criterion: Criterion = publish_criterion(
                self.sam, session=session, name=word, **values | criterion
            )
        self.queue: LabelQueue = create_queue(
            self.sam,
            database=server.database,
            criterion_id=self.criterion.key,
            subject_type=subject_type,
            strategy="search",
            parameters={"words": word},
            size=size,
            double_share=double_share,
            name=f"Intents {word}",
            seed=1,
        )

    def open(self, page: Page) -> None:
        page.goto(f"/label?queue={self.queue.key}")
        page.locator(f"{CARD}[data-turn='0']").wait_for()

    def judgements(self) -> list[Judgement]:
        """In force, in the order they were given."""
        mine = select(Judgement).where(col(Judgement.criterion_id) == self.criterion.key, *in_force())
        with self.server.database.reading() as session:
            return list(session.exec(mine.order_by(col(Judgement.id))))

    def items(self) -> list[LabelItem]:
        with self.server.database.reading() as session:
            return list(session.exec(select(LabelItem).where(LabelItem.queue_id == self.queue.key)))


def _conversation(word: str, number: int, then: Sequence[MessageRecord]) -> ConversationRecord:
    at = now() - timedelta(hours=1)
    return ConversationRecord(
        external_id=f"{word}-{number}",
        channel="chat",
        customer=CustomerRecord(external_id=f"{word}-{number}", name=f"Customer {number}", locale="en"),
        messages=[
            MessageRecord(author="customer", text=f"🚒 My site {number} is slow. {word}", created_at=at),
            MessageRecord(author="rep", text="I am looking into it.", created_at=at),
            *then,
        ],
        created_at=at,
        subject=f"Site {number}",
        locale="en",
    )


def _actor(server: Server, username: str) -> Actor:
    with server.database.reading() as session:
        return actor_of(session.exec(select(Person).where(Person.username == username)).one())


def press(page: Page, key: str) -> None:
    """One key that the server hears of; returns when it has been dealt with."""
    turn = int(page.locator(CARD).get_attribute("data-turn") or 0)
    page.keyboard.press(key)
    page.locator(f"{CARD}[data-turn='{turn + 1}']").wait_for()


def over(page: Page) -> bool:
    return page.locator(f"{CARD} .over").count() > 0


@pytest.fixture
def rosa(page: Page, server: Server) -> Page:
    return let_in(page, "rosa", server)


def test_a_hundred_items_by_keyboard_alone(rosa: Page, server: Server) -> None:
    case = Case(server, 100)
    case.open(rosa)
    expect(rosa.get_by_text("What they need first.")).to_be_visible()
    check_accessibility(rosa)
    pressed = [number for _, number in zip(range(100), cycle([1, 3, 2, 2]), strict=False)]
    for number in pressed:
        press(rosa, str(number))
    expect(rosa.get_by_text("This queue is finished")).to_be_visible()
    wanted = [case.criterion.answers[number - 1] for number in pressed]
    assert [each.answer for each in case.judgements()] == wanted
    assert len({each.subject_id for each in case.judgements()}) == 100
    last = case.judgements()[-1].subject_id
    press(rosa, "u")
    assert len(case.judgements()) == 99
    press(rosa, "3")
    assert (case.judgements()[-1].subject_id, case.judgements()[-1].answer) == (last, "complaint")
    assert len(case.judgements()) == 100


def test_two_people_label_one_queue(rosa: Page, browser: Browser, server: Server) -> None:
    case = Case(server, 14, double_share=0.4)
    with new_window(browser, server, size=(1100, 800), dark=True) as sam:
        let_in(sam, "sam", server)
        windows = {rosa: "1", sam: "2"}
        for window in windows:
            case.open(window)
        check_accessibility(sam)
        screenshot(sam, "label-dark")
        for round_ in range(14):
            for window, key in windows.items():
                if over(window):
                    continue
                press(window, key)
                if round_ == 3:
                    press(window, "s")
                    press(window, "u")  # the skip
                    press(window, "u")  # the answer
                    press(window, key)
        assert over(rosa)
        assert over(sam)
    given = Counter(each.subject_id for each in case.judgements())
    assert given == {item.subject_id: item.needed for item in case.items()}
    assert sum(count == 2 for count in given.values()) == sum(item.needed == 2 for item in case.items()) > 0
    by_whom = Counter((each.subject_id, each.judge) for each in case.judgements())
    assert max(by_whom.values()) == 1, "nobody judges a thing twice"
    assert all(item.taken == item.done == item.needed for item in case.items())


def test_a_refresh_resumes_and_a_retired_question_loses_nothing(rosa: Page, server: Server) -> None:
    case = Case(server, 5, kind="many_of")
    case.open(rosa)
    rosa.keyboard.press("1")
    press(rosa, "Enter")
    rosa.keyboard.press("2")
    rosa.keyboard.press("n")
    rosa.keyboard.type("1 of us should say sorry")
    rosa.keyboard.press("Escape")
    about = rosa.locator(f"{CARD} .about").inner_text()
    rosa.reload()
    rosa.locator(f"{CARD}[data-turn='0']").wait_for()
    assert rosa.locator(f"{CARD} .about").inner_text() == about
    expect(rosa.locator(f"{CARD} textarea")).to_have_value("1 of us should say sorry")
    assert [each.answer for each in case.judgements()] == ["question"], "typing a digit answers nothing"
    with server.database.transaction() as session:
        retire_criterion(case.sam, case.criterion.name, session=session)
    press(rosa, "Enter")
    expect(rosa.get_by_role("alert").filter(has_text="has been retired")).to_be_visible()
    expect(rosa.locator(f"{CARD} textarea")).to_have_value("1 of us should say sorry")
    press(rosa, "Enter")
    expect(rosa.locator(f"{CARD} .over")).to_contain_text("has been retired")
    expect(rosa.locator(f"{CARD} .over")).to_contain_text("1 of us should say sorry")
    assert [each.answer for each in case.judgements()] == ["question"]


def test_thirty_thousand_words_are_folded_and_answered(rosa: Page, server: Server) -> None:
    said = [
        MessageRecord(
            author=("customer", "rep")[number % 2], text=f"Part {number}: {'word ' * 150}", created_at=now()
        )
        for number in range(200)
    ]
    case = Case(server, 1, then=said)
    case.open(rosa)
    expect(rosa.get_by_text("Part 199:")).to_be_visible()
    expect(rosa.get_by_text("Part 100:")).to_be_hidden()
    rosa.keyboard.press("a")
    expect(rosa.get_by_text("Part 100:")).to_be_visible()
    press(rosa, "2")
    assert [each.answer for each in case.judgements()] == ["problem"]


def test_marking_words_with_the_keys_and_with_the_mouse(rosa: Page, server: Server) -> None:
    case = Case(server, 2, kind="span", answers=(), subject_type="message")
    case.open(rosa)
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        rosa.keyboard.press(key)
    press(rosa, "Enter")
    words = rosa.locator(f"{CARD} .word")
    words.nth(1).hover()
    rosa.mouse.down()
    words.nth(3).hover()
    rosa.mouse.up()
    press(rosa, "1")
    first, second = case.judgements()
    assert first.span is not None
    assert second.span is not None
    assert first.span["text"] == "site 1"
    assert second.span["text"] == "site 0 is"
    for subject_id, span in ((first.subject_id, first.span), (second.subject_id, second.span)):
        with server.database.reading() as session:
            text = session.get_one(Message, subject_id).text
        assert text[span["start"] : span["end"]] == span["text"]


def test_the_label_queues_page_is_accessible(browser: Browser, server: Server) -> None:
    Case(server, 3)
    for dark in (False, True):
        with new_window(browser, server, dark=dark) as sam:
            let_in(sam, "sam", server).goto("/label_queues")
            expect(sam.get_by_role("heading", name="Intents").first).to_be_visible()
            check_accessibility(sam)
            sam.get_by_text("New queue").click()
            expect(sam.get_by_role("button", name="Preview")).to_be_visible()
            settle(sam)
            check_accessibility(sam)
            screenshot(sam, f"label-queues-new-{'dark' if dark else 'light'}")
