"""Signing in and out, as a person with a browser and as one who copied somebody's cookie."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from core import identity
from core.identity import SYSTEM, Person, Role
from tests.journeys.conftest import (
    PASSWORD,
    Server,
    check_accessibility,
    fill_sign_in,
    new_window,
    screenshot,
    settle,
    sign_in,
)


def add(server: Server, username: str, role: Role = Role.ADMIN) -> int:
    """A person of this test's own, so that locks and sign-outs disturb nobody else."""
    with server.database.transaction() as session:
        return identity.add_person(
            SYSTEM,
            session=session,
            username=username,
            name=username.capitalize(),
            password=PASSWORD,
            role=role,
        ).key


def session_cookie(page: Page) -> dict[str, object]:
    return next(dict(cookie) for cookie in page.context.cookies() if cookie.get("name") == "ratchet")


def test_signing_in_staying_and_leaving(page: Page) -> None:
    sign_in(page, "ada")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    cookie = session_cookie(page)
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Lax"
    assert "ratchet" not in page.evaluate("document.cookie").replace("_streamlit", "")

    page.reload()
    expect(page.get_by_role("heading", name="People")).to_be_visible()

    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label("Username")).to_be_visible()
    assert not [cookie for cookie in page.context.cookies() if cookie.get("name") == "ratchet"]


def test_a_second_tab_is_signed_in_and_loses_it_with_the_first(page: Page) -> None:
    sign_in(page, "ada")
    second = page.context.new_page()
    second.goto("/audit")
    expect(second.get_by_role("heading", name="Audit")).to_be_visible()
    settle(second)

    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label("Username")).to_be_visible()

    second.get_by_role("button", name="Verify").click()
    expect(second.get_by_label("Username")).to_be_visible()
    expect(second.get_by_text("Your last session has ended")).to_be_visible()
    expect(second.get_by_role("heading", name="Audit")).not_to_be_visible()

    fill_sign_in(second, "ada", PASSWORD)
    expect(second.get_by_role("heading", name="Audit")).to_be_visible()


def test_a_copied_cookie_is_useless_after_signing_out(page: Page, browser: Browser, server: Server) -> None:
    sign_in(page, "ada")
    copied = session_cookie(page)
    with new_window(browser, server) as thief:
        thief.context.add_cookies([{"name": "ratchet", "value": str(copied["value"]), "url": server.url}])
        thief.goto("/")
        expect(thief.get_by_role("heading", name="People")).to_be_visible()  # while it lasts

        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_label("Username")).to_be_visible()

        thief.reload()
        expect(thief.get_by_label("Username")).to_be_visible()
        expect(thief.get_by_role("heading", name="People")).not_to_be_visible()


def attempts(server: Server, username: str) -> int:
    with server.database.reading() as session:
        return session.exec(select(Person.failed_attempts).where(Person.username == username)).one()


def test_a_wrong_password_keeps_the_username_and_five_lock(page: Page, server: Server) -> None:
    add(server, "lena")
    page.goto("/")
    for attempt in range(1, 6):
        fill_sign_in(page, "lena", "not the password")
        for _ in range(200):  # the message of the attempt before looks the same: wait until this one counts
            if attempts(server, "lena") == attempt:
                break
            page.wait_for_timeout(100)
        expect(page.get_by_text("That username and password do not match.")).to_be_visible()
        settle(page)
        expect(page.get_by_label("Username")).to_have_value("lena")
    fill_sign_in(page, "lena", PASSWORD)
    expect(page.get_by_text("locked for 15 minutes")).to_be_visible()
    check_accessibility(page)
    screenshot(page, "sign-in-locked")


