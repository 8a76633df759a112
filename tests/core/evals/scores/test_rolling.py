"""Cells say what the judgements say, whatever happens to these and in whatever order."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from core.criteria import Adjudication, Judgement
from core.database import Database, now
from core.errors import InvalidInput, PermissionDenied
from core.evals.scores import marking, rolling
from core.evals.scores.adding import add_up
from core.evals.scores.progress import set_dimensions
from core.evals.scores.rolling import rebuild, roll_up
from core.evals.tables import ScoreCell, ScoreDue, ScoreLink, ScoreProgress
from core.identity import Actor, Person
from tests.core.evals.scores.making import (
    add_conversation,
    add_draft,
    add_reply,
    criterion,
    judged,
    settle,
    stored,
)

JUDGES = (("classifier", "checker"), ("classifier", "other"), ("person", "1"), ("person", "2"))


class World:
    """A random history of judgements, changed step by step."""

    def __init__(self, database: Database, seed: int) -> None:
        self.rng = Random(seed)
        self.database = database
        self.replies: list[int] = []
        self.drafts: list[int] = []
        with database.transaction() as session:
            self.conversations = [
                add_conversation(
                    session,
                    number,
                    channel=self.rng.choice(("chat", "email")),
                    plan=self.rng.choice(("a", "")),
                )
                for number in range(5)
            ]
            for _ in range(12):
                self.grow(session)

    def grow(self, session: Session) -> None:
        conversation = self.rng.choice(self.conversations)
        day = self.rng.randrange(6)
        if self.rng.random() < 0.7:
            build = self.rng.choice(("", "b1", "b2"))
            self.replies.append(add_reply(session, conversation, day, build=build))
        else:
            self.drafts.append(add_draft(session, conversation, day, build_id="b1"))

    def step(self) -> None:
        """One thing that happens, in a transaction of its own."""
        with self.database.transaction() as session:
            deed = self.rng.random()
            if deed < 0.15:
                self.grow(session)
            elif deed < 0.65:
                self.judge(session)
            elif deed < 0.8:
                self.withdraw(session)
            elif deed < 0.9:
                self.decide(session)
            else:
                conversation = self.rng.choice(self.conversations)
                self.say(
                    session,
                    "classifier",
                    "intents",
                    "conversation",
                    conversation,
                    self.rng.choice(("question", "problem")),
                    name="customer_intent",
                )

    def judge(self, session: Session) -> None:
        kind, name = self.rng.choice(JUDGES)
        subject_type = self.rng.choice(("reply", "draft") if self.drafts else ("reply",))
        subject = self.rng.choice(self.drafts if subject_type == "draft" else self.replies)
        self.say(session, kind, name, subject_type, subject, self.rng.choice(("yes", "no")))

    def say(
        self,
        session: Session,
        judge_type: str,
        judge: str,
        subject_type: str,
        subject: int,
        answer: str,
        **values: Any,
    ) -> int:
        made = judged(
            session, subject, answer, judge=judge, judge_type=judge_type, subject_type=subject_type, **values
        )
        new = session.get_one(Judgement, made)
        session.execute(
            update(Judgement)
            .where(
                col(Judgement.criterion_id) == new.criterion_id,
                col(Judgement.subject_type) == subject_type,
                col(Judgement.subject_id) == subject,
                col(Judgement.judge) == judge,
                col(Judgement.origin) == new.origin,
                col(Judgement.id) < made,
                col(Judgement.superseded_by_id).is_(None),
            )
            .values(superseded_by_id=made)
        )
        return made

    def withdraw(self, session: Session) -> None:
        known = session.exec(select(Judgement.id).where(col(Judgement.withdrawn_at).is_(None))).all()
        if known:
            session.get_one(Judgement, self.rng.choice(known)).withdrawn_at = now()

    def decide(self, session: Session) -> None:
        subject = self.rng.choice(self.replies)
        made = self.say(
            session, "person", "3", "reply", subject, self.rng.choice(("yes", "no")), origin="adjudication"
        )
        session.add(
            Adjudication(
                criterion_id=criterion(session).key,
                subject_type="reply",
                subject_id=subject,
                judgement_id=made,
                decided_by_id=session.exec(select(Person.id)).first(),
            )
        )


def cells(database: Database) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    return stored(database, ScoreCell), stored(database, ScoreLink)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_up_to_date_is_what_a_rebuild_gives(database: Database, seed: int) -> None:
    world = World(database, seed)
    for _ in range(50):
        world.step()
        if world.rng.random() < 0.25:
            roll_up(database=database)
    settle(database)
    kept = cells(database)
    assert kept[0]

    with database.transaction() as session:
        session.execute(delete(ScoreCell))
        session.execute(delete(ScoreLink))
    rebuild(database=database)

    assert cells(database) == kept


def test_a_rebuild_of_what_is_right_changes_nothing(database: Database) -> None:
    world = World(database, 99)
    for _ in range(30):
        world.step()
    settle(database)
    kept = cells(database)

    rebuild(database=database)

    assert cells(database) == kept


def test_a_correction_replaces_and_a_withdrawal_removes(database: Database) -> None:
    with database.transaction() as session:
        reply = add_reply(session, add_conversation(session, 1), 0)
        first = judged(session, reply, "no")
    settle(database)
    assert _counts(database) == {("checker", 1, 0)}

    with database.transaction() as session:
        second = judged(session, reply, "yes")
        session.get_one(Judgement, first).superseded_by_id = second
    settle(database)
    assert _counts(database) == {("checker", 1, 1)}

    with database.transaction() as session:
        session.get_one(Judgement, second).withdrawn_at = now()
        session.get_one(Judgement, first).superseded_by_id = None
    settle(database)
    assert _counts(database) == {("checker", 1, 0)}


def test_people_count_once_for_a_subject(database: Database) -> None:
    with database.transaction() as session:
        conversation = add_conversation(session, 1)
        agreed, open_, decided = (add_reply(session, conversation, 0) for _ in range(3))
        for reply, second in ((agreed, "yes"), (open_, "no"), (decided, "no")):
            judged(session, reply, "yes", judge_type="person", judge="1")
            judged(session, reply, second, judge_type="person", judge="2")
        judged(session, decided, "no", judge_type="person", judge="1", origin="adjudication")
    settle(database)

    assert _counts(database) == {("people", 2, 1)}


def test_customers_are_a_judge_and_plain_choices_no_score(database: Database) -> None:
    with database.transaction() as session:
        conversation = add_conversation(session, 1)
        judged(
            session,
            conversation,
            "5",
            judge="customer",
            judge_type="customer",
            subject_type="conversation",
            name="csat",
        )
        judged(session, conversation, "question", subject_type="conversation", name="customer_intent")
    settle(database)

    assert _counts(database) == {("customer", 1, 1)}


def test_a_theme_that_changes_moves_its_replies(database: Database) -> None:
    with database.transaction() as session:
        conversation = add_conversation(session, 1)
        for day in (0, 3):
            judged(session, add_reply(session, conversation, day), "yes")
        judged(session, conversation, "question", subject_type="conversation", name="customer_intent")
    settle(database)
    assert {(row.day, row.theme) for row in _rows(database, "theme")} == {
        ("2026-09-07", "question"),
        ("2026-09-10", "question"),
    }

    with database.transaction() as session:
        judged(session, conversation, "problem", subject_type="conversation", name="customer_intent")
    settle(database)

    assert {row.theme for row in _rows(database, "theme")} == {"problem"}


def test_other_dimensions_are_added_up_anew(database: Database, lucia: Actor) -> None:
    with database.transaction() as session:
        judged(session, add_reply(session, add_conversation(session, 1, plan="sloop"), 0), "yes")
    settle(database)
    assert [row.product for row in _rows(database, "product")] == ["sloop"]

    for _ in range(2):
        with database.transaction() as session:
            set_dimensions(lucia, session=session, theme_criterion="", product_fact="region")
    settle(database)

    assert [row.product for row in _rows(database, "product")] == [""]


def test_dimensions_are_checked(database: Database, lucia: Actor, maeve: Actor) -> None:
    with database.transaction() as session:
        with pytest.raises(PermissionDenied):
            set_dimensions(maeve, session=session, theme_criterion="", product_fact="")
        with pytest.raises(InvalidInput, match="no question"):
            set_dimensions(lucia, session=session, theme_criterion="nonsense", product_fact="")
        with pytest.raises(InvalidInput, match="not asked about conversations"):
            set_dimensions(lucia, session=session, theme_criterion="grounded", product_fact="")


def test_many_at_once_mark_everything(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "AT_ONCE", 3)
    with database.transaction() as session:
        for number in range(8):
            judged(session, add_reply(session, add_conversation(session, number), number), "yes")
    settle(database)

    assert _counts(database) == {("checker", 1, 1)}
    assert len(_rows(database)) == 8


def test_a_judgement_that_becomes_visible_late_is_found(database: Database) -> None:
    """A long transaction on Postgres took its number early; SQLite has one writer and no such thing."""
    with database.transaction() as session:
        conversation = add_conversation(session, 1)
        early, late = add_reply(session, conversation, 0), add_reply(session, conversation, 1)
        key = judged(session, early, "yes")
        judged(session, late, "yes")
        session.get_one(Judgement, key).superseded_by_id = key  # stands for: not visible yet
    settle(database)
    assert len(_rows(database)) == 1
    with database.transaction() as session:
        session.get_one(Judgement, key).superseded_by_id = None
    settle(database)
    assert len(_rows(database)) == 1  # its number was passed

    if database.url.get_backend_name() == "postgresql":
        _sweep(database)
        settle(database)
        assert len(_rows(database)) == 2


def test_a_withdrawal_with_an_early_time_is_found(database: Database) -> None:
    with database.transaction() as session:
        key = judged(session, add_reply(session, add_conversation(session, 1), 0), "yes")
    settle(database)
    with database.transaction() as session:  # committed late: its time lies before the last look
        session.get_one(Judgement, key).withdrawn_at = now() - timedelta(seconds=30)
    settle(database)
    assert _rows(database)

    _sweep(database)
    settle(database)

    assert not _rows(database)


def test_who_was_overtaken_stores_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that froze between adding up and storing must not bring back what was true before."""
    with database.transaction() as session:
        conversation = add_conversation(session, 1)
        reply = add_reply(session, conversation, 0)
        judged(session, reply, "no")
    added = add_up
    frozen = False

    def freeze(*args: Any, **named: Any) -> Any:
        nonlocal frozen
        found = added(*args, **named)
        if not frozen:
            frozen = True
            with database.transaction() as session:
                judged(session, add_reply(session, conversation, 0), "yes")
            settle(database)  # the other process
        return found

    monkeypatch.setattr(rolling, "add_up", freeze)
    settle(database)

    assert _counts(database) == {("checker", 2, 1)}


def test_nothing_new_is_no_work(database: Database) -> None:
    with database.transaction() as session:
        judged(session, add_reply(session, add_conversation(session, 1), 0), "yes")
    settle(database)
    before = stored(database, ScoreProgress)

    assert roll_up(database=database) == 0
    assert stored(database, ScoreProgress) == before
    assert not stored(database, ScoreDue)


def _rows(database: Database, split: str = "") -> list[ScoreCell]:
    with database.reading() as session:
        found = session.exec(select(ScoreCell).where(ScoreCell.split == split).order_by(col(ScoreCell.day)))
        return list(found)


def _counts(database: Database) -> set[tuple[str, int, int]]:
    return {(row.judge, row.n, row.good) for row in _rows(database)}


def _sweep(database: Database) -> None:
    """Let the time of two sweeps pass."""
    for _ in range(2):
        with database.transaction() as session:
            session.execute(update(ScoreProgress).values(swept_at=now() - marking.SWEEP))
        roll_up(database=database)
