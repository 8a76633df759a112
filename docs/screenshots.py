"""Take the pictures in ``docs/``: ``make screenshots``. Starts its own server with the sample company."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from core.sample import PASSWORD

DOCS = Path(__file__).resolve().parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
REP = "maeve"


def main() -> int:
    """Sign-in and Assist, light and dark, at 1440x900."""
    with tempfile.TemporaryDirectory(prefix="ratchet-pictures-") as home, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        with _server(Path(home)) as url:
            for theme in ("light", "dark"):
                _pictures(browser, url, theme)
        browser.close()
    return 0


def _pictures(browser: Browser, url: str, theme: str) -> None:
    scheme = "dark" if theme == "dark" else "light"
    page = browser.new_page(
        viewport={"width": 1440, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page.goto(url)
    page.get_by_label("Username").wait_for()
    _save(page, f"sign-in-{theme}")
    page.get_by_label("Username").fill(REP)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password", exact=True).press("Enter")
    page.get_by_role("option").first.wait_for(timeout=60_000)
    for _ in range(12):  # the first conversation of the queue whose draft is an answer with citations
        if page.locator(".st-key-draft_card sup.cite").count():
            break
        page.wait_for_timeout(2500)
        if not page.locator(".st-key-draft_card sup.cite").count():
            page.keyboard.press("j")
            page.wait_for_timeout(2500)
    _save(page, f"assist-{theme}")
    page.close()


def _save(page: Page, name: str) -> None:
    page.wait_for_selector(".stApp[data-test-script-state='notRunning']")
    page.wait_for_timeout(1000)  # fonts and the last fade
    page.screenshot(path=DOCS / f"{name}.png")
    print(f"docs/{name}.png")


@contextmanager
def _server(home: Path) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = os.environ | {"RATCHET_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "core", "init", "--sample"], env=environment, check=True)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    started = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=2).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        started.terminate()
        started.wait(20)


if __name__ == "__main__":
    sys.exit(main())
