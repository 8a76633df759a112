"""An admin's day: People and Audit in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import (
    PASSWORD,
    Server,
    check_accessibility,
    new_window,
    screenshot,
    settle,
    sign_in,
)


def test_adding_a_person_who_then_signs_in(page: Page, browser: Browser, server: Server) -> None:
    sign_in(page, "ada")
    page.get_by_role("button", name="Add person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Kofi Mensah")
    dialog.get_by_label("Username").fill("kofi")
    dialog.get_by_label("First password", exact=True).fill("short")
    settle(page)
    check_accessibility(page)
    dialog.get_by_role("button", name="Add person").click()
    expect(page.get_by_text("at least 10 characters")).to_be_visible()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Kofi Mensah")  # nothing is lost

    dialog.get_by_label("First password", exact=True).fill(PASSWORD)
    dialog.get_by_label("First password", exact=True).press("Enter")
    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("Kofi Mensah can sign in as kofi.")).to_be_visible()
    with new_window(browser, server) as theirs:
        sign_in(theirs, "kofi")


@pytest.mark.parametrize("size", [(1440, 900), (1100, 800)], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_screens_are_accessible(
    browser: Browser, server: Server, size: tuple[int, int], dark: bool
) -> None:
    with new_window(browser, server, size=size, dark=dark) as page:
        sign_in(page, "ada")
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        check_accessibility(page)
        screenshot(page, f"people-{size[0]}-{'dark' if dark else 'light'}")
        page.goto("/audit")
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_text("unchanged, complete and in order")).to_be_visible()
        settle(page)
        check_accessibility(page)
        screenshot(page, f"audit-{size[0]}-{'dark' if dark else 'light'}")


def test_selecting_a_person_offers_what_can_be_done(page: Page) -> None:
    sign_in(page, "ada")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    settle(page)
    table.click(position={"x": 16, "y": 34 + 17})
    expect(page.get_by_role("button", name="Reset password")).to_be_visible()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("dialog")).to_contain_text("cannot sign in any more")
    check_accessibility(page)
    screenshot(page, "people-confirm")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).not_to_be_visible()
