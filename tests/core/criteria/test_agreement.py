"""Agreement of people on a criterion, from stored judgements."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sklearn.metrics import cohen_kappa_score
from sqlmodel import Session

from core.criteria import (
    Criterion,
    Judge,
    Judgement,
    adjudicate,
    agreement,
    agreement_over_time,
    record_judgement,
    withdraw_judgement,
)
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Person, Role, actor_of

KINDS = {
    "yes_no": (),
    "scale": (),
    "one_of": ("refund", "cancel", "other"),
    "many_of": ("billing", "security", "other"),
    "note": (),
}


@pytest.fixture
def people(database: Database) -> dict[str, Actor]:
    with database.transaction() as session:
        stored = [
            Person(username=name, name=name.title(), role=Role.SPECIALIST, password_hash="x")
            for name in ("ada", "bo", "cy")
        ]
        session.add_all(stored)
        session.flush()
        return {person.username: actor_of(person) for person in stored}


def publish(database: Database, kind: str = "yes_no", version: int = 1) -> Criterion:
    with database.transaction() as session:
        criterion = Criterion(
            name="asked",
            version=version,
            question="What?",
            kind=kind,
            subjects=["message", "draft"],
            answers=list(KINDS[kind]),
        )
        session.add(criterion)
    return criterion


def say(
    session: Session,
    judge: Actor | Judge,
    criterion: Criterion,
    subject: int,
    answer: str | list[str],
    *,
    subject_type: str = "message",
    at: datetime | None = None,
    **rest: str,
) -> Judgement:
    judgement = record_judgement(
        judge if isinstance(judge, Judge) else Judge.person(judge),
        criterion,
        session=session,
        subject_type=subject_type,
        subject_id=subject,
        answer=answer,
        origin=rest.pop("origin", "label"),
        **rest,
    )
    if at is not None:
        judgement.created_at = at
        session.add(judgement)
    return judgement


def test_two_people(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database)
    first, second = ["yes", "yes", "no", "no", "yes", "no"], ["yes", "no", "no", "no", "yes", "yes"]
    with database.transaction() as session:
        for subject, (one, other) in enumerate(zip(first, second, strict=True), 1):
            say(session, people["ada"], criterion, subject, one)
            say(session, people["bo"], criterion, subject, other)
        say(session, people["ada"], criterion, 99, "yes")  # nobody else judged it
    with database.reading() as session:
        found = agreement(criterion.key, session=session)
    (pair,) = found.pairs
    assert (found.subjects, pair.names, pair.kappa.n) == (6, ("Ada", "Bo"), 6)
    assert pair.kappa.kappa == pytest.approx(cohen_kappa_score(first, second))
    assert (pair.same.successes, pair.same.n) == (4, 6)
    assert pair.weighted is None
    assert {each.answer: (each.same.successes, each.same.n) for each in found.answers} == {
        "yes": (4, 6),
        "no": (4, 6),
    }


def test_only_opinions_of_people_that_are_in_force_count(
    database: Database, people: dict[str, Actor]
) -> None:
    criterion, newer = publish(database), publish(database, version=2)
    with database.transaction() as session:
        say(session, people["ada"], criterion, 1, "no")
        say(session, people["ada"], criterion, 1, "yes")  # corrected
        say(session, people["bo"], criterion, 1, "yes")
        taken_back = say(session, people["cy"], criterion, 1, "no")
        withdraw_judgement(Judge.person(people["cy"]), taken_back.key, session=session)
        say(session, Judge.classifier("rules"), criterion, 1, "no")
        say(session, Judge.outside("Zoe"), criterion, 1, "yes")
        say(session, people["cy"], newer, 1, "no")
        say(session, people["cy"], criterion, 1, "no", subject_type="draft")  # another thing with this key
        adjudicate(people["cy"], criterion.key, "message", 1, session=session, answer="no")
    with database.reading() as session:
        found = agreement(criterion.key, session=session)
        assert agreement(newer.key, session=session).subjects == 0
    assert found.people == {str(people["ada"].person_id): "Ada", str(people["bo"].person_id): "Bo"} | {
        "outside:Zoe": "Zoe (no account)"
    }
    assert (found.subjects, found.same.successes, found.same.n) == (1, 3, 3)


def test_deciding_does_not_change_how_far_people_agreed(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database)
    with database.transaction() as session:
        for subject in range(1, 9):
            say(session, people["ada"], criterion, subject, "yes" if subject % 2 else "no")
            say(session, people["bo"], criterion, subject, "yes" if subject % 3 else "no")
        before = agreement(criterion.key, session=session)
        for subject in range(1, 9):
            adjudicate(people["bo"], criterion.key, "message", subject, session=session, answer="yes")
        assert agreement(criterion.key, session=session) == before


def test_a_scale_counts_near_answers_in_part(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database, "scale")
    first, second = list("1223345512"), list("1233445521")
    with database.transaction() as session:
        for subject, (one, other) in enumerate(zip(first, second, strict=True)):
            say(session, people["ada"], criterion, subject, one)
            say(session, people["bo"], criterion, subject, other)
        found = agreement(criterion.key, session=session)
    weighted = cohen_kappa_score(first, second, weights="quadratic")
    assert found.pairs[0].weighted is not None
    assert found.pairs[0].weighted.kappa == pytest.approx(weighted)
    assert found.weighted is not None
    assert found.overall.kappa is not None
    assert (found.weighted.kappa or 0) > found.overall.kappa


def test_several_answers_are_compared_one_by_one(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database, "many_of")
    with database.transaction() as session:
        for subject in range(40):
            say(session, people["ada"], criterion, subject, ["billing", "security"])
            say(session, people["bo"], criterion, subject, ["billing"] if subject % 4 else ["other"])
        found = agreement(criterion.key, session=session)
    same = {each.answer: each.same.estimate for each in found.answers}
    assert found.same.estimate == 0  # never exactly the same ones
    assert same["billing"] == pytest.approx(60 / 70)  # both gave it 30 times, one alone 10 times
    assert same["security"] == same["other"] == 0


def test_messages_of_one_conversation_are_not_independent(
    database: Database, people: dict[str, Actor]
) -> None:
    criterion = publish(database)
    with database.transaction() as session:
        for subject in range(60):
            say(session, people["ada"], criterion, subject, "yes" if subject // 6 % 2 else "no")
            say(session, people["bo"], criterion, subject, "yes" if subject // 6 % 3 else "no")
        apart = agreement(criterion.key, session=session)
        together = agreement(
            criterion.key,
            session=session,
            conversations_of=lambda _type, ids: {key: key // 6 for key in ids},
        )
    assert together.overall.kappa == pytest.approx(apart.overall.kappa)
    for name in ("overall", "same"):
        wide, narrow = getattr(together, name), getattr(apart, name)
        assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
    wide, narrow = together.pairs[0].kappa, apart.pairs[0].kappa
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_over_time(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database)
    first, second = datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 4, 7, tzinfo=UTC)
    with database.transaction() as session:
        for subject in range(10):
            at = first if subject < 4 else second
            say(session, people["ada"], criterion, subject, "yes", at=at)
            say(session, people["bo"], criterion, subject, "yes" if subject % 2 else "no", at=second)
        say(session, people["cy"], criterion, 0, "no", at=second)
        ada = agreement_over_time(
            criterion.key, session=session, judge=str(people["ada"].person_id), step="month"
        )
        weeks = agreement_over_time(criterion.key, session=session)
        nobody = agreement_over_time(criterion.key, session=session, judge="404")
    assert [(each.start, each.same.successes, each.same.n) for each in ada] == [
        (date(2026, 3, 1), 2, 5),
        (date(2026, 4, 1), 3, 6),
    ]
    assert [(each.start, each.same.n) for each in weeks] == [(date(2026, 4, 6), 12)]
    assert nobody == []


def test_what_cannot_be_compared(database: Database) -> None:
    criterion = publish(database, "note")
    with database.reading() as session:
        with pytest.raises(InvalidInput, match="free words"):
            agreement(criterion.key, session=session)
        with pytest.raises(NotFound):
            agreement(criterion.key + 1, session=session)
