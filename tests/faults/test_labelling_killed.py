"""kill -9 while somebody answers: the judgement and the finished item are both there, or neither is."""

from __future__ import annotations

from functools import partial

import pytest
from sqlmodel import Session, select

from core import audit
from core.criteria import Judgement, ensure_criteria
from core.database import Database
from core.identity import Actor, Role
from core.labelling import LabelAssignment, LabelItem, answer_item, answering
from tests.core.conversations.make import add_actor
from tests.core.labelling.making import fill, queue, take
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults


def _answer(database: Database, actor: Actor, key: int, moment: str) -> None:
    if moment == "before the judgement":
        answering.record_judgement = die
    elif moment == "before the audit":
        audit.record = die
    with database.transaction() as session:
        answer_item(actor, key, session=session, answer="yes")
        if moment == "before the commit":
            die()
    die()


@pytest.mark.parametrize(
    "moment", ["before the judgement", "before the audit", "before the commit", "after the commit"]
)
def test_answer_and_item_stand_or_fall_together(database: Database, moment: str) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
    lucia, maeve = add_actor(database, "lucia", Role.SPECIALIST), add_actor(database, "maeve")
    fill(database, 2)
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    assert view is not None
    run_until_killed(partial(_answer, actor=maeve, key=view.assignment.key, moment=moment), database)
    stored = moment == "after the commit"
    with database.reading() as session:
        assert _judgements(session) == stored
        assert session.get_one(LabelAssignment, view.assignment.key).state == ("done" if stored else "held")
        assert session.get_one(LabelItem, view.item.key).done == stored
    with database.transaction() as session:  # and it goes on: the same answer again does no harm
        answer_item(maeve, view.assignment.key, session=session, answer="yes")
    with database.reading() as session:
        assert _judgements(session) == 1


def _judgements(session: Session) -> int:
    return len(session.exec(select(Judgement)).all())
