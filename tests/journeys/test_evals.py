"""Evals in the browser, with the sample company: from a candidate to a run, and to what it changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from core.database import Database
from core.evals.tables import EvalCase, EvalRun, EvalSuite, EvalSuiteMember, EvalSuiteVersion
from core.sample import load_sample
from core.settings import get_settings
from tests.journeys.conftest import (
    Server,
    check_accessibility,
    let_in,
    new_window,
    running_server,
    settle,
)

_RUN = 150_000  # ms: the smoke suite on a loaded machine, with the embedder that the first answer loads
_TABS = ("Scores", "Runs", "Compare", "Cases", "Suites", "Judges")
_FORBIDDEN = "we guarantee"
_WORDS = 40  # characters of a name that are searched for


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, with the sample company and nothing else."""

    def fill(database: Database, _home: Path) -> None:
        load_sample(database, get_settings())

    with running_server(tmp_path_factory.mktemp("evals"), prepare=fill) as started:
        yield started


def _candidate(server: Server) -> EvalCase:
    """A case of an edited draft that nobody has looked at yet, with a name of its own: on some days there are
    two of one name."""
    with server.database.reading() as session:
        names = session.exec(select(col(EvalCase.name))).all()
        waiting = select(EvalCase).where(EvalCase.state == "candidate", EvalCase.source == "edit")
        for found in session.exec(waiting.order_by(col(EvalCase.id).desc())):
            if sum(found.name[:_WORDS] in name for name in names) == 1:
                return found
    raise AssertionError("the sample has no candidate with a name of its own")


def _runs(server: Server) -> list[EvalRun]:
    """Of the smoke suite, oldest first."""
    with server.database.reading() as session:
        return list(
            session.exec(
                select(EvalRun)
                .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
                .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
                .where(EvalSuite.name == "smoke")
                .order_by(col(EvalRun.id))
            )
        )


def _open(page: Page, tab: str, address: str = "") -> None:
    page.goto(f"/evals?tab={tab}{address}")
    expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
    settle(page)


def test_from_a_candidate_to_what_a_run_changed(browser: Browser, sample: Server) -> None:
    case = _candidate(sample)
    first, *_ = _runs(sample)
    with new_window(browser, sample) as page:
        let_in(page, "sam", sample)
        _open(page, "Scores")
        expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()

        _open(page, "Cases", f"&case={case.key}")
        panel = page.locator(f".st-key-case_panel_{case.key}")
        panel.get_by_role("button", name="Edit").click()
        panel.get_by_role("combobox", name="Add an expectation").click()
        page.get_by_role("option", name="Does not say", exact=True).click()
        panel.get_by_role("textbox", name="Words it does not say").fill(_FORBIDDEN)
        panel.get_by_role("button", name="Add", exact=True).click()
        expect(panel.get_by_text(f"Does not say “{_FORBIDDEN}”")).to_be_visible()
        panel.get_by_role("button", name="Save").click()
        panel.get_by_role("button", name="Accept").click()
        expect(panel.get_by_role("button", name="Take the decision back")).to_be_visible()
        expect(panel.get_by_text(f"Does not say “{_FORBIDDEN}”")).to_be_visible()

        _open(page, "Suites", "&suite=smoke")
        page.get_by_role("radio", name="Add cases").click()
        page.get_by_label("Words of the name or the customer").fill(case.name[:_WORDS])
        page.get_by_label("Words of the name or the customer").press("Enter")
        page.get_by_role("button", name="Add this case").click()
        expect(page.get_by_text("One case was added to “Smoke test”.")).to_be_visible()

        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("combobox", name="Suite")).to_have_value(re.compile("^Smoke test"))
        page.get_by_role("button", name="Start run").click()
        expect(page.get_by_text("The run goes on in the background")).to_be_visible()
        expect(page.get_by_text("Finished", exact=True).first).to_be_visible(timeout=_RUN)
        made = _runs(sample)[-1]
        assert made.state == "finished"

        page.get_by_role("button", name="Compare with the run before").click()
        expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
        _open(page, "Compare", f"&before={first.key}&after={made.key}")
        expect(page.get_by_text("How long Sloop keeps daily backups").first).to_be_visible()

    with sample.database.reading() as session:
        member = session.exec(select(EvalSuiteMember).where(EvalSuiteMember.case_id == case.key)).all()
        stored = session.get_one(EvalCase, case.key)
    assert len(member) == 1
    assert (stored.state, stored.expectations[-1]) == (
        "accepted",
        {"kind": "not_contains", "texts": [_FORBIDDEN]},
    )


@pytest.mark.parametrize("dark", [False, True])
def test_every_tab_is_accessible(browser: Browser, sample: Server, dark: bool) -> None:
    with new_window(browser, sample, dark=dark) as page:
        let_in(page, "sam", sample)
        for tab in _TABS:
            _open(page, tab)
            expect(page.locator(f".st-key-evals_{tab.lower()}")).to_be_visible()
            check_accessibility(page)
