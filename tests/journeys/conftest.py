"""A real server and a real browser for the journeys.

``server`` is one server for the whole run, with people of every role; ``page`` is a fresh browser
context; ``let_in(page, username, server)`` signs somebody in, ``sign_in(page, username)`` walks through
the screen for it. ``screenshot(page, name)`` saves what is on the screen; ``check_accessibility(page)``
runs axe.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from zlib import crc32

import pytest

from core import identity
from core.database import Database, migrate
from core.identity import SYSTEM, Role, add_person
from core.settings import get_settings

pytest.importorskip("playwright")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or which("chromium") or which("google-chrome") or "chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOST_TOLD = 1500  # characters of a screen
SECRET = "journeys-" + "0" * 32
PASSWORD = "a calm long password"
PEOPLE = {
    "rosa": ("Rosa Lindqvist", Role.REP),
    "sam": ("Sam Okafor", Role.SPECIALIST),
    "mia": ("Mia Brandt", Role.MANAGER),
    "ada": ("Ada Moreau", Role.ADMIN),
}
START_SECONDS = 60
MOST_WAIT = 45_000  # ms: a loaded machine is slow, not wrong
expect.set_options(timeout=MOST_WAIT)

# Streamlit's navigation puts its section headers into the list of links; that list is not ours to mend.
_FLATTEN_NAVIGATION = """() => document
  .querySelectorAll('[data-testid="stSidebarNavItems"], [data-testid="stSidebarNavItems"] li')
  .forEach((node) => node.setAttribute("role", "none"))"""
# A colour on its way to another one is neither; the end of one transition may start the next. What has ended
# may stay in the list, and what pauses never ends.
_WAIT_FOR_TRANSITIONS = """async () => {
  const enough = performance.now() + 5000
  for (let calm = 0; calm < 3 && performance.now() < enough; calm++) {
    await new Promise((drawn) => requestAnimationFrame(drawn))
    const moving = document.getAnimations().some((each) =>
      each.playState === "running" && Number.isFinite(each.effect?.getComputedTiming().endTime))
    if (moving) calm = 0
  }
}"""
SETTLED = ".stApp[data-test-script-state='notRunning']"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, and is skipped with a reason where there is none."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(300))
            # a file at a time in each of two workers: a browser waits for its server half of the time, and
            # more than two starve each other on two cores
            side = crc32(item.path.name.encode()) % 2
            item.add_marker(pytest.mark.xdist_group(f"browser {side}"))
            if not Path(CHROMIUM).exists() and not os.environ.get("RATCHET_TEST_REQUIRE_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="no Chromium found: install it, or set CHROMIUM"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say what was on the screen when a journey failed: the machine that ran it is gone by then."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and isinstance(page, Page):
        report.sections.append(("screen", _on_screen(page)))
    return report


def _on_screen(page: Page) -> str:
    try:
        text = re.sub(r"\s*\n\s*", " | ", page.locator("body").inner_text(timeout=2000))
        return f"{page.url}: {text[:MOST_TOLD]}"
    except Exception as error:  # what went wrong before is what matters
        return f"could not be read: {error}"


@dataclass
class Server:
    """A running Ratchet: ``url`` to open, ``database`` to look behind the screen, ``home`` for its files."""

    url: str
    database: Database
    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self.home / "server.log"

    def start(self) -> None:
        """Start the process and wait until it says it is well.

        Raises:
            RuntimeError: it ended or did not answer; the message holds its last output.
        """
        port = self.url.rpartition(":")[2]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", port],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)  # polls the condition; the deadline is above
        self.stop()
        raise RuntimeError("the server did not start:\n" + self.log.read_text()[-4000:])

    def stop(self) -> None:
        """Ask the process to end, and make sure."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def running_server(
    home: Path,
    *,
    prepare: Callable[[Database, Path], None] | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[Server]:
    """A server of one's own on a free port, with ``PEOPLE``; ``prepare`` fills its database first."""
    url = f"sqlite:///{home / 'ratchet.sqlite'}"
    database = Database(url)
    migrate(database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RATCHET_SECRET", SECRET)  # both sides write audit entries
        patch.setenv("RATCHET_HOME", str(home))
        get_settings.cache_clear()
        add_people(database)
        if prepare is not None:
            prepare(database, home)
    get_settings.cache_clear()
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("RATCHET_", "OPENAI_"))
    }
    server = Server(
        url=f"http://localhost:{_free_port()}",
        database=database,
        home=home,
        environment=clean
        | {"RATCHET_HOME": str(home), "RATCHET_SECRET": SECRET, "PYTHONUNBUFFERED": "1"}
        | {"RATCHET_UNDO_SEND_SECONDS": "10"}  # a loaded machine needs its time to press Undo
        | (environment or {}),
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()
        database.dispose()


def add_people(database: Database) -> None:
    """One person of each role, all with :data:`PASSWORD`."""
    with database.transaction() as session:
        for username, (name, role) in PEOPLE.items():
            add_person(
                SYSTEM,
                session=session,
                username=username,
                name=name,
                password=PASSWORD,
                role=role,
                time_zone="Europe/Berlin",
            )


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all journeys of a run. Tests share its data: make your own subjects."""
    with running_server(tmp_path_factory.mktemp("ratchet")) as started:
        yield started


@pytest.fixture(autouse=True)
def _server_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test writes through ``server.database`` is signed like what the server writes."""
    monkeypatch.setenv("RATCHET_SECRET", SECRET)


# For this folder, not for the session: an open driver keeps an event loop running in its thread, and a later
# test of the same worker that starts one of its own would fail.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS, headless=True)
    yield started
    started.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A browser window of its own (no shared cookies), 1440x900, on ``server``."""
    with new_window(browser, server) as opened:
        yield opened


@contextmanager
def new_window(
    browser: Browser, server: Server, *, size: tuple[int, int] = (1440, 900), dark: bool = False
) -> Iterator[Page]:
    """A separate browser context: another person, another machine. Relative addresses work."""
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(MOST_WAIT)
    page = context.new_page()
    try:
        yield page
    except BaseException as error:
        error.add_note(_on_screen(page))
        raise
    finally:
        context.close()


def settle(page: Page) -> None:
    """Wait until the script is done and nothing is stale."""
    page.wait_for_selector(SETTLED)


def let_in(page: Page, username: str, server: Server) -> Page:
    """Sign in without the screen, by the cookie it would set: for journeys about something else."""
    ticket = identity.sign_in(username, PASSWORD, database=server.database).ticket
    with server.database.transaction() as session:
        token = identity.exchange_ticket(ticket, session=session)
    page.context.add_cookies([{"name": "ratchet", "value": token, "url": server.url}])
    return page


def sign_in(page: Page, username: str, *, password: str = PASSWORD, address: str = "/") -> None:
    """Open ``address`` and walk through the sign-in screen; returns when the page behind it is drawn."""
    page.goto(address)
    fill_sign_in(page, username, password)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    settle(page)


def fill_sign_in(page: Page, username: str, password: str) -> None:
    """Type into the form and press Enter."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password", exact=True).press("Enter")


def screenshot(page: Page, name: str) -> Path:
    """Save the screen to ``RATCHET_TEST_SCREENSHOTS`` (if set) or the temporary folder; returns the file."""
    folder = Path(os.environ.get("RATCHET_TEST_SCREENSHOTS", ROOT / "data" / "local" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
    page.screenshot(path=path)
    return path


def check_accessibility(page: Page, *, but: tuple[str, ...] = ()) -> None:
    """Fail on what axe calls serious or critical. ``but`` names rules to leave out; say why at the call."""
    settle(page)
    # a new browser fetches what applies our styles last: for a moment the page is drawn without them
    page.wait_for_selector(".stHtml style", state="attached")
    page.evaluate(_FLATTEN_NAVIGATION)
    page.evaluate(_WAIT_FOR_TRANSITIONS)
    found = Axe().run(page).response["violations"]
    bad = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n"
        + "\n".join(f"    {node['html'][:200]}\n      {node['failureSummary']}" for node in rule["nodes"][:4])
        for rule in found
        if rule["impact"] in {"serious", "critical"} and rule["id"] not in but
    ]
    assert not bad, "\n".join(bad)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
