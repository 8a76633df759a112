"""What a click costs the server: CPU of a rerun of the Assist page, and the memory of the process.

A real server with the sample company, a real browser that walks through the queue. The reference is a
Streamlit page with one button and one line of text, in a second server of the same kind, clicked as often.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.table import ms, print_table, ratio
from core.sample import PASSWORD
from core.settings import ROOT

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SETTLED = ".stApp[data-test-script-state='notRunning']"
HELLO = """
import streamlit as st
if "n" not in st.session_state:
    st.session_state.n = 0
def more():
    st.session_state.n += 1
st.button("more", on_click=more)
st.write(f"clicked {st.session_state.n} times")
"""


def main() -> int:
    """Print CPU milliseconds a rerun and resident memory, ours and the reference's."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clicks", type=int, default=40)
    clicks = parser.parse_args().clicks
    if not Path(CHROMIUM).exists():
        print(f"skipped: no Chromium at {CHROMIUM} (set CHROMIUM)")
        return 0
    with tempfile.TemporaryDirectory(prefix="ratchet-pages-") as folder, sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        home = Path(folder)
        environment = os.environ | {"RATCHET_HOME": str(home)}
        init = [sys.executable, "-m", "core", "init", "--sample", "--json"]
        subprocess.run(init, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        with _server("app.py", environment, home) as (url, process):
            ours = _measure(browser.new_page(), url, process, clicks, open_page=_assist, click=_next)
        hello = home / "hello.py"
        hello.write_text(HELLO)
        with _server(str(hello), environment, home) as (url, process):
            reference = _measure(browser.new_page(), url, process, clicks, open_page=_hello, click=_more)
        browser.close()
    print_table(
        f"{clicks} clicks through one browser",
        ["", "CPU ms a click", "to reference", "idle CPU ms a second", "memory MB"],
        [
            [name, ms(cpu), ratio(cpu, reference[0]), ms(idle), f"{memory / 1e6:.0f}"]
            for name, (cpu, idle, memory) in (("Assist", ours), ("one button", reference))
        ],
    )
    return 0


def _measure(
    page: Page,
    url: str,
    process: psutil.Process,
    clicks: int,
    *,
    open_page: Callable[[Page, str], None],
    click: Callable[[Page], None],
) -> tuple[float, float, int]:
    """CPU milliseconds a click, CPU milliseconds a second of an open idle page, resident bytes."""
    open_page(page, url)
    for _ in range(5):
        click(page)
    _wait_until_calm(page, process)
    before = _cpu(process)
    page.wait_for_timeout(10_000)
    idle = (_cpu(process) - before) / 10
    before, started = _cpu(process), time.monotonic()
    for _ in range(clicks):
        click(page)
    spent = _cpu(process) - before - idle * (time.monotonic() - started)
    return spent / clicks, idle, process.memory_info().rss


def _wait_until_calm(page: Page, process: psutil.Process) -> None:
    """Until drafts and vectors that were begun are done: three seconds below a tenth of a core."""
    for _ in range(60):
        before = _cpu(process)
        page.wait_for_timeout(3_000)
        if _cpu(process) - before < 300:
            return
    print("the server never came to rest: the figures include background work")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return (times.user + times.system) * 1000


def _assist(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Username").fill("maeve")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password", exact=True).press("Enter")
    page.get_by_role("option").first.wait_for(timeout=60_000)


def _next(page: Page) -> None:
    page.keyboard.press("j")
    page.wait_for_timeout(400)
    page.wait_for_selector(SETTLED)


def _hello(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="more").wait_for(timeout=60_000)


def _more(page: Page) -> None:
    page.get_by_role("button", name="more").click()
    page.wait_for_timeout(400)
    page.wait_for_selector(SETTLED)


@contextmanager
def _server(script: str, environment: dict[str, str], home: Path) -> Iterator[tuple[str, psutil.Process]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    with (home / "server.log").open("w") as log:
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and started.poll() is None:
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield f"http://localhost:{port}", psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(20)


if __name__ == "__main__":
    sys.exit(main())
