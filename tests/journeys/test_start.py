"""Starting the server: what it refuses, and that the very first request is guarded like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from core.database import Database
from core.identity import SYSTEM, add_person
from tests.journeys.conftest import PASSWORD, ROOT, SECRET, new_window, running_server, settle


def refuse_to_start(home: Path, **environment: str) -> str:
    """Start in production and return what was printed; fails if the server stays up."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RATCHET_")}
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0"],
        cwd=ROOT,
        env=clean | {"RATCHET_HOME": str(home), "RATCHET_ENVIRONMENT": "production"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    return done.stdout + done.stderr


def test_production_does_not_start_without_a_secret(tmp_path: Path) -> None:
    assert "RATCHET_SECRET is missing" in refuse_to_start(tmp_path)


def test_production_does_not_start_with_sample_people(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with database.transaction() as session:
        add_person(
            SYSTEM, session=session, username="demo", name="Demo", password=PASSWORD, role="rep", sample=True
        )
    printed = refuse_to_start(tmp_path, RATCHET_SECRET=SECRET, RATCHET_DATABASE_URL=database_url)
    assert "sample people can sign in (demo)" in printed


def test_the_first_request_after_a_start_is_guarded(browser: Browser, tmp_path: Path) -> None:
    """Before any session has registered pages, Streamlit offers whatever files stand beside the script."""
    with running_server(tmp_path) as server, new_window(browser, server) as page:
        page.goto("/people")
        settle(page)
        expect(page.get_by_label("Username")).to_be_visible()
        expect(page.get_by_text("Add person")).not_to_be_visible()
