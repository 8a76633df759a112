"""Changing and reviewing cases: nobody overwrites anybody, and flags keep their word."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from core.audit.tables import AuditEntry
from core.classifiers import ChangedMeanwhile
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.evals import (
    NOBODY,
    EvalCase,
    Flag,
    accept_case,
    accept_flag,
    add_members,
    change_case,
    create_suite,
    dismiss_case,
    open_case,
    raise_flag,
    reopen_case,
    reopen_flag,
    withdraw_flag,
)
from core.identity import SYSTEM, Actor, Role
from tests.core.conversations.make import add_actor
from tests.core.evals.cases.making import ANSWER, write_case
from tests.core.evals.making import write_draft

CITES = {"kind": "cites_something"}


@pytest.fixture
def tom(database: Database) -> Actor:
    return add_actor(database, "tom", Role.SPECIALIST)


@pytest.fixture
def case_id(database: Database, sam: Actor) -> int:
    return write_case(database, "Where is my invoice?", actor=sam).key


@pytest.fixture
def flagged(database: Database, rosa: Actor, conversation: int) -> Flag:
    draft = write_draft(database, conversation)
    with database.transaction() as session:
        return raise_flag(
            rosa,
            session=session,
            subject_type="draft",
            subject_id=draft.key,
            strength="weak",
            criterion="polite",
            better="I am sorry.",
        )


def change(database: Database, actor: Actor, case_id: int, revision: int, **fields: Any) -> EvalCase:
    with database.transaction() as session:
        return change_case(actor, case_id, session=session, revision=revision, **fields)


def do(database: Database, verb: Any, actor: Actor, key: int, **rest: Any) -> Any:
    with database.transaction() as session:
        return verb(actor, key, session=session, **rest)


def stored(database: Database, case_id: int | None) -> EvalCase:
    with database.reading() as session:
        return session.get_one(EvalCase, case_id)


def states(database: Database, flag: Flag) -> tuple[str, str]:
    """Of the flag and of its case."""
    with database.reading() as session:
        return session.get_one(Flag, flag.key).state, session.get_one(EvalCase, flag.case_id).state


def test_two_people_editing_lose_nothing(database: Database, sam: Actor, tom: Actor, case_id: int) -> None:
    change(database, sam, case_id, 1, name="About invoices", tags=["billing"])
    with pytest.raises(ChangedMeanwhile) as refused:
        change(database, tom, case_id, 1, name="Invoices", expectations=[ANSWER, CITES])
    error = refused.value
    assert (error.who, error.fields, error.revision) == ("Sam", ("name", "tags"), 2)
    assert [(each.field, each.theirs, each.yours) for each in error.differences] == [
        ("name", "About invoices", "Invoices"),
        ("expectations", [ANSWER], [ANSWER, CITES]),
    ]
    assert stored(database, case_id).name == "About invoices"
    after = change(database, tom, case_id, error.revision, name="Invoices", expectations=[ANSWER, CITES])
    assert (after.name, after.tags, after.revision) == ("Invoices", ["billing"], 3)
    assert change(database, tom, case_id, 1, name="Invoices").revision == 3, (
        "what is stored already is no conflict"
    )


def test_every_field_is_kept_and_audited(database: Database, sam: Actor, tom: Actor, case_id: int) -> None:
    changed = change(
        database, sam, case_id, 1,
        theme="invoices", weight=3, polarity="negative", critical=True, owner_id=tom.person_id,
    )  # fmt: skip
    assert (changed.theme, changed.weight, changed.polarity, changed.critical) == (
        "invoices", 3.0, "negative", True,
    )  # fmt: skip
    assert changed.owner_id == tom.person_id
    assert change(database, sam, case_id, 2, owner_id=NOBODY).owner_id is None
    with database.reading() as session:
        audited = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "eval_case.changed")).all()
    assert audited[0].detail["fields"] == ["theme", "weight", "polarity", "critical", "owner"]
    with pytest.raises(InvalidInput, match="nobody like that"):
        change(database, sam, case_id, 3, owner_id=4711)


def test_the_input_and_the_expectations_of_flags_stay(database: Database, sam: Actor, flagged: Flag) -> None:
    do(database, accept_flag, sam, flagged.key)
    assert flagged.case_id is not None
    before = stored(database, flagged.case_id)
    after = change(database, sam, flagged.case_id, before.revision, expectations=[CITES])
    assert after.expectations[0] == CITES
    assert [each.get("flag") for each in after.expectations] == [None, flagged.key]
    assert after.input == before.input
    do(database, reopen_flag, sam, flagged.key)
    assert stored(database, flagged.case_id).expectations == [CITES], "what is not the flag's stays"
    assert states(database, flagged) == ("open", "candidate")
    do(database, withdraw_flag, _author(database, flagged), flagged.key)
    assert states(database, flagged) == ("withdrawn", "candidate"), "it still expects something of its own"


def _author(database: Database, flag: Flag) -> Actor:
    from core.identity import Person, actor_of

    with database.reading() as session:
        return actor_of(session.get_one(Person, flag.flagged_by_id))


def test_review_goes_both_ways(database: Database, sam: Actor, case_id: int) -> None:
    accepted = do(database, accept_case, sam, case_id)
    assert (accepted.state, accepted.decided_by_id) == ("accepted", sam.person_id)
    assert do(database, accept_case, sam, case_id).state == "accepted", "twice is once"
    with pytest.raises(Conflict, match="accepted already"):
        do(database, dismiss_case, sam, case_id, reason="No")
    reopened = do(database, reopen_case, sam, case_id)
    assert (reopened.state, reopened.decided_by_id) == ("candidate", None)
    with pytest.raises(InvalidInput, match="Say why"):
        do(database, dismiss_case, sam, case_id, reason="  ")
    dismissed = do(database, dismiss_case, sam, case_id, reason=" We no longer\nsell this ")
    assert (dismissed.state, dismissed.decision_reason) == ("dismissed", "We no longer sell this")
    with database.reading() as session:
        audited = session.exec(select(AuditEntry.action).where(AuditEntry.subject_type == "eval_case")).all()
    assert audited == [f"eval_case.{verb}" for verb in ("created", "accepted", "reopened", "dismissed")]


def test_what_expects_nothing_is_not_accepted(database: Database, sam: Actor) -> None:
    case = write_case(database, "Hello", actor=sam, expectations=[])
    with pytest.raises(InvalidInput, match="expects nothing"):
        do(database, accept_case, sam, case.key)
    assert stored(database, case.key).state == "candidate"


def test_a_review_brings_the_flags_along(database: Database, sam: Actor, flagged: Flag) -> None:
    assert flagged.case_id is not None
    do(database, accept_case, sam, flagged.case_id)
    assert states(database, flagged) == ("accepted", "accepted")
    assert stored(database, flagged.case_id).expectations[0]["better"] == "I am sorry."
    do(database, reopen_case, sam, flagged.case_id)
    assert states(database, flagged) == ("open", "candidate")
    do(database, dismiss_case, sam, flagged.case_id, reason="The customer was rude first")
    assert states(database, flagged) == ("dismissed", "dismissed")
    with database.reading() as session:
        assert session.get_one(Flag, flagged.key).decision_reason == "The customer was rude first"


def test_accepting_a_flag_takes_its_dismissed_case_back(
    database: Database, sam: Actor, rosa: Actor, flagged: Flag
) -> None:
    assert flagged.case_id is not None
    do(database, dismiss_case, sam, flagged.case_id, reason="Not typical")
    with database.transaction() as session:
        second = raise_flag(
            rosa, session=session, subject_type="draft", subject_id=flagged.subject_id,
            strength="weak", criterion="clear",
        )  # fmt: skip
    assert states(database, second) == ("open", "dismissed"), "what was decided about the case stands"
    do(database, accept_flag, sam, second.key)
    assert states(database, second) == ("accepted", "accepted")


def test_who_may_change_and_review(
    database: Database, rosa: Actor, mia: Actor, sam: Actor, case_id: int
) -> None:
    for actor in (rosa, mia):
        for act in (
            lambda who: change(database, who, case_id, 1, name="Mine"),
            lambda who: do(database, accept_case, who, case_id),
            lambda who: do(database, dismiss_case, who, case_id, reason="No"),
        ):
            with pytest.raises(PermissionDenied):
                act(actor)
    with pytest.raises(NotFound):
        change(database, sam, 4711, 1, name="Mine")
    assert stored(database, case_id).revision == 1


def test_held_out_cases_are_changed_by_those_who_may_open_them(
    database: Database, sam: Actor, mia: Actor, case_id: int
) -> None:
    with database.transaction() as session:
        suite = create_suite(sam, session=session, title="Secret", held_out=True)
        add_members(sam, suite.key, [case_id], session=session)
    with pytest.raises(NotFound, match="held-out"):
        change(database, sam, case_id, 1, name="Mine")
    with pytest.raises(NotFound, match="held-out"):
        do(database, accept_case, sam, case_id)
    assert change(database, mia, case_id, 1, name="Invoices").name == "Invoices"
    assert do(database, accept_case, mia, case_id).state == "accepted"
    with database.reading() as session:
        view = open_case(mia, case_id, session=session)
        assert (view.held_out, view.may_edit, view.decided_by) == (True, True, "Mia")
        assert open_case(SYSTEM, case_id, session=session).case.key == case_id
