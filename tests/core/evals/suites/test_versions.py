"""A version never changes, whatever happens to the suite and its cases; and says what is new in it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlmodel import select

from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.evals import (
    EvalSuiteVersion,
    accept_case,
    add_members,
    change_case,
    create_suite,
    dismiss_case,
    freeze_suite,
    list_suite_versions,
    remove_member,
    reopen_case,
    suite_cases,
    suite_of_version,
    version_difference,
)
from core.evals.tables import EvalCaseVersion, EvalSuiteVersionCase
from core.identity import Actor
from tests.core.evals.cases.making import ANSWER, write_case


@pytest.fixture
def cases(database: Database, sam: Actor) -> list[int]:
    return [
        write_case(database, f"Question {number}", actor=sam, state="accepted").key for number in range(3)
    ]


@pytest.fixture
def suite(database: Database, sam: Actor, cases: list[int]) -> int:
    with database.transaction() as session:
        key = create_suite(sam, session=session, title="Core").key
        add_members(sam, key, cases, session=session)
    return key


def freeze(database: Database, suite: int) -> EvalSuiteVersion:
    with database.transaction() as session:
        return freeze_suite(suite, session=session)


def do(database: Database, verb: Any, actor: Actor, *arguments: Any, **rest: Any) -> Any:
    with database.transaction() as session:
        return verb(actor, *arguments, session=session, **rest)


def contents(database: Database, version: EvalSuiteVersion) -> list[tuple[str, tuple[Any, ...]]]:
    with database.reading() as session:
        return [(each.name, each.expectations) for each in suite_cases(version.key, session=session)]


def test_freezing_again_is_the_same_version(database: Database, suite: int, cases: list[int]) -> None:
    first = freeze(database, suite)
    assert (first.number, first.case_count) == (1, 3)
    assert freeze(database, suite).key == first.key
    with database.reading() as session:
        found = suite_cases(first.key, session=session)
        assert [each.case_id for each in found] == cases
        assert all(each.version_id and each.expectations == (ANSWER,) for each in found)
        assert len({each.digest for each in found}) == 3
        assert suite_of_version(first.key, session=session).key == suite
        with pytest.raises(NotFound):
            suite_cases(4711, session=session)


def test_editing_a_suite_during_a_run_changes_nothing_for_the_run(
    database: Database, sam: Actor, suite: int, cases: list[int]
) -> None:
    running = freeze(database, suite)
    before = contents(database, running)
    do(
        database,
        change_case,
        sam,
        cases[0],
        revision=1,
        name="Renamed",
        expectations=[{"kind": "cites_something"}],
    )
    do(database, remove_member, sam, suite, cases[1])
    do(database, reopen_case, sam, cases[2])
    do(database, dismiss_case, sam, cases[2], reason="Not typical")
    new = write_case(database, "A new one", actor=sam, state="accepted").key
    do(database, add_members, sam, suite, [new])
    assert contents(database, running) == before
    after = freeze(database, suite)
    assert (after.number, after.case_count) == (2, 2)
    assert [name for name, _ in contents(database, after)] == ["Renamed", "A new one"]
    assert contents(database, running) == before


def test_only_what_was_accepted_counts(database: Database, sam: Actor, suite: int) -> None:
    candidate = write_case(database, "Perhaps", actor=sam).key
    do(database, add_members, sam, suite, [candidate])
    assert freeze(database, suite).case_count == 3
    do(database, accept_case, sam, candidate)
    assert freeze(database, suite).case_count == 4


def test_a_suite_that_is_what_it_was_is_the_version_it_was(
    database: Database, sam: Actor, suite: int, cases: list[int]
) -> None:
    first = freeze(database, suite)
    do(database, remove_member, sam, suite, cases[0])
    second = freeze(database, suite)
    do(database, add_members, sam, suite, [cases[0]])
    assert freeze(database, suite).key == first.key
    with database.reading() as session:
        listed = list_suite_versions(suite, session=session)
        assert [each.key for each in listed] == [second.key, first.key]
        assert len(session.exec(select(EvalCaseVersion)).all()) == 3, (
            "cases that did not change are stored once"
        )
        assert len(session.exec(select(EvalSuiteVersionCase)).all()) == 5


def test_an_empty_suite_is_nothing_to_run(database: Database, sam: Actor) -> None:
    with database.transaction() as session:
        key = create_suite(sam, session=session, title="Empty").key
    with pytest.raises(InvalidInput, match="no accepted case"):
        freeze(database, key)
    with pytest.raises(NotFound):
        freeze(database, 4711)


def test_differences_in_words(database: Database, sam: Actor, suite: int, cases: list[int]) -> None:
    first = freeze(database, suite)
    do(
        database, change_case, sam, cases[0], revision=1, name="Renamed", weight=2, critical=True, tags=["x"],
        expectations=[{"kind": "cites_something"}],
    )  # fmt: skip
    do(database, remove_member, sam, suite, cases[1])
    new = write_case(database, "A new one", actor=sam, state="accepted").key
    do(database, add_members, sam, suite, [new])
    second = freeze(database, suite)
    with database.reading() as session:
        found = version_difference(sam, first.key, second.key, session=session)
        nothing = version_difference(sam, second.key, second.key, session=session)
    assert found.summary == "1 added, 1 removed, 1 changed"
    assert [(each.case_id, each.name) for each in found.added] == [(new, "A new one")]
    assert [(each.case_id, each.name) for each in found.removed] == [(cases[1], "Question 1")]
    (changed,) = found.changed
    assert (changed.case_id, changed.name, found.count_same) == (cases[0], "Renamed", 1)
    assert changed.words[:4] == (
        "The name was “Question 0” and is “Renamed”.",
        "It counts 2 times instead of 1.",
        "It is critical: no change may make it fail.",
        "Tags: x, before none.",
    )
    assert [words.split(":")[0] for words in changed.words[4:]] == ["It expects now", "It no longer expects"]
    assert "Billing" in changed.words[5]
    assert (nothing.summary, nothing.count_same) == ("nothing differs", 3)


def test_differences_of_two_suites_are_none(
    database: Database, sam: Actor, rosa: Actor, suite: int, cases: list[int]
) -> None:
    with database.transaction() as session:
        other = create_suite(sam, session=session, title="Other").key
        add_members(sam, other, cases[:1], session=session)
    one, two = freeze(database, suite), freeze(database, other)
    with database.reading() as session:
        with pytest.raises(InvalidInput, match="two suites"):
            version_difference(sam, one.key, two.key, session=session)
        with pytest.raises(PermissionDenied):
            version_difference(rosa, one.key, one.key, session=session)


def test_differences_of_a_held_out_suite_are_counts(
    database: Database, sam: Actor, mia: Actor, cases: list[int]
) -> None:
    with database.transaction() as session:
        secret = create_suite(sam, session=session, title="Secret", held_out=True).key
        add_members(sam, secret, cases[:1], session=session)
    first = freeze(database, secret)
    do(database, add_members, sam, secret, cases[1:])
    second = freeze(database, secret)
    with database.reading() as session:
        hidden = version_difference(sam, first.key, second.key, session=session)
        shown = version_difference(mia, first.key, second.key, session=session)
    assert (hidden.added, hidden.hidden, hidden.summary) == ((), True, "2 added")
    assert [each.name for each in shown.added] == ["Question 1", "Question 2"]


def test_held_out_cases_of_an_open_suite_are_counted_and_not_named(
    database: Database, sam: Actor, mia: Actor, suite: int, cases: list[int]
) -> None:
    first = freeze(database, suite)
    do(database, change_case, sam, cases[0], revision=1, name="Renamed", theme="secret theme")
    do(database, change_case, sam, cases[1], revision=1, name="Another name")
    with database.transaction() as session:
        secret = create_suite(sam, session=session, title="Secret", held_out=True).key
        add_members(sam, secret, cases[:1], session=session)
    second = freeze(database, suite)
    with database.reading() as session:
        for_sam = version_difference(sam, first.key, second.key, session=session)
        for_mia = version_difference(mia, first.key, second.key, session=session)
    assert (for_sam.count_changed, [each.name for each in for_sam.changed]) == (2, ["Another name"])
    assert [each.name for each in for_mia.changed] == ["Renamed", "Another name"]


def test_two_who_freeze_at_once_make_one_version(database: Database, suite: int) -> None:
    made: list[int] = []
    wait = threading.Barrier(2)

    def act() -> None:
        wait.wait()
        made.append(freeze(database, suite).key)

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 2
    assert made[0] == made[1]
