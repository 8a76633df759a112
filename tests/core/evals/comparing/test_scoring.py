"""The scores of one run."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from core.database import Database
from core.errors import NotFound, PermissionDenied
from core.evals import score_run, summarize
from core.evals.tables import EvalResult
from core.identity import Actor
from core.statistics import clustered_rate
from tests.core.evals.comparing.making import Made, Said, make_run, make_suite


def test_rates_by_criterion_tag_theme_and_the_rest(database: Database, sam: Actor) -> None:
    cases = [
        Made(
            conversation=at // 2,
            tags=("vip",) if at < 4 else (),
            theme="sso" if at % 2 else "billing",
            critical=at == 0,
        )
        for at in range(10)
    ]
    version = make_suite(database, cases)
    said = {
        each.version_id: [Said(at < 7, grades={"tone": at < 7, "cites": at != 3})]
        for at, each in enumerate(cases)
    }
    run = make_run(database, version, said, advisory=["tone"])
    with database.reading() as session:
        found = score_run(sam, run, session=session)
    expected = clustered_rate([at < 7 for at in range(10)], [at // 2 for at in range(10)])
    assert (found.passed.estimate, found.passed.n, found.cases) == (0.7, 10, 10)
    assert (found.passed.low, found.passed.high) == pytest.approx((expected.low, expected.high))
    assert {each.name: each.rate.estimate for each in found.of("criterion")} == {"tone": 0.7, "cites": 0.9}
    assert {each.name: each.advisory for each in found.of("criterion")} == {"tone": 1.0, "cites": 0.0}
    assert found.advisory == ("tone",)
    assert [(each.name, each.cases) for each in found.of("tag")] == [("vip", 4)]
    assert [each.name for each in found.of("theme")] == ["billing", "sso"]
    assert [(each.name, each.rate.n) for each in found.of("critical")] == [("critical", 1)]


def test_repeats_errors_and_copies(database: Database, sam: Actor) -> None:
    cases = [Made(weight=3), Made(), Made()]
    version = make_suite(database, cases)
    run = make_run(
        database,
        version,
        {
            cases[0].version_id: [Said(True), Said(True), Said(True)],
            cases[1].version_id: [Said(True), Said(False), Said(None, grades={"tone": None})],
            cases[2].version_id: [Said(state="error", error_kind="provider"), Said(False), Said(False)],
        },
    )
    with database.transaction() as session:
        first, second = session.exec(select(EvalResult).where(EvalResult.run_id == run).limit(2)).all()
        second.cached_from_id, second.cost = first.key, 0.0
        session.add(second)
    with database.reading() as session:
        found = score_run(sam, run, session=session)
        short = summarize(run, session=session)
    # a case weighs as much as it should, whatever of it could be graded
    assert found.passed.estimate == pytest.approx((3 * 1 + 0.5 + 0) / 5)
    assert found.powers[2].estimate == pytest.approx((3 * 1 + 0 + 0) / 5)
    assert found.powers[3].estimate == 1.0
    assert found.powers[3].n == 1
    assert (found.errors, found.error_kinds) == (2, {"grading": 1, "provider": 1})
    assert found.error_share == pytest.approx(2 / 9)
    assert found.cost == pytest.approx(0.01)  # the copied answer counts with what it cost when it was made
    assert found.spent == pytest.approx(0.07)
    assert (found.p50, found.p95, found.tokens) == (1000.0, 1000.0, 1000.0)
    assert json.loads(json.dumps(short))["powers"]["2"]["estimate"] == pytest.approx(0.6)


def test_a_run_that_has_only_begun(database: Database, sam: Actor) -> None:
    cases = [Made(), Made()]
    version = make_suite(database, cases)
    waiting = make_run(
        database, version, {each.version_id: [Said(state="waiting")] for each in cases}, state="running"
    )
    empty = make_run(database, version, {})
    with database.reading() as session:
        found = score_run(sam, waiting, session=session)
        assert (found.waiting, found.passed.n, found.cost, found.p50, found.powers) == (2, 0, None, None, {})
        assert score_run(sam, empty, session=session).groups == ()
        with pytest.raises(NotFound):
            summarize(404, session=session)


def test_a_rep_sees_no_scores(database: Database, rosa: Actor) -> None:
    with database.reading() as session, pytest.raises(PermissionDenied):
        score_run(rosa, 1, session=session)