def test_an_empty_form_says_what_is_missing(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Enter your username and your password.")).to_be_visible()


def test_an_admin_ends_somebodys_session(browser: Browser, server: Server) -> None:
    person = add(server, "omar")
    with new_window(browser, server) as theirs:
        sign_in(theirs, "omar", address="/audit")
        with server.database.transaction() as session:
            identity.sign_out_everywhere(SYSTEM, person, session=session)
        theirs.get_by_role("button", name="Verify").click()
        expect(theirs.get_by_label("Username")).to_be_visible()


def test_a_role_taken_away_counts_from_the_next_click(page: Page, server: Server) -> None:
    person = add(server, "nina")
    sign_in(page, "nina", address="/people")
    with server.database.transaction() as session:
        identity.change_role(SYSTEM, person, session=session, role=Role.MANAGER)
    page.get_by_role("button", name="Add person").click()
    settle(page)
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.goto("/people")
    expect(page.get_by_text("This page is not part of your role")).to_be_visible()


@pytest.mark.parametrize("address", ["/people", "/audit"])
def test_a_deep_link_survives_signing_in(page: Page, address: str) -> None:
    sign_in(page, "ada", address=address)
    expect(page.get_by_role("heading", name=address.strip("/").capitalize())).to_be_visible()
    expect(page.get_by_text("Page not found")).not_to_be_visible()


def test_a_page_of_another_role_is_refused_politely(page: Page) -> None:
    sign_in(page, "rosa", address="/people")
    expect(page.get_by_text("This page is not part of your role")).to_be_visible()
    expect(page.get_by_role("link", name="People")).not_to_be_visible()
    check_accessibility(page)


@pytest.mark.parametrize(
    "address",
    ["/", "/people", "/audit", "/assist", "/home", "/router", "/process", "/admin"],
)
def test_nothing_is_shown_without_signing_in(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    expect(page.get_by_label("Username")).to_be_visible()
    for text in ("Add person", "Verify", "Ada Moreau"):
        expect(page.get_by_text(text)).not_to_be_visible()


def post(server: Server, path: str, body: bytes, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"{server.url}{path}", data=body, method="POST")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers.get("Set-Cookie", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Set-Cookie", "")


def ticket_for(server: Server, username: str) -> bytes:
    ticket = identity.sign_in(username, PASSWORD, database=server.database).ticket
    return json.dumps({"ticket": ticket}).encode()


def test_the_session_route_answers_only_our_own_page(server: Server) -> None:
    body = ticket_for(server, "mia")
    assert post(server, "/auth/session", body)[0] == 403
    assert post(server, "/auth/session", body, Origin="https://evil.example")[0] == 403
    assert post(server, "/auth/session", body, Origin="null")[0] == 403
    crossed = post(server, "/auth/session", body, Origin=server.url, Sec_Fetch_Site="cross-site")
    assert crossed[0] == 403
    status, cookie = post(server, "/auth/session", body, Origin=server.url)
    assert status == 204
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert post(server, "/auth/session", body, Origin=server.url) == (400, "")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff\xfe", b'{"ticket": 5}', b'{"ticket": "x"}', b"x" * 10_000]
)
def test_the_session_route_refuses_nonsense(server: Server, body: bytes) -> None:
    assert post(server, "/auth/session", body, Origin=server.url) == (400, "")


def test_signing_out_from_another_site_does_nothing(server: Server) -> None:
    status, cookie = post(server, "/auth/session", ticket_for(server, "mia"), Origin=server.url)
    assert status == 204
    token = cookie.partition(";")[0].partition("=")[2]
    sent = {"Cookie": f"ratchet={token}"}
    assert post(server, "/auth/sign-out", b"", Origin="https://evil.example", **sent)[0] == 403
    with server.database.reading() as session:
        assert identity.resolve(token, session=session)
    assert post(server, "/auth/sign-out", b"", Origin=server.url, **sent)[0] == 204
    with server.database.reading() as session:
        assert identity.resolve(token, session=session) is None


def test_the_server_says_it_is_well(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/healthz", timeout=10) as answer:
        assert json.load(answer) == {"status": "ok", "database": "sqlite"}
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_sign_in_screen_is_accessible(browser: Browser, server: Server, dark: bool) -> None:
    with new_window(browser, server, dark=dark) as page:
        page.goto("/")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        settle(page)
        check_accessibility(page)
        screenshot(page, f"sign-in-{'dark' if dark else 'light'}")
