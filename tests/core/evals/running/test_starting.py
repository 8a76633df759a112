"""Starting runs: what is frozen, what is taken over, which builds can be asked, what it will take."""

from __future__ import annotations

import pytest
from sqlmodel import select

from core.assist import Build
from core.audit import AuditEntry
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.evals.output import Output
from core.evals.running import create_candidate, estimate_run, get_candidate, list_candidates, start_run
from core.evals.tables import EvalRun, EvalSuite
from core.identity import SYSTEM, Actor
from core.settings import get_settings
from tests.core.evals.running.making import TARGET, Script, begin, grades, make_suite, results, states, work


def test_starting_twice_is_one_run_and_needs_the_right(
    database: Database, script: Script, sam: Actor, rosa: Actor
) -> None:
    make_suite(database, 3)
    given = {"database": database, "settings": get_settings(), "target": TARGET}
    with pytest.raises(PermissionDenied):
        start_run(rosa, "core", **given)
    run = start_run(sam, "core", note="  try  ", **given)
    assert start_run(sam, "core", **given).key == run.key
    assert (run.note, run.person_id, run.plan["most_errors"]) == ("try", sam.person_id, 0.02)
    with database.reading() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "eval_run.started")).all()
    assert entry.detail["results"] == 3
    assert work(database, run).state == "finished"
    again = start_run(sam, "core", **given)
    assert again.key != run.key
    assert again.suite_version_id == run.suite_version_id, "nothing of the suite has changed"


def test_what_a_build_answered_before_is_only_graded_again(database: Database, script: Script) -> None:
    make_suite(database, 5)
    script.cost = 0.1
    first = begin(database, repeats=2)
    work(database, first)
    assert len(script.asked) == 10
    second = begin(database, repeats=3)
    assert states(database, second) == {"answered": 10, "waiting": 5}
    assert work(database, second).state == "finished"
    assert len(script.asked) == 15
    copied = [each for each in results(database, second) if each.cached_from_id]
    originals = {each.key for each in results(database, first)}
    assert len(copied) == 10
    assert {each.cached_from_id for each in copied} == originals
    assert {each.cost for each in copied} == {0.0}
    assert len(grades(database, second)) == 15
    third = begin(database)
    assert {each.cached_from_id for each in results(database, third)} <= originals, "not the copy of a copy"
    work(database, third)
    fresh = begin(database, fresh=True)
    assert states(database, fresh) == {"waiting": 5}
    script.build_id = "build-2"
    work(database, fresh)
    other = begin(database)
    assert states(database, other) == {"waiting": 5}, "another build answers for itself"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"target": "nobody"}, "no target"),
        ({"repeats": 0}, "once to 20"),
        ({"budget": -1.0}, "budget"),
        ({"note": "x" * 501}, "500 characters"),
        ({"plan": {"speed": 1}}, "cannot be planned by speed"),
        ({"plan": {"concurrency": 0}}, "Calls at the start"),
        ({"plan": {"most_errors": True}}, "share of errors"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    database: Database, script: Script, given: dict[str, object], words: str
) -> None:
    make_suite(database, 1)
    with pytest.raises(InvalidInput, match=words):
        begin(database, **given)


def test_a_suite_must_be_there_with_accepted_cases(database: Database, script: Script) -> None:
    with pytest.raises(NotFound):
        begin(database, "nowhere")
    with pytest.raises(NotFound):
        begin(database, 99)
    with database.transaction() as session:
        session.add(EvalSuite(name="empty", title="Empty"))
    with pytest.raises(InvalidInput, match="no accepted case"):
        begin(database, "empty")


def test_a_candidate_is_another_build_and_its_changes_are_frozen(
    database: Database, script: Script, sam: Actor, rosa: Actor
) -> None:
    make_suite(database, 2)
    with database.transaction() as session:
        with pytest.raises(PermissionDenied):
            create_candidate(rosa, session=session, name="short", changes={"instructions": "Be short."})
        made = create_candidate(
            sam, session=session, name="short", changes={"instructions": " Be short. ", "model": {}}
        )
        same = create_candidate(sam, session=session, name="short", changes={"instructions": "Be short."})
        assert same.key == made.key
        with pytest.raises(Conflict, match="other changes"):
            create_candidate(sam, session=session, name="short", changes={"instructions": "Be long."})
        for name, changes in {
            "No Slug": {"instructions": "x"},
            "a": {},
            "b": {"model": {"base_url": "ftp://x"}},
            "c": {"temperature": 1},
            "d": {"model": {"provider": "nobody"}},
        }.items():
            with pytest.raises(InvalidInput):
                create_candidate(sam, session=session, name=name, changes=changes)
    run = begin(database, candidate="short")
    assert (run.build_id, run.changes) == ("build-1+instructions", {"instructions": "Be short."})
    assert work(database, run).state == "finished"
    assert script.opened[-1].changes == {"instructions": "Be short."}
    with database.reading() as session:
        assert [each.name for each in list_candidates(sam, session=session)] == ["short"]
        with pytest.raises(NotFound, match="There are: short"):
            get_candidate(sam, "shorter", session=session)


def test_a_build_of_before_is_asked_if_it_can_still_be_made(database: Database, script: Script) -> None:
    make_suite(database, 1)
    with database.transaction() as session:
        create_candidate(SYSTEM, session=session, name="short", changes={"instructions": "Be short."})
    work(database, begin(database, candidate="short"))
    again = begin(database, build_id="build-1+instructions", fresh=True)
    assert again.changes == {"instructions": "Be short."}
    assert again.candidate_id is not None
    with database.transaction() as session:
        session.add(Build(id="old", contents={"model": {"name": "m0"}, "knowledge": "k", "instructions": ""}))
    with pytest.raises(InvalidInput, match=r"cannot be asked any more: the model and the knowledge have"):
        begin(database, build_id="old")
    with pytest.raises(NotFound, match="no build"):
        begin(database, build_id="never")


def test_the_estimate_says_what_it_rests_on(
    database: Database, script: Script, sam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_suite(database, 4)

    def estimated(**given: object):  # type: ignore[no-untyped-def]
        with database.reading() as session:
            return estimate_run(sam, "core", session=session, settings=get_settings(), target=TARGET, **given)

    before = estimated(repeats=2)
    assert (before.results, before.cost, before.seconds) == (8, 0.0, None)
    script.cost = 0.5
    script.says = lambda case, _: Output(text="Answer")
    work(database, begin(database))
    after = estimated(build_id="build-1", repeats=2)
    assert (after.results, after.known) == (8, 4)
    assert after.cost == pytest.approx(4 * 0.5)
    with database.reading() as session:
        [run] = session.exec(select(EvalRun)).all()
    assert run.started_at is not None
    assert run.finished_at is not None
    assert after.seconds == pytest.approx((run.finished_at - run.started_at).total_seconds())
    assert "this build" in after.basis
    assert estimated(fresh=True, build_id="build-1").known == 0
    with database.reading() as session:
        assert session.exec(select(EvalRun)).one().plan["expected_cost"] == 0.0
