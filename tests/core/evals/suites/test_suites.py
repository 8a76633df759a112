"""Suites: made, changed by two people, filled, held out, archived."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from core.audit.tables import AuditEntry
from core.classifiers import ChangedMeanwhile
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.evals import (
    CaseFilter,
    EvalSuite,
    add_matching,
    add_members,
    archive_suite,
    change_suite,
    count_members,
    create_suite,
    freeze_suite,
    get_suite,
    list_cases,
    list_suites,
    open_suite,
    remove_member,
    restore_suite,
)
from core.identity import SYSTEM, Actor
from tests.core.evals.cases.making import write_case


def make(database: Database, actor: Actor, **fields: Any) -> EvalSuite:
    with database.transaction() as session:
        return create_suite(actor, session=session, **({"title": "Refunds, core"} | fields))


def do(database: Database, verb: Any, actor: Actor, *arguments: Any, **rest: Any) -> Any:
    with database.transaction() as session:
        return verb(actor, *arguments, session=session, **rest)


def test_a_suite_is_made_once(database: Database, sam: Actor, mia: Actor) -> None:
    suite = make(database, sam, purpose=" Money back \n", kind="core", graders=["polite", "polite", ""])
    assert (suite.name, suite.title, suite.purpose) == ("refunds_core", "Refunds, core", "Money back")
    assert (suite.kind, suite.graders, suite.held_out) == ("core", ["polite"], False)
    assert make(database, sam, purpose="Money back", kind="core", graders=["polite"]).key == suite.key
    with pytest.raises(Conflict, match="a suite refunds_core already"):
        make(database, sam, purpose="Something else")
    with database.reading() as session:
        assert get_suite("REFUNDS_core", session=session).key == suite.key
        assert get_suite(suite.key, session=session).name == "refunds_core"
        with pytest.raises(NotFound):
            get_suite("no_such_suite", session=session)
    with pytest.raises(PermissionDenied):
        make(database, mia)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": "\n"}, "title"),
        ({"title": "x" * 201}, "at most 200"),
        ({"title": "Refunds", "name": "no spaces please"}, "cannot be the name"),
        ({"title": "日本語"}, "cannot be the name"),
        ({"kind": "huge"}, "one of smoke"),
        ({"purpose": "x" * 2001}, "at most 2,000"),
    ],
)
def test_what_is_wrong_is_said(database: Database, sam: Actor, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        make(database, sam, **wrong)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=120), title=st.text(max_size=220), purpose=st.text(max_size=100))
def test_any_words_are_stored_or_refused(database: Database, name: str, title: str, purpose: str) -> None:
    try:
        suite = make(database, SYSTEM, name=name, title=title, purpose=purpose)
    except (InvalidInput, Conflict):
        return
    with database.reading() as session:
        stored = get_suite(suite.name, session=session)
    assert (stored.title, stored.purpose) == (
        " ".join(title.replace("\0", "").split()),
        purpose.replace("\0", "").strip(),
    )


def test_two_people_changing_lose_nothing(database: Database, sam: Actor) -> None:
    suite = make(database, sam)
    do(database, change_suite, sam, suite.key, revision=1, title="Refunds")
    with pytest.raises(ChangedMeanwhile) as refused:
        do(database, change_suite, SYSTEM, suite.key, revision=1, title="Money back", kind="smoke")
    error = refused.value
    assert [(each.field, each.theirs, each.yours) for each in error.differences] == [
        ("title", "Refunds", "Money back"),
        ("kind", "other", "smoke"),
    ]
    assert error.who == "Sam"
    changed = do(database, change_suite, SYSTEM, suite.key, revision=error.revision, title="Money back")
    assert (changed.title, changed.revision) == ("Money back", 3)


def test_members_come_and_go(database: Database, sam: Actor) -> None:
    suite = make(database, sam)
    cases = [
        write_case(database, f"Question {number}", actor=sam, theme="a" * (number % 2)).key
        for number in range(4)
    ]
    joined = do(database, add_members, sam, suite.key, cases[:2])
    again = do(database, add_members, sam, suite.key, cases[:3])
    assert ((joined.added, joined.already), (again.added, again.already)) == ((2, 0), (1, 2))
    with pytest.raises(NotFound, match="no eval case 4711"):
        do(database, add_members, sam, suite.key, [cases[3], 4711])
    do(database, remove_member, sam, suite.key, cases[0])
    do(database, remove_member, sam, suite.key, cases[0])
    with database.reading() as session:
        page = list_cases(sam, CaseFilter(suite_id=suite.key), session=session)
        assert [row.id for row in page.rows] == [cases[2], cases[1]], "nothing was added with the unknown one"
    matching = do(database, add_matching, sam, suite.key, CaseFilter(theme="a"))
    assert (matching.added, matching.already) == (1, 1)
    with database.reading() as session:
        actions = session.exec(select(AuditEntry.action).where(AuditEntry.subject_type == "eval_suite")).all()
    assert actions == [
        f"eval_suite.{verb}" for verb in ("created", "extended", "extended", "reduced", "extended")
    ]


def test_archived_suites_are_left_alone_until_they_are_restored(database: Database, sam: Actor) -> None:
    suite = make(database, sam)
    case = write_case(database, "Hello", actor=sam, state="accepted")
    do(database, add_members, sam, suite.key, [case.key])
    do(database, archive_suite, sam, suite.key)
    do(database, archive_suite, sam, suite.key)
    with pytest.raises(Conflict, match="archived"):
        do(database, add_members, sam, suite.key, [case.key])
    with pytest.raises(Conflict, match="archived"):
        do(database, change_suite, sam, suite.key, revision=1, title="Other")
    with pytest.raises(Conflict, match="archived"), database.transaction() as session:
        freeze_suite(suite.key, session=session)
    with pytest.raises(Conflict, match="restore it"):
        make(database, sam)
    with database.reading() as session:
        assert list_suites(sam, session=session) == []
        assert [each.suite.key for each in list_suites(sam, session=session, with_archived=True)] == [
            suite.key
        ]
    do(database, restore_suite, sam, suite.key)
    with database.transaction() as session:
        assert freeze_suite(suite.key, session=session).number == 1


def test_lists_count(database: Database, sam: Actor, rosa: Actor) -> None:
    suite = make(database, sam)
    make(database, sam, title="Before every change", kind="smoke")
    accepted = write_case(database, "One", actor=sam, state="accepted").key
    do(database, add_members, sam, suite.key, [accepted, write_case(database, "Two", actor=sam).key])
    with database.transaction() as session:
        version = freeze_suite(suite.key, session=session, person_id=sam.person_id)
    with database.reading() as session:
        smoke, other = list_suites(sam, session=session)
        assert smoke.suite.kind == "smoke"
        assert (other.cases, other.accepted, other.created_by) == (2, 1, "Sam")
        assert (smoke.cases, smoke.newest, smoke.last_run) == (0, None, None)
        assert other.newest is not None
        assert other.newest.key == version.key
        assert open_suite(sam, "refunds_core", session=session).cases == 2
        counts = count_members(sam, suite.key, session=session)
        assert (counts.candidate, counts.accepted, counts.dismissed, counts.all) == (1, 1, 0, 2)
        with pytest.raises(PermissionDenied):
            list_suites(rosa, session=session)


def test_holding_out(database: Database, sam: Actor, mia: Actor) -> None:
    """A specialist may put cases behind the wall and never look over it; a manager opens it."""
    suite = make(database, sam, title="Secret", held_out=True)
    opened = make(database, sam, title="Open")
    case = write_case(database, "Hello", actor=sam).key
    do(database, add_members, sam, opened.key, [case])
    do(database, add_members, sam, suite.key, [case])
    with pytest.raises(PermissionDenied, match="held-out"):
        do(database, remove_member, sam, suite.key, case)
    with pytest.raises(PermissionDenied, match="held-out"):
        do(database, change_suite, sam, suite.key, revision=1, held_out=False)
    with pytest.raises(NotFound):
        do(database, add_members, sam, make(database, sam, title="Third").key, [case])
    with database.reading() as session:
        summary = open_suite(sam, suite.key, session=session)
        assert (summary.cases, summary.may_open) == (1, False)
        assert count_members(sam, suite.key, session=session).in_open_suites == 1
        assert list_cases(sam, CaseFilter(suite_id=opened.key), session=session).total == 0
        assert open_suite(mia, suite.key, session=session).may_open
        assert list_cases(mia, CaseFilter(suite_id=suite.key), session=session).total == 1
    assert not do(database, change_suite, mia, suite.key, revision=1, held_out=False).held_out
    with pytest.raises(PermissionDenied):
        do(database, change_suite, mia, suite.key, revision=2, title="Mine")
    assert do(database, change_suite, sam, suite.key, revision=2, held_out=True).held_out
    do(database, remove_member, mia, suite.key, case)
    with database.reading() as session:
        assert list_cases(sam, session=session).total == 1
