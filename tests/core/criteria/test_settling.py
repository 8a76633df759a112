"""What stands: agreement, single answers, and decisions where people disagree."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from core import audit
from core.criteria import (
    Adjudication,
    Criterion,
    Judge,
    Judgement,
    Settled,
    adjudicate,
    list_judgements,
    record_judgement,
    retire_criterion,
    settled_answers,
    withdraw_judgement,
)
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from tests.core.conversations.make import add_actor


@pytest.fixture
def actors(database: Database) -> list[Actor]:
    """Two specialists and a rep; decisions are tied to stored people."""
    people = (("lucia", Role.SPECIALIST), ("tomasz", Role.SPECIALIST), ("maeve", Role.REP))
    return [add_actor(database, name, role) for name, role in people]


@pytest.fixture
def polite(database: Database) -> Criterion:
    with database.transaction() as session:
        criterion = Criterion(
            name="polite", question="Polite?", kind="yes_no", subjects=["reply", "draft"], good=["yes"]
        )
        session.add(criterion)
    return criterion


def say(session: Session, actor: Actor, criterion: Criterion, subject: int, answer: str) -> Judgement:
    return record_judgement(
        Judge.person(actor), criterion, session=session, subject_id=subject, answer=answer, origin="label"
    )


def test_agreement_and_single_answers_stand(
    database: Database, actors: list[Actor], polite: Criterion
) -> None:
    lucia, tomasz, _maeve = actors
    with database.transaction() as session:
        for actor, subject, answer in [
            (lucia, 1, "yes"),
            (tomasz, 1, "yes"),
            (lucia, 2, "no"),
            (lucia, 3, "yes"),
            (tomasz, 3, "no"),
        ]:
            say(session, actor, polite, subject, answer)
        record_judgement(Judge.classifier("c"), polite, session=session, subject_id=4, answer="yes")
        record_judgement(
            Judge.outside("Ann"), polite, session=session, subject_type="draft", subject_id=2, answer="yes"
        )
        assert settled_answers(polite.key, session=session) == {
            1: Settled("yes", "agreed"),
            2: Settled("no", "single"),
        }
        assert settled_answers(polite.key, session=session, subject_type="draft") == {
            2: Settled("yes", "single")
        }


def test_a_decision_is_kept_with_what_it_decided_between(
    database: Database, actors: list[Actor], polite: Criterion
) -> None:
    lucia, tomasz, maeve = actors
    with database.transaction() as session:
        between = [
            say(session, lucia, polite, 3, "yes").key,
            say(session, maeve, polite, 3, "no").key,
        ]
        decided = adjudicate(
            tomasz, polite.key, "reply", 3, session=session, answer="no", reason="It blames the customer."
        )
        assert settled_answers(polite.key, session=session) == {3: Settled("no", "adjudicated")}
        said = list_judgements("reply", 3, session=session)
        entry = audit.list_entries(session=session, action="judgement.adjudicated")[0]
    assert decided.between == between
    assert decided.decided_by_id == tomasz.person_id
    assert [each.origin for each in said] == ["label", "label", "adjudication"]
    assert said[-1].key == decided.judgement_id
    assert entry.detail == {"criterion": "polite", "version": 1, "between": 2}


def test_a_later_decision_supersedes_and_the_same_one_is_kept_once(
    database: Database, actors: list[Actor], polite: Criterion
) -> None:
    lucia, tomasz, maeve = actors
    with database.transaction() as session:
        say(session, maeve, polite, 3, "no")
        first = adjudicate(tomasz, polite.key, "reply", 3, session=session, answer="no")
        again = adjudicate(tomasz, polite.key, "reply", 3, session=session, answer="no")
        assert again.key == first.key
        other = adjudicate(lucia, polite.key, "reply", 3, session=session, answer="yes")
        assert settled_answers(polite.key, session=session) == {3: Settled("yes", "adjudicated")}
        session.refresh(first)
        assert first.superseded_by_id == other.key
        # taken back, the earlier decision stands again
        withdraw_judgement(Judge.person(lucia), other.judgement_id, session=session)
        assert settled_answers(polite.key, session=session) == {3: Settled("no", "adjudicated")}
        assert len(session.exec(select(Adjudication)).all()) == 2


def test_what_cannot_be_decided(database: Database, actors: list[Actor], polite: Criterion) -> None:
    lucia, _tomasz, maeve = actors
    with database.transaction() as session:
        with pytest.raises(InvalidInput, match="nobody has judged this"):
            adjudicate(lucia, polite.key, "reply", 1, session=session, answer="no")
        say(session, maeve, polite, 1, "no")
        with pytest.raises(InvalidInput, match="choose one of yes, no"):
            adjudicate(lucia, polite.key, "reply", 1, session=session, answer="perhaps")
        with pytest.raises(PermissionDenied, match="may not manage labels"):
            adjudicate(maeve, polite.key, "reply", 1, session=session, answer="no")
        with pytest.raises(NotFound):
            adjudicate(lucia, polite.key + 1, "reply", 1, session=session, answer="no")
        retire_criterion(SYSTEM, "polite", session=session)
        with pytest.raises(Conflict, match="retired"):
            adjudicate(lucia, polite.key, "reply", 1, session=session, answer="no")
        assert session.exec(select(Adjudication)).all() == []
