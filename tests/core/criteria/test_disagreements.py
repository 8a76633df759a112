"""Where people differ: what is shown, in which order, and what was decided."""

from __future__ import annotations

from core.criteria import Judge, adjudicate, disagreements, withdraw_judgement
from core.database import Database
from core.identity import Actor
from tests.core.criteria.test_agreement import people, publish, say

__all__ = ["people"]


def test_each_subject_with_what_everybody_said(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database)
    with database.transaction() as session:
        say(session, people["ada"], criterion, 1, "yes", reason="Kind enough.")
        say(session, people["bo"], criterion, 1, "no", reason="Curt.")
        say(session, people["ada"], criterion, 2, "yes")
        say(session, people["bo"], criterion, 2, "yes")
        say(session, people["cy"], criterion, 1, "yes", subject_type="draft")
    with database.reading() as session:
        page = disagreements(criterion.key, session=session)
    (row,) = page.rows
    assert (row.subject_type, row.subject_id, row.decided) == ("message", 1, None)
    assert [(each.name, each.answer, each.reason) for each in row.answers] == [
        ("Ada", "yes", "Kind enough."),
        ("Bo", "no", "Curt."),
    ]
    assert (page.total, page.open, page.cursor) == (1, 1, None)


def test_pages_go_from_new_to_old_and_stay_put(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database)
    with database.transaction() as session:
        for subject in range(1, 8):
            say(session, people["ada"], criterion, subject, "yes")
            say(session, people["bo"], criterion, subject, "no")
        first = disagreements(criterion.key, session=session, limit=3)
        for judge, answer in (("ada", "yes"), ("bo", "no")):  # meanwhile
            say(session, people[judge], criterion, 50, answer)
        second = disagreements(criterion.key, session=session, limit=3, cursor=first.cursor)
        third = disagreements(criterion.key, session=session, limit=3, cursor=second.cursor)
    shown = [[row.subject_id for row in page.rows] for page in (first, second, third)]
    assert shown == [[7, 6, 5], [4, 3, 2], [1]]
    assert third.cursor is None


def test_a_decision_is_shown_with_who_made_it(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database)
    with database.transaction() as session:
        for subject in (1, 2):
            say(session, people["ada"], criterion, subject, "yes")
            say(session, people["bo"], criterion, subject, "no")
        adjudicate(people["bo"], criterion.key, "message", 1, session=session, answer="no")
        adjudicate(
            people["cy"], criterion.key, "message", 1, session=session, answer="yes", reason="Read again."
        )
    with database.transaction() as session:
        page = disagreements(criterion.key, session=session)
        decided = {row.subject_id: row.decided for row in page.rows}
        assert decided[2] is None
        assert decided[1] is not None
        assert (decided[1].name, decided[1].answer, decided[1].reason) == ("Cy", "yes", "Read again.")
        # what those it decides between said is still there to see
        assert [each.name for each in page.rows[1].answers] == ["Ada", "Bo"]
        assert (page.total, page.open) == (2, 1)
        left = disagreements(criterion.key, session=session, only_open=True)
        assert [row.subject_id for row in left.rows] == [2]


def test_somebody_who_takes_it_back_no_longer_differs(database: Database, people: dict[str, Actor]) -> None:
    criterion = publish(database)
    with database.transaction() as session:
        say(session, people["ada"], criterion, 1, "yes")
        differing = say(session, people["bo"], criterion, 1, "no")
        assert disagreements(criterion.key, session=session).total == 1
        withdraw_judgement(Judge.person(people["bo"]), differing.key, session=session)
        assert disagreements(criterion.key, session=session).rows == []
