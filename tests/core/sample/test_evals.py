"""The sample's evals: enough cases that say something true, suites with versions, runs one can compare."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlmodel import Session, col, select

from core.database import Database
from core.errors import ConfigurationError, NotFound
from core.evals import (
    CaseContent,
    EvalCase,
    case_from_edit,
    case_from_label,
    case_from_resolved,
    compare_runs,
    expectation_problems,
    open_case,
    suite_cases,
    version_difference,
)
from core.evals.tables import EvalGrade, EvalResult, EvalRun, EvalSuite, EvalSuiteMember, EvalSuiteVersion
from core.identity import Actor, Person, actor_of
from core.sample.evals.answers import asked_in, read_answers
from core.sample.material import FOLDER, Material
from core.sample.written_cases import WrittenCase, read_written
from tests.core.sample.conftest import REFERENCE, Loaded


def _cases(loaded: Loaded) -> Sequence[EvalCase]:
    with loaded.database.reading() as session:
        return session.exec(select(EvalCase).order_by(col(EvalCase.id))).all()


def _actor(username: str, *, session: Session) -> Actor:
    return actor_of(session.exec(select(Person).where(Person.username == username)).one())


def _versions(database: Database, name: str) -> list[int]:
    with database.reading() as session:
        found = session.exec(
            select(EvalSuiteVersion)
            .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
            .where(EvalSuite.name == name)
            .order_by(col(EvalSuiteVersion.number))
        )
        return [version.key for version in found]


def test_there_are_cases_of_every_kind(loaded: Loaded) -> None:
    cases = _cases(loaded)
    assert 250 <= len(cases) <= 300
    assert loaded.report.cases == len([case for case in cases if case.source != "flag"])
    sources = Counter(case.source for case in cases)
    assert min(sources[name] for name in ("flag", "edit", "label", "resolved")) >= 10, sources
    assert sources["written"] >= 60
    assert min(Counter(case.locale for case in cases)[name] for name in ("en", "de", "es")) >= 25
    assert set(Counter(case.channel for case in cases)) == {"chat", "email", "embedded", "voice"}
    states = Counter(case.state for case in cases)
    assert states["accepted"] > 200, states
    assert min(states["candidate"], states["dismissed"]) >= 8, states
    assert len({case.theme for case in cases}) >= 15
    assert all(case.theme for case in cases)
    assert sum(case.critical for case in cases) >= 20


def test_cases_were_made_over_the_quarter_by_those_who_may(loaded: Loaded) -> None:
    cases = _cases(loaded)
    made = sorted(case.created_at for case in cases)
    assert made[-1] < REFERENCE
    assert (made[-1] - made[0]).days > 75
    with loaded.database.reading() as session:
        roles = dict(session.exec(select(Person.id, Person.role)).all())
    for case in cases:
        assert case.source == "flag" or roles[case.created_by_id] == "specialist", case.name
        assert (case.decided_at is not None) == (case.state != "candidate"), case.name
        assert case.decided_at is None or case.created_at <= case.decided_at < REFERENCE, case.name
        assert case.state != "dismissed" or case.decision_reason, case.name


def test_every_case_that_counts_expects_something_valid(loaded: Loaded) -> None:
    for case in _cases(loaded):
        assert not expectation_problems(case.expectations), (case.name, case.expectations)
        assert case.state != "accepted" or case.expectations, case.name


def test_what_written_cases_expect_stands_in_the_articles(material: Material) -> None:
    """A right answer can be given with them, and nothing forbidden stands in what must be cited."""
    articles = _articles()
    public = {name for name, (audience, _, _) in articles.items() if audience == "public"}
    for case in material.cases:
        cited = [
            each["article"].removeprefix("halyard/") for each in case.expectations if each["kind"] == "cites"
        ]
        assert set(cited) <= public, case.id
        assert all(articles[name][1] == case.locale for name in cited), case.id
        language = [name for name in public if articles[name][1] == case.locale]
        said = "\n".join(articles[name][2] for name in cited or language)
        for each in case.expectations:
            if each["kind"] == "contains":
                assert all(text.lower() in said.lower() for text in each["texts"]), (case.id, each)
            elif each["kind"] == "matches":
                assert re.search(each["pattern"], said), (case.id, each)
            elif each["kind"] == "not_contains" and cited:
                assert not any(text.lower() in said.lower() for text in each["texts"]), (case.id, each)


def test_written_cases_are_varied(material: Material) -> None:
    cases = material.cases
    assert len({case.name for case in cases}) == len(cases)
    tags = Counter(tag for case in cases for tag in case.tags)
    for tag in ("injection", "legal", "angry", "very short", "very long", "unicode", "internal knowledge",
                "other customers", "knowledge gap", "several resolutions", "promise", "action"):  # fmt: skip
        assert tags[tag], tag
    kinds = Counter(each["kind"] for case in cases for each in case.expectations)
    assert {"cites", "contains", "not_contains", "decision", "proposes", "proposes_nothing"} <= set(kinds)
    proposed = {each["action"] for case in cases for each in case.expectations if each["kind"] == "proposes"}
    assert proposed >= {"refund_invoice", "change_plan", "extend_trial", "resend_invoice", "rotate_api_key"}
    answers = {answer for c in material.criteria if c["name"] == "customer_intent" for answer in c["answers"]}
    assert {case.theme for case in cases} <= answers


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- {id: a, name: A", "cannot be read"),
        ("- {id: a, name: A}", "case a is broken"),
        ("- &a {id: a, name: A, theme: t, locale: en, channel: chat, at: 2026-09-01T00:00:00Z, by: lucia, "
         "customer: {}, said: [hi], expect: []}\n- *a", "two cases a"),
    ],
)  # fmt: skip
def test_broken_material_is_named(text: str, problem: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("cases")
    (folder / "some.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=problem):
        read_written(folder)


def test_suites_have_their_sizes_and_the_core_its_versions(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        suites = {suite.name: suite for suite in session.exec(select(EvalSuite))}
        members = Counter(session.exec(select(EvalSuiteMember.suite_id)).all())
        sizes = {name: members[suite.key] for name, suite in suites.items()}
        themes = [suite for suite in suites.values() if suite.kind == "theme"]
    assert 25 <= sizes["smoke"] <= 35
    assert 100 <= sizes["core"] <= 140
    assert 35 <= sizes["held-out"] <= 45
    assert len(themes) == 3
    assert all(sizes[suite.name] >= 15 for suite in themes)
    assert [name for name, suite in suites.items() if suite.held_out] == ["held-out"]
    versions = _versions(loaded.database, "core")
    assert len(versions) == 2
    with loaded.database.reading() as session:
        lucia = _actor("lucia", session=session)
        difference = version_difference(lucia, *versions, session=session)
    assert difference.added
    assert difference.removed
    assert len(difference.changed) == 3


def test_specialists_cannot_open_what_is_held_out(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        held_out = session.exec(
            select(EvalSuiteMember.case_id)
            .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteMember.suite_id))
            .where(EvalSuite.name == "held-out")
        ).first()
        assert held_out is not None
        lucia, ingrid = _actor("lucia", session=session), _actor("ingrid", session=session)
        assert open_case(ingrid, held_out, session=session)
        with pytest.raises(NotFound):
            open_case(lucia, held_out, session=session)


def test_the_fix_shows_in_the_runs_before_and_after_it(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        runs = session.exec(select(EvalRun).order_by(col(EvalRun.created_at))).all()
        core = [run for run in runs if run.suite_version_id == _versions(loaded.database, "core")[0]]
        assert len(runs) == 4
        assert {run.state for run in runs} == {"finished"}
        before, after = core
        assert before.build_id != after.build_id
        compared = compare_runs(_actor("lucia", session=session), before.key, after.key, session=session)
        told = compared.to_json()
    assert told["verdict"] == "better", told["verdict"]
    assert before.total >= 95


def test_results_of_runs_are_whole(loaded: Loaded) -> None:
    """Everything is graded, nothing failed to be, and a run says what the offline model cannot do."""
    with loaded.database.reading() as session:
        for run in session.exec(select(EvalRun)):
            results = session.exec(select(EvalResult).where(EvalResult.run_id == run.key)).all()
            assert len(results) == run.total
            assert all(each.state == "done" and not each.grading_errors for each in results), run.note
            shares = Counter(each.passed for each in results)
            assert None not in shares
            assert 0.5 < shares[True] / run.total < 0.98
            assert run.scores
            graded = session.exec(select(EvalGrade.result_id).where(EvalGrade.run_id == run.key)).all()
            assert set(graded) == {each.key for each in results}
            assert run.finished_at is not None
            assert all(each.finished_at <= run.finished_at for each in results if each.finished_at)


def test_recorded_answers_are_for_what_is_asked(loaded: Loaded) -> None:
    """Also where dates in the words have moved; nothing is recorded that nobody asks."""
    answers = read_answers()
    with loaded.database.reading() as session:
        contents = [
            content
            for name in ("smoke", "core")
            for version in _versions(loaded.database, name)
            for content in suite_cases(version, session=session)
        ]
    asked = {asked_in(content.input) for content in contents}
    recorded = {each.asked for each in answers.values()}
    assert asked <= recorded
    assert len(recorded - asked) <= len(recorded) / 10


def test_cases_are_as_the_public_functions_make_them(loaded: Loaded) -> None:
    """Repeating finds the same case: nothing of the input was made up for the sample."""
    makers = {"edit": ("reply", case_from_edit), "resolved": ("conversation", case_from_resolved),
              "label": ("judgement", case_from_label)}  # fmt: skip
    with loaded.database.transaction() as session:
        tomasz = _actor("tomasz", session=session)
        for source, (made_of, make) in makers.items():
            found = session.exec(
                select(EvalCase).where(
                    EvalCase.source == source,
                    col(EvalCase.id).not_in(select(EvalSuiteMember.case_id)),
                )
            ).all()
            for case in found[:2]:
                content = CaseContent.of_case(case)
                again = make(tomasz, case.provenance[made_of], session=session)
                assert again.key == case.key
                assert CaseContent.of_case(again) == content
        session.rollback()


def _articles() -> dict[str, tuple[str, str, str]]:
    """Audience, language and plain text by id."""
    found = {}
    for path in (FOLDER / "articles").rglob("*.md"):
        _, front, body = path.read_text(encoding="utf-8").split("---", 2)
        facts = dict(line.split(": ", 1) for line in front.strip().splitlines() if ": " in line)
        found[facts["id"]] = (facts["audience"], facts["locale"], re.sub(r"\*\*|`", "", body))
    return found


def test_a_revised_case_was_something_else_at_first(material: Material) -> None:
    revised = [case for case in material.cases if case.at_first]
    assert len(revised) == 3
    assert all(
        isinstance(case, WrittenCase) and case.at_first["expect"] != case.expectations for case in revised
    )
