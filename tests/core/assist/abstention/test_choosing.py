"""Fitting from outcomes, choosing a level, and which calibration counts."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from sqlmodel import Session, select

from core import audit
from core.assist import Draft
from core.assist.abstention import (
    Example,
    choose,
    fit_examples,
    fit_outcomes,
    list_calibrations,
    live_calibration,
    past_examples,
)
from core.assist.tables import Calibration
from core.conversations import Conversation, Customer, Message, Reply
from core.criteria import Judge, ensure_criteria, record_judgement
from core.database import Database, now
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role, actor_of, add_person
from tests.core.assist.abstention.making import examples

PASSWORD = "a calm long password"
_numbers = count(1)


@pytest.fixture
def lucia(database: Database) -> Actor:
    with database.transaction() as session:
        person = add_person(
            SYSTEM,
            session=session,
            username="lucia",
            name="Lucia",
            password="a calm long password",
            role=Role.SPECIALIST,
        )
        return actor_of(person)


def past(
    session: Session,
    signals: dict[str, float],
    *,
    outcome: str,
    edit: float | None = None,
    reason: str = "",
    recalled: bool = False,
    person_id: int,
    **changes: object,
) -> Draft:
    """A draft with what became of it, in a conversation of its own."""
    number = next(_numbers)
    customer = Customer(external_id=f"c{number}")
    session.add(customer)
    session.flush()
    conversation = Conversation(external_id=f"v{number}", customer_id=customer.key, channel="chat")
    session.add(conversation)
    session.flush()
    fields = {"decision": "answer", "state": "ready", "text": "Yes.", "signals": signals} | changes
    draft = Draft(conversation_id=conversation.key, outcome=outcome, outcome_reason=reason, **fields)
    session.add(draft)
    session.flush()
    if edit is not None:
        message = Message(
            conversation_id=conversation.key, position=0, author="rep", text="Yes.",
            recalled_at=now() if recalled else None,
        )  # fmt: skip
        session.add(message)
        session.flush()
        session.add(
            Reply(
                message_id=message.key,
                conversation_id=conversation.key,
                person_id=person_id,
                token=f"t{number}",
                draft_id=draft.key,
                final_text="Yes.",
                edit_ratio=edit,
            )
        )  # fmt: skip
        session.flush()
    return draft


def test_what_reps_did_tells_whether_a_draft_was_right(database: Database, lucia: Actor) -> None:
    assert lucia.person_id is not None
    seen = {"retrieval": 0.5}
    expected: dict[str, bool] = {}
    with database.transaction() as session:
        ensure_criteria(session=session)
        judge = Judge.person(lucia)

        def add(right: bool | None, outcome: str, signals: dict[str, float] = seen, **given: object) -> Draft:
            draft = past(session, signals, outcome=outcome, person_id=lucia.person_id, **given)  # type: ignore[arg-type]
            if right is not None:
                expected[str(draft.conversation_id)] = right
            return draft

        add(True, "sent", edit=0.0)
        add(True, "edited", edit=0.15)
        add(False, "edited", edit=0.16)
        add(False, "discarded", reason="Wrong facts")
        add(None, "discarded", reason="Wrong tone")
        add(None, "superseded")
        add(None, "")
        add(None, "sent", edit=0.0, recalled=True)
        add(None, "sent", edit=0.0, signals={})
        add(None, "edited", edit=0.5, decision="abstain")
        judged = add(None, "discarded", reason="Wrong facts")
        record_judgement(
            judge,
            "draft_discarded",
            session=session,
            subject_id=judged.key,
            answer="not_needed",
        )
        judged = add(False, "discarded", reason="Other")
        record_judgement(
            judge,
            "draft_discarded",
            session=session,
            subject_id=judged.key,
            answer="incomplete",
        )
    with database.reading() as session:
        found = past_examples(session=session)
    assert {each.group: each.right for each in found} == expected
    assert all(each.signals == seen for each in found)


def test_outcomes_are_fitted_and_the_steps_told(database: Database, lucia: Actor) -> None:
    assert lucia.person_id is not None
    with database.transaction() as session:
        for each in examples(120):
            past(
                session, dict(each.signals), outcome="sent" if each.right else "edited",
                edit=0.0 if each.right else 0.6, person_id=lucia.person_id,
            )  # fmt: skip
    steps: list[float] = []
    made = fit_outcomes(lucia, database=database, progress=lambda share, _: steps.append(share))
    assert (made.source, made.n, made.live) == ("outcomes", 120, False)
    assert made.n_right == sum(each.right for each in examples(120))
    assert steps == sorted(steps)
    assert len(steps) > 5
    assert made.created_by_id == lucia.person_id
    assert made.model["report"]["reliability"]


def test_too_few_outcomes_say_how_many_are_missing(database: Database, lucia: Actor) -> None:
    with pytest.raises(InvalidInput, match="60 more in all"):
        fit_outcomes(lucia, database=database)
    with database.reading() as session:
        assert not session.exec(select(Calibration)).all()


def fitted(database: Database, actor: Actor = SYSTEM, *, n: int = 400) -> int:
    made = fit_examples(actor, examples(n), database=database, source="labelled", scope="a test")
    return made.key


def test_choosing_counts_from_then_on_and_is_recorded(database: Database, lucia: Actor) -> None:
    key = fitted(database)
    with database.reading() as session:
        assert live_calibration(session=session) is None
    with database.transaction() as session:
        first = choose(lucia, key, precision=0.85, session=session)
        assert 0 < first.threshold < 1
        guarantee = first.guarantee
    assert guarantee["precision"] == 0.85
    assert guarantee["at_least"] >= 0.85
    assert 0 < guarantee["right"] <= guarantee["n"] <= 400
    with database.reading() as session:
        live = live_calibration(session=session)
        assert live is not None
        assert (live.id, live.threshold) == (first.id, first.threshold)
        assert live_calibration(session=session) is live  # kept
    with database.transaction() as session:
        second = choose(lucia, key, precision=0.9, session=session)
    with database.reading() as session:
        live = live_calibration(session=session)
        assert live is not None
        assert live.id == second.id
        assert [row.live for row in list_calibrations(lucia, session=session)] == [True, False, False]
        entry = audit.list_entries(session=session, action="answering.chosen")[0]
        assert (entry.who, entry.detail["precision"]) == ("lucia", 0.9)
    assert second.threshold >= first.threshold


def test_every_draft_can_be_shown_again(database: Database, lucia: Actor) -> None:
    key = fitted(database)
    with database.transaction() as session:
        choose(lucia, key, precision=0.9, session=session)
        again = choose(lucia, key, precision=None, session=session)
        assert (again.threshold, again.precision) == (0.0, None)
        assert "every draft" in again.guarantee["method"]


@pytest.mark.parametrize("precision", [0.0, 1.0, -1.0, 1.5, float("nan")])
def test_a_precision_that_is_none_is_refused(database: Database, precision: float) -> None:
    key = fitted(database)
    with pytest.raises(InvalidInput, match="above 0 and below 1"), database.transaction() as session:
        choose(SYSTEM, key, precision=precision, session=session)


def test_a_level_the_data_do_not_carry_is_refused_and_nothing_changes(database: Database) -> None:
    key = fitted(database, n=100)
    with pytest.raises(InvalidInput, match="100 outcomes do not show"), database.transaction() as session:
        choose(SYSTEM, key, precision=0.995, session=session)
    with database.reading() as session:
        assert live_calibration(session=session) is None


def test_who_may(database: Database) -> None:
    rep = Actor(1, "maeve", "Maeve", Role.REP)
    with pytest.raises(PermissionDenied):
        fit_outcomes(rep, database=database)
    with database.transaction() as session:
        with pytest.raises(PermissionDenied):
            choose(rep, 1, precision=0.9, session=session)
        with pytest.raises(PermissionDenied):
            list_calibrations(rep, session=session)
        with pytest.raises(NotFound):
            choose(SYSTEM, 4711, precision=0.9, session=session)


def test_what_is_stored_is_plain_json(database: Database) -> None:
    key = fitted(database)
    with database.reading() as session:
        row = session.get_one(Calibration, key)
        assert row.curve[-1]["coverage"] == 1
        assert row.curve[-1]["n"] == 400
        risks = [1 - point["precision"] for point in row.curve]
        assert np.mean(risks[: len(risks) // 3]) < risks[-1]
        assert set(row.model) >= {"weights", "intercept", "report"}


def test_groups_reach_the_guarantee(database: Database) -> None:
    rows = [Example(each.signals, each.right, each.group) for each in examples(400, each=4)]
    made = fit_examples(SYSTEM, rows, database=database, source="labelled", scope="four each")
    assert made.curve[0]["weight"] == pytest.approx(0.25, abs=0.02)
    assert made.model["report"]["groups"] == 100
