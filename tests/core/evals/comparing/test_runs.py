"""Two runs against each other: pairs, verdict, flips, cautions, and what stays hidden."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.evals import FlipFilter, choose_flips, compare_runs, latest_run, read_flips
from core.evals.tables import EvalSuiteVersion
from core.identity import Actor
from tests.core.evals.comparing.making import Made, Said, change, make_run, make_suite
from tests.statements import statements_of


def outcomes(
    database: Database,
    first: Sequence[bool],
    second: Sequence[bool],
    cases: Sequence[Made] = (),
    **rest: object,
) -> tuple[int, int, list[Made]]:
    """Two runs with one answer a case."""
    made = list(cases) or [Made(name=f"Case {at}") for at in range(len(first))]
    version = make_suite(database, made)
    ids = [
        make_run(
            database,
            version,
            {
                each.version_id: [Said(passed, grades={"cites": passed})]
                for each, passed in zip(made, side, strict=True)
            },
            **rest,  # type: ignore[arg-type]
        )
        for side in (first, second)
    ]
    return ids[0], ids[1], made


def sides(n: int, better: int, worse: int) -> tuple[list[bool], list[bool]]:
    first = [False] * better + [True] * (n - better)
    second = [True] * better + [False] * worse + [True] * (n - better - worse)
    return first, second


def test_better_with_the_figures_of_statsmodels(database: Database, sam: Actor) -> None:
    before, after, _ = outcomes(database, *sides(60, 14, 2))
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    assert (found.verdict.word, found.verdict.needed) == ("better", 0)
    assert (found.whole.n, found.whole.up, found.whole.down) == (60, 14, 2)
    assert found.whole.difference == pytest.approx(0.2)
    assert found.whole.p_value == pytest.approx(mcnemar([[44, 2], [14, 0]], exact=True).pvalue)
    assert found.verdict.words.startswith("Better: +20.0 points (+")
    assert "Of 60 cases, 14 got better and 2 worse" in found.verdict.words


def test_worse_the_other_way_round(database: Database, sam: Actor) -> None:
    before, after, _ = outcomes(database, *sides(60, 2, 14))
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    assert found.verdict.word == "worse"
    assert "−20.0 points" in found.verdict.words


def test_too_few_says_how_many_more(database: Database, sam: Actor) -> None:
    before, after, _ = outcomes(database, *sides(40, 4, 1))
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    assert found.verdict.word == "unclear"
    assert found.verdict.needed > 40
    assert f"about {found.verdict.needed:,} more would show whether that is chance" in found.verdict.words
    with database.reading() as session:
        same = compare_runs(sam, before, after, session=session, smallest=0.5)
    assert "No difference worth speaking of" in same.verdict.words


def test_cases_of_one_conversation_are_one_piece_of_evidence(database: Database, sam: Actor) -> None:
    cases = [Made(conversation=1 if at < 30 else at) for at in range(60)]
    before, after, _ = outcomes(database, *sides(60, 14, 2), cases=cases)
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    assert found.verdict.word == "unclear"
    assert "of 31 conversations" in found.verdict.words


def test_repeats_count_as_one_case_and_pass_power_is_apart(database: Database, sam: Actor) -> None:
    cases = [Made() for _ in range(12)]
    version = make_suite(database, cases)
    some = [Said(True), Said(True), Said(False)]
    before = make_run(database, version, {each.version_id: some for each in cases})
    after = make_run(database, version, {each.version_id: [Said(True)] * 3 for each in cases})
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    assert (found.whole.n, found.whole.up) == (12, 12)
    assert (found.whole.before, found.whole.after) == pytest.approx((2 / 3, 1))
    assert found.whole.p_value == pytest.approx(2 / 2**12)
    assert found.power is not None
    assert (found.k, found.power.before, found.power.after) == (3, 0.0, 1.0)
    assert [(flip.before, flip.after) for flip in found.flips] == [((2, 3), (3, 3))] * 12


def test_weights_count(database: Database, sam: Actor) -> None:
    cases = [Made(weight=3.0), Made(weight=1.0)]
    before, after, _ = outcomes(database, [True, False], [False, True], cases=cases)
    with database.reading() as session:
        assert compare_runs(sam, before, after, session=session).whole.difference == pytest.approx(-0.5)


def test_only_equal_cases_are_compared_and_the_rest_is_told(database: Database, sam: Actor) -> None:
    cases = [Made(name=f"Case {at}") for at in range(6)]
    older = make_suite(database, cases)
    newer = [change(database, cases[0], theme="other"), *cases[1:5], Made(name="New")]
    later = make_suite(database, newer)
    before = make_run(
        database,
        older,
        {each.version_id: [Said(state="waiting" if each is cases[2] else "done")] for each in cases},
        state="stopped",
    )
    after = make_run(
        database,
        later,
        {
            each.version_id: [Said(state="error", error_kind="provider") if each is cases[1] else Said()]
            for each in newer
        },
        plan={"most_errors": 0.5},
    )
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    left = found.left_out
    assert (left.changed, left.only_before, left.only_after, left.errors, left.waiting) == (1, 1, 1, 1, 1)
    assert found.whole.n == 2
    words = " ".join(found.cautions)
    assert "1 changed between the runs, 1 only in the earlier run" in words
    assert f"Run {before} stopped before its end." in words


def test_many_errors_mean_no_verdict(database: Database, sam: Actor) -> None:
    cases = [Made() for _ in range(40)]
    version = make_suite(database, cases)
    fine = make_run(database, version, {each.version_id: [Said(False)] for each in cases})
    broken = {
        each.version_id: [Said(None, grades={"polite": None}) if at < 2 else Said()]
        for at, each in enumerate(cases)
    }
    after = make_run(database, version, broken)
    with database.reading() as session:
        found = compare_runs(sam, fine, after, session=session)
    assert found.verdict.word == "no verdict"
    assert "2 results of run" in found.verdict.words
    assert "(5.0 %)" in found.verdict.words
    assert found.left_out.errors == 2
    assert found.whole.n == 38  # the figures are there, only the verdict is not


def test_no_verdict_while_a_run_goes_on_or_nothing_is_common(database: Database, sam: Actor) -> None:
    before, after, cases = outcomes(database, [True], [True])
    going = make_run(database, make_suite(database, cases), {cases[0].version_id: [Said()]}, state="running")
    other = Made()
    alone = make_run(database, make_suite(database, [other], name="other"), {other.version_id: [Said()]})
    empty = make_run(database, make_suite(database, [], name="empty"), {})
    with database.reading() as session:
        assert "has not finished" in compare_runs(sam, before, going, session=session).verdict.words
        apart = compare_runs(sam, before, alone, session=session)
        assert apart.verdict.words == (
            "No verdict: no case can be compared (1 only in the earlier run, 1 only in the later run)."
        )
        assert json.dumps(compare_runs(sam, before, empty, session=session).to_json())
        with pytest.raises(InvalidInput):
            compare_runs(sam, after, after, session=session)
        with pytest.raises(NotFound):
            compare_runs(sam, after, 99_999, session=session)


def test_the_more_criteria_the_stricter(database: Database, sam: Actor) -> None:
    cases = [Made() for _ in range(40)]
    version = make_suite(database, cases)

    def said(later: bool) -> dict[int, list[Said]]:
        return {
            each.version_id: [
                Said(grades={"tone": later or at >= 7} | {f"check {n}": True for n in range(5)})
            ]
            for at, each in enumerate(cases)
        }

    before, after = (make_run(database, version, said(later), advisory=["tone"]) for later in (False, True))
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    tone = next(each for each in found.of("criterion") if each.name == "tone")
    assert tone.found.direction == "better"
    assert tone.found.p_value == pytest.approx(2 / 2**7)
    assert tone.adjusted == pytest.approx(6 * 2 / 2**7)
    assert tone.direction == "unclear"
    assert "Alone it would look better, but 6 are read at once" in tone.caution
    assert "nobody has compared with people" in tone.caution
    assert any("6 criteria are read at once" in each for each in found.cautions)
    assert any("decide tone" in each for each in found.cautions)


def test_a_judge_with_another_version_is_told(database: Database, sam: Actor) -> None:
    cases = [Made()]
    version = make_suite(database, cases)
    before, after = (
        make_run(
            database,
            version,
            {cases[0].version_id: [Said(grades={"tone": True})]},
            graders=[{"classifier": "tone", "version": number}],
        )
        for number in (1, 2)
    )
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
    assert any("tone (version 1, then 2)" in each for each in found.cautions)


def test_flips_worse_first_with_texts_and_what_graders_said(database: Database, sam: Actor) -> None:
    cases = [
        Made(name="Gets better", tags=("vip",)),
        Made(name="Gets worse"),
        Made(name="Critical gets worse", critical=True),
        Made(name="Stays"),
    ]
    version = make_suite(database, cases)
    before = make_run(
        database,
        version,
        {
            each.version_id: [
                Said(passed, text="Refunds take five days.", grades={"tone": passed, "cites": True})
            ]
            for each, passed in zip(cases, (False, True, True, True), strict=True)
        },
    )
    after = make_run(
        database,
        version,
        {
            each.version_id: [
                Said(
                    passed,
                    text="Refunds take nine days.",
                    decision="answer" if passed else "abstain",
                    cited=("help/refunds",),
                    grades={"tone": passed, "cites": True},
                )
            ]
            for each, passed in zip(cases, (True, False, False, True), strict=True)
        },
    )
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
        flips = choose_flips(found.flips, FlipFilter())
        views = read_flips(sam, before, after, flips, session=session)
    assert [each.facts.name for each in flips] == ["Critical gets worse", "Gets worse", "Gets better"]
    assert found.critical_worse == 1
    assert "1 critical case passes less often" in found.cautions[0]
    first = views[0]
    assert (first.before.passed, first.after.passed) == (True, False)
    assert first.question == "When will my refund come?"
    assert [each["op"] for each in first.difference] == ["equal", "delete", "insert", "equal"]
    assert [(each.name, each.changed) for each in first.grades] == [("tone", True), ("cites", False)]
    assert found.around.decisions[0].cases == 2
    assert (found.around.cited, found.around.answered) == (4, 4)
    worse = choose_flips(found.flips, FlipFilter(criterion="tone", direction="worse"))
    assert [each.facts.name for each in worse] == ["Critical gets worse", "Gets worse"]
    tagged = choose_flips(found.flips, FlipFilter(dimension="tag", group="vip"))
    assert [each.facts.name for each in tagged] == ["Gets better"]
    assert choose_flips(found.flips, FlipFilter(criterion="cites")) == []
    plain = json.loads(json.dumps(found.to_json(most_flips=1)))
    assert (plain["verdict"], plain["flip_count"], len(plain["flips"])) == ("unclear", 3, 1)
    assert plain["flips"][0]["before"] == {"passed": 1, "of": 1}


def test_held_out_texts_stay_with_those_who_may_read_them(database: Database, sam: Actor, mia: Actor) -> None:
    cases = [Made(name="A secret")]
    version = make_suite(database, cases, held_out=True)
    before = make_run(database, version, {cases[0].version_id: [Said(True)]})
    after = make_run(database, version, {cases[0].version_id: [Said(False)]})
    with database.reading() as session:
        found = compare_runs(sam, before, after, session=session)
        assert found.flips[0].hidden
        assert "secret" not in json.dumps(found.to_json())
        assert read_flips(sam, before, after, found.flips, session=session) == []
        opened = compare_runs(mia, before, after, session=session)
        assert len(read_flips(mia, before, after, opened.flips, session=session)) == 1


def test_a_rep_may_not_compare(database: Database, rosa: Actor) -> None:
    before, after, _ = outcomes(database, [True], [True])
    with database.reading() as session, pytest.raises(PermissionDenied):
        compare_runs(rosa, before, after, session=session)


def test_the_newest_finished_run_of_a_build(database: Database) -> None:
    cases = [Made()]
    version: EvalSuiteVersion = make_suite(database, cases)
    said = {cases[0].version_id: [Said()]}
    first = make_run(database, version, said, build_id="abc1")
    second = make_run(database, version, said, build_id="abc1")
    make_run(database, version, said, build_id="abc1", state="failed")
    make_run(database, version, said, build_id="abc2")
    with database.reading() as session:
        assert latest_run("abc1", session=session).key == second
        assert latest_run("abc1", "core", session=session, but=second).key == first
        with pytest.raises(InvalidInput, match="Several builds"):
            latest_run("abc", session=session)
        with pytest.raises(NotFound, match="on the suite"):
            latest_run("zzz", "core", session=session)


def test_a_large_run_is_compared_in_as_many_statements_as_a_small_one(database: Database, sam: Actor) -> None:
    """The time it takes is in benchmarks/evals/comparing.py."""
    random = np.random.default_rng(4)
    asked = []
    for size in (20, 200):
        cases = [
            Made(conversation=at // 2, tags=(f"tag {at % 9}",), weight=1 + at % 3 / 2) for at in range(size)
        ]
        version = make_suite(database, cases)
        before, after = (
            make_run(
                database,
                version,
                {
                    each.version_id: [
                        Said(bool(random.random() < 0.8), grades={"cites": bool(random.random() < 0.9)})
                        for _ in range(3)
                    ]
                    for each in cases
                },
            )
            for _ in range(2)
        )
        with statements_of(database.read_engine) as seen, database.reading() as session:
            found = compare_runs(sam, before, after, session=session)
        asked.append(len(seen))
        assert found.whole.n == size
        assert len(found.of("criterion")) == 1
    assert asked[0] == asked[1] < 25, asked
