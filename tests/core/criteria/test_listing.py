"""Finding criteria, and what was judged by which version."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from core.criteria import (
    CUSTOMER,
    Criterion,
    Judge,
    Summary,
    Tally,
    criterion_versions,
    get_criterion,
    list_criteria,
    older_judgements,
    people_who_judged,
    record_judgement,
    summarise_criteria,
    tally_judgements,
    withdraw_judgement,
)
from core.database import Database
from core.errors import NotFound
from core.identity import Actor, Role

ANNA, BEN = (
    Judge.person(Actor(key, name, name.title(), Role.REP)) for key, name in ((1, "anna"), (2, "ben"))
)


def add(
    session: Session, name: str, version: int = 1, *, subjects: tuple[str, ...] = ("reply",)
) -> Criterion:
    criterion = Criterion(
        name=name, version=version, question=f"{name}?", kind="yes_no", subjects=list(subjects)
    )
    session.add(criterion)
    session.flush()
    return criterion


def judge(session: Session, who: Judge, criterion: Criterion, subject: int, kind: str = "") -> int:
    return record_judgement(
        who, criterion, session=session, subject_id=subject, subject_type=kind, answer="yes"
    ).key


def test_the_newest_of_each_by_question(database: Database) -> None:
    with database.transaction() as session:
        add(session, "polite")
        newest = add(session, "polite", 2, subjects=("reply", "draft"))
        clear = add(session, "Clear")
        found = list_criteria(session=session)
        assert [each.key for each in found] == [clear.key, newest.key]
        assert [each.key for each in list_criteria(session=session, subject="draft")] == [newest.key]
        assert get_criterion(newest.key, session=session) is newest
        assert [each.version for each in criterion_versions("polite", session=session)] == [2, 1]


def test_what_is_not_there_is_said(database: Database) -> None:
    with database.reading() as session:
        with pytest.raises(NotFound):
            get_criterion(9, session=session)
        for ask in (criterion_versions, older_judgements):
            with pytest.raises(NotFound, match="no criterion 'fame'"):
                ask("fame", session=session)
        assert tally_judgements(session=session) == {}


def test_subjects_that_people_judged_by_older_versions_only(database: Database) -> None:
    with database.transaction() as session:
        first = add(session, "polite", subjects=("reply", "draft", "message"))
        for who, subject, kind in [
            (ANNA, 1, "reply"),
            (BEN, 1, "reply"),  # the same subject: offered once
            (ANNA, 1, "draft"),  # another kind of subject with the same number
            (ANNA, 2, "reply"),
            (BEN, 3, "message"),  # the newest version is not asked about messages
            (Judge.classifier("c"), 4, "reply"),
        ]:
            judge(session, who, first, subject, kind)
        assert older_judgements("polite", session=session) == 0  # there is no newer version yet
        second = add(session, "polite", 2, subjects=("reply", "draft"))
        assert older_judgements("polite", session=session) == 3
        judge(session, Judge.classifier("c"), second, 1, "reply")
        assert older_judgements("polite", session=session) == 3
        again = judge(session, BEN, second, 1, "reply")
        assert older_judgements("polite", session=session) == 2
        withdraw_judgement(BEN, again, session=session)
        assert older_judgements("polite", session=session) == 3


def test_tallies_count_what_is_in_force(database: Database) -> None:
    with database.transaction() as session:
        polite, clear = add(session, "polite"), add(session, "clear")
        newer = add(session, "polite", 2)
        judge(session, ANNA, polite, 1)
        judge(session, ANNA, polite, 1)  # a correction
        judge(session, ANNA, newer, 2)
        judge(session, BEN, polite, 1)
        withdraw_judgement(BEN, judge(session, BEN, polite, 2), session=session)
        judge(session, CUSTOMER, clear, 1)
        judge(session, Judge.classifier("c"), clear, 1)
        assert tally_judgements(session=session) == {
            polite.key: Tally(person=2),
            newer.key: Tally(person=1),
            clear.key: Tally(classifier=1, customer=1),
        }
        assert people_who_judged("polite", session=session) == {"1": 2, "2": 1}
        assert summarise_criteria(session=session) == [
            Summary(clear, Tally(classifier=1, customer=1), Tally()),
            Summary(newer, Tally(person=3), Tally(person=2)),
        ]
