"""Writing an article in the browser: with somebody else, through a refresh, and with hostile Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect
from sqlmodel import select

from core.identity import SYSTEM, Person, Role, add_person
from core.knowledge import ArticleRecord, import_articles
from core.knowledge.tables import Article, ArticleEdit
from tests.journeys.conftest import PASSWORD, Server, check_accessibility, let_in, new_window, settle

_BODY = "## Waiting time\n\nDNS changes take up to 48 hours.\n\nThe cache is kept for a day.\n\nAsk us."
_numbers = count(1)


@pytest.fixture
def article(server: Server) -> int:
    """An article of its own for each test."""
    external_id = f"editor-{next(_numbers)}"
    record = ArticleRecord(external_id=external_id, title=f"How long DNS takes, {external_id}", body=_BODY)
    import_articles([record], database=server.database, source="editor")
    with server.database.reading() as session:
        return session.exec(select(Article).where(Article.external_id == external_id)).one().key


@pytest.fixture
def second(browser: Browser, server: Server) -> Iterator[Page]:
    """The window of another specialist."""
    with server.database.transaction() as session:
        if session.exec(select(Person).where(Person.username == "nora")).first() is None:
            add_person(
                SYSTEM,
                session=session,
                username="nora",
                name="Nora Weiss",
                password=PASSWORD,
                role=Role.SPECIALIST,
            )
    with new_window(browser, server) as opened:
        yield let_in(opened, "nora", server)


def _edit(server: Server, article_id: int) -> ArticleEdit:
    with server.database.reading() as session:
        return session.exec(select(ArticleEdit).where(ArticleEdit.article_id == article_id)).one()


def _begin(page: Page, server: Server, article_id: int) -> Locator:
    """Sam presses Edit; gives the field of the text."""
    let_in(page, "sam", server).goto(f"/knowledge?article={article_id}")
    page.get_by_role("button", name="Edit", exact=True).click()
    return _field(page)


def _field(page: Page) -> Locator:
    field = page.get_by_label("Text in Markdown")
    expect(field).to_be_enabled()
    return field


def _saved(page: Page) -> None:
    expect(page.locator(".editor .note")).to_contain_text("Saved")


def test_two_people_write_in_one_article(page: Page, second: Page, server: Server, article: int) -> None:
    mine = _begin(page, server, article)
    second.goto(f"/knowledge?edit={_edit(server, article).key}")
    theirs = _field(second)
    expect(page.get_by_text("Nora Weiss has this open too.")).to_be_visible()
    expect(second.get_by_text("Sam Okafor has this open too.")).to_be_visible()

    mine.fill(_BODY.replace("48", "36"))
    expect(theirs).to_have_value(_BODY.replace("48", "36"))
    theirs.fill(theirs.input_value().replace("a day", "a week"))
    both = _BODY.replace("48", "36").replace("a day", "a week")
    expect(mine).to_have_value(both)
    _saved(page)
    _saved(second)

    # while somebody composes a character nothing is put into their field: so both start from the same text
    theirs.dispatch_event("compositionstart")
    mine.fill(both.replace("36", "12"))
    _saved(page)
    theirs.fill(both.replace("36", "24"))
    theirs.dispatch_event("compositionend")
    card = second.locator("[class*=st-key-conflict_]").first
    expect(card).to_contain_text("Two people changed the same place")
    expect(page.get_by_text("Two people changed the same place")).to_be_visible()
    expect(theirs).to_have_value(both.replace("36", "12"))
    check_accessibility(second)
    card.get_by_role("button", name="Keep both").click()
    expect(second.get_by_text("Two people changed the same place")).to_be_hidden()
    expect(mine).to_have_value(
        both.replace(
            "DNS changes take up to 36 hours.",
            "DNS changes take up to 12 hours.\nDNS changes take up to 24 hours.",
        )
    )
    expect(theirs).to_have_value(mine.input_value())
    assert _edit(server, article).body == mine.input_value()


def test_a_refresh_in_the_middle_keeps_the_text(page: Page, server: Server, article: int) -> None:
    field = _begin(page, server, article)
    field.fill(_BODY + "\n\nTyped just now.")
    page.reload()
    expect(_field(page)).to_have_value(_BODY + "\n\nTyped just now.")
    _saved(page)
    assert _edit(server, article).body == _BODY + "\n\nTyped just now."

    field = _field(page)
    field.press("Control+End")
    field.press_sequentially(" And more.", delay=60)
    _saved(page)
    expect(field).to_have_value(_BODY + "\n\nTyped just now. And more.")
    assert _edit(server, article).body.endswith("And more.")


def test_scripts_stay_text_and_nothing_is_loaded(page: Page, server: Server, article: int) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "tracker.example" in request.url:
            asked.append(request.url)

    page.on("request", note)
    field = _begin(page, server, article)
    field.fill(
        "Read <b>this</b>.\n\n<script>window.ran = 1</script>\n\n<img src=x onerror='window.ran = 1'>\n\n"
        "![a map](https://tracker.example/a.png) [press](javascript:window.ran=1)\n\n"
        "[a page](https://tracker.example/page)"
    )
    preview = page.locator(".st-key-edit_preview")
    expect(preview).to_contain_text("<script>window.ran = 1</script>")
    expect(preview).to_contain_text("Image: a map")
    expect(preview.get_by_role("link", name="a page")).to_have_attribute(
        "href", "https://tracker.example/page"
    )
    assert preview.locator("img, script, b").count() == 0
    assert page.evaluate("window.ran") is None
    assert asked == []


@pytest.mark.parametrize(
    ("dark", "tabs"),
    [
        (False, ("Preview", "Changes", "Checks", "Passages", "Properties")),
        (True, ("Changes", "Checks", "Properties")),
    ],
)
def test_every_part_is_accessible(
    browser: Browser, server: Server, article: int, dark: bool, tabs: tuple[str, ...]
) -> None:
    with new_window(browser, server, dark=dark) as page:
        field = _begin(page, server, article)
        field.fill(_BODY + "\n\n![](x.png)\n\n[gone](nowhere.md)\n\n" + "A line that makes it long.\n\n" * 60)
        _saved(page)
        for tab in tabs:
            page.get_by_role("tab", name=tab).click()
            expect(page.locator(f".st-key-edit_{tab.lower()}")).to_be_visible()
            check_accessibility(page)
        page.get_by_role("button", name="Propose", exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        check_accessibility(page)
        page.goto(f"/knowledge?article={article}")
        for tab in ("Versions (1)", "What depends on it", "Details"):
            page.get_by_role("tab", name=tab).click()
            settle(page)
            check_accessibility(page)
        page.goto("/knowledge?view=edits")
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        check_accessibility(page)
        page.goto("/knowledge?view=health")
        expect(page.get_by_role("tab", name="Coverage")).to_be_visible()
        settle(page)
        check_accessibility(page)
