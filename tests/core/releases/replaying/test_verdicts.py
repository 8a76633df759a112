"""A replay's verdict names no runs, and says what to do where there is none."""

from __future__ import annotations

import pytest

from core.database import Database
from core.evals import RunComparison, compare_runs
from core.identity import SYSTEM
from core.releases.replaying.verdicts import verdict_words
from tests.core.evals.comparing.making import Made, Said, make_run, make_suite


def _compared(database: Database, before: list[Said], after: list[Said]) -> RunComparison:
    cases = [Made() for _ in before]
    version = make_suite(database, cases)
    runs = [
        make_run(database, version, {each.version_id: [one] for each, one in zip(cases, said, strict=True)})
        for said in (before, after)
    ]
    with database.reading() as session:
        return compare_runs(SYSTEM, runs[0], runs[1], session=session)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (1, "No verdict: 1 answer (10.0 %) could not be given or graded with the changes, "),
        (10, "No verdict: 10 answers (100.0 %) could not be given or graded with the changes, "),
    ],
)
def test_errors_are_said_without_runs(database: Database, broken: int, said: str) -> None:
    failed = Said(None, grades={"polite": None})
    found = _compared(database, [Said()] * 10, [failed] * broken + [Said()] * (10 - broken))
    words = verdict_words(found)
    assert words.startswith(said)
    assert words.endswith("Replay again: only what is missing is asked once more.")
    assert f"{broken} result{'s' if broken > 1 else ''} of run {found.after.run_id} " in found.verdict.words
    found = _compared(database, [failed, *[Said()] * 9], [Said()] * 10)
    assert "1 answer (10.0 %) could not be given or graded by what is live now" in verdict_words(found)


def test_a_verdict_stays_as_it_is(database: Database) -> None:
    found = _compared(database, [Said(False)] * 12, [Said()] * 12)
    assert verdict_words(found) == found.verdict.words
    assert found.verdict.word == "better"
