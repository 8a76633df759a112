"""A harmful edit in the browser: replayed, held back by the gate, released by a manager, and rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from core.evals import add_members, create_case, create_suite
from core.identity import SYSTEM, Actor, Person, actor_of
from core.knowledge import ArticleRecord, import_articles, open_edit, save_edit, text_of
from core.knowledge.tables import Article, ArticleVersion
from core.releases import propose_edit, update_proposal
from tests.journeys.conftest import Server, check_accessibility, let_in, new_window, settle

_REPLAY = 120_000  # ms: the first answer loads the embedder
_BEFORE = "A marmalade refund is paid within 14 days to the card it came from."
_AFTER = "A marmalade refund is paid whenever we find the time."
_QUESTION = "Within how many days is a marmalade refund paid?"
_REASON = "Legal asked for these words at once; the case is being rewritten."


@pytest.fixture
def other(browser: Browser, server: Server) -> Iterator[Page]:
    """The window of the manager."""
    with new_window(browser, server) as opened:
        yield let_in(opened, "mia", server)


def _person(server: Server, username: str) -> Actor:
    with server.database.reading() as session:
        return actor_of(session.exec(select(Person).where(Person.username == username)).one())


def _harmful(server: Server) -> tuple[int, int]:
    """An article with a critical case that depends on it, and an edit that ruins it, proposed by Sam."""
    record = ArticleRecord("marmalade", "Marmalade refunds", _BEFORE, locale="en")
    import_articles([record], database=server.database, source="releases")
    sam = _person(server, "sam")
    with server.database.transaction() as session:
        case = create_case(
            SYSTEM,
            session=session,
            name=_QUESTION,
            messages=[{"author": "customer", "text": _QUESTION}],
            expectations=[{"kind": "contains", "texts": ["14 days"]}],
            state="accepted",
            locale="en",
            critical=True,
        )
        suite = create_suite(SYSTEM, session=session, name="marmalade", title="Marmalade", kind="smoke")
        add_members(SYSTEM, suite.key, [case.key], session=session)
        article = session.exec(select(Article).where(Article.external_id == "marmalade")).one()
        edit = open_edit(sam, article.key, session=session)
        base = text_of(edit)
        save_edit(sam, edit.key, base=base, mine=replace(base, body=_AFTER), session=session)
        return article.key, propose_edit(sam, edit.key, title="Refunds when we can", session=session).key


def _live(server: Server, article_id: int) -> str:
    with server.database.reading() as session:
        version_id = session.get_one(Article, article_id).live_version_id
        return session.get_one(ArticleVersion, version_id).body


def _write(page: Page, label: str, words: str) -> None:
    """Fill in a dialog's text area, and leave it, so that the words are at the server."""
    area = page.get_by_role("dialog").get_by_label(label)
    area.fill(words)
    area.press("Tab")
    settle(page)


def test_a_harmful_edit_is_held_back_overridden_released_and_rolled_back(
    page: Page, other: Page, server: Server
) -> None:
    article_id, key = _harmful(server)
    let_in(page, "sam", server).goto(f"/releases?proposal={key}")
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_text("1 critical case would fail").first).to_be_visible(timeout=_REPLAY)
    expect(page.get_by_text("The gate is closed.").first).to_be_visible()
    expect(page.get_by_text(_QUESTION).first).to_be_visible()
    expect(page.locator("del", has_text="14").first).to_be_visible()
    expect(page.get_by_role("button", name="Override the gate")).to_have_count(0)
    expect(page.get_by_role("button", name="Release", exact=True)).to_have_count(0)
    check_accessibility(page)

    # somebody changes it while the manager writes: what she wrote is still there
    other.goto(f"/releases?proposal={key}")
    other.get_by_role("button", name="Override the gate").click()
    dialog = other.get_by_role("dialog")
    _write(other, "Why all the same?", _REASON)
    with server.database.transaction() as session:
        sam = _person(server, "sam")
        update_proposal(sam, key, title="Refunds when we can do it", why="", revision=None, session=session)
    dialog.get_by_role("button", name="Override the gate").click()
    expect(dialog.get_by_text("What you wrote is kept.")).to_be_visible()
    dialog.get_by_role("button", name="Show it as it is now").click()
    expect(other.get_by_role("heading", name="Refunds when we can do it")).to_be_visible()
    other.get_by_role("button", name="Override the gate").click()
    expect(dialog.get_by_label("Why all the same?")).to_have_value(_REASON)
    dialog.get_by_role("button", name="Override the gate").click()
    expect(other.get_by_text("Open by override")).to_be_visible()
    expect(other.get_by_text(_REASON).first).to_be_visible()

    other.get_by_role("button", name="Release", exact=True).click()
    dialog.get_by_role("button", name="Release", exact=True).click()
    expect(other.get_by_text("The gate when it was released")).to_be_visible()
    assert _live(server, article_id) == _AFTER
    other.get_by_role("button", name="Show it in the history").click()
    expect(other.get_by_text(_REASON).first).to_be_visible()
    other.get_by_role("button", name="Roll back").first.click()
    _write(other, "Why?", "Customers ask when.")
    dialog.get_by_role("button", name="Roll back").click()
    expect(other.get_by_text("Rollback: Refunds when we can do it")).to_be_visible()
    assert _live(server, article_id) == _BEFORE
    other.goto("/releases?tab=History")  # without the message of a moment ago, which is Streamlit's own
    expect(other.get_by_text("Rollback: Refunds when we can do it")).to_be_visible()
    check_accessibility(other)
