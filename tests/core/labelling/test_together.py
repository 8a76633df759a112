"""Several people in one queue at the same time, and random histories of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import update
from sqlmodel import col, select

from core.criteria import Judgement, in_force
from core.database import Database, now
from core.errors import Conflict
from core.identity import Actor
from core.labelling import (
    LabelAssignment,
    LabelItem,
    answer_item,
    next_item,
    queue_progress,
    skip_item,
    sweep_holds,
    undo,
)
from tests.conftest import ON_POSTGRES
from tests.core.labelling.making import fill, queue

ITEMS = 12


def check(database: Database) -> None:
    """What must hold at any moment, whatever people do."""
    with database.reading() as session:
        items = session.exec(select(LabelItem)).all()
        turns = session.exec(select(LabelAssignment)).all()
        stored = {each.key: each for each in session.exec(select(Judgement).where(*in_force()))}
    for item in items:
        states = Counter(turn.state for turn in turns if turn.item_id == item.key)
        assert item.taken == states["held"] + states["done"]
        assert item.done == states["done"] <= item.needed
        assert item.taken <= item.needed
    assert len({(turn.item_id, turn.person_id) for turn in turns}) == len(turns)
    done = [turn.judgement_id for turn in turns if turn.state == "done"]
    assert Counter(done) == Counter(stored.keys())
    subjects = {item.key: item.subject_id for item in items}
    for turn in turns:
        if turn.state == "done" and turn.judgement_id is not None:
            judgement = stored[turn.judgement_id]
            assert (judgement.subject_id, judgement.judge) == (subjects[turn.item_id], str(turn.person_id))


def label_all(database: Database, person: Actor, queue_id: int) -> int:
    """Answer to the end, and undo and answer again every fifth; how many answers were given for good."""
    answered = 0
    while True:
        with database.transaction() as session:
            view = next_item(person, queue_id, session=session)
        if view is None:
            return answered
        with database.transaction() as session:
            answer_item(person, view.assignment.key, session=session, answer="yes")
        answered += 1
        if answered % 5 == 0:
            with database.transaction() as session:
                back = undo(person, queue_id, session=session)
            assert back is not None
            assert back.item.key == view.item.key
            with database.transaction() as session:
                answer_item(person, back.assignment.key, session=session, answer="no")


def test_three_people_at_once_lose_nothing_and_get_nothing_twice(
    database: Database, lucia: Actor, maeve: Actor, jonas: Actor
) -> None:
    fill(database, ITEMS)
    made = queue(database, lucia, double_share=0.25)
    people = (lucia, maeve, jonas)
    with ThreadPoolExecutor(len(people)) as pool:
        counts = list(pool.map(lambda person: label_all(database, person, made.key), people))
    assert sum(counts) == ITEMS + ITEMS // 4
    check(database)
    with database.reading() as session:
        assert queue_progress(lucia, made.key, session=session).left == 0


def test_two_windows_of_one_person_do_no_harm(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 8)
    made = queue(database, lucia)

    def window(_: int) -> None:
        while True:
            with database.transaction() as session:
                view = next_item(maeve, made.key, session=session)
            if view is None:
                return
            with database.transaction() as session:
                answer_item(maeve, view.assignment.key, session=session, answer="yes")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(window, range(2)))
    check(database)
    with database.reading() as session:
        assert queue_progress(maeve, made.key, session=session).left == 0
        assert len(session.exec(select(Judgement)).all()) == 8


@contextmanager
def refused(words: str) -> Iterator[None]:
    """A refusal may come, and has to say these words."""
    try:
        yield
    except Conflict as error:
        if words not in str(error):
            raise


class Labelling(RuleBasedStateMachine):
    """Three people, four items, half of them doubles. Anybody may hold on to an old screen."""

    template: Path
    people: tuple[Actor, ...]
    queue: int

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="ratchet-labelling-")
        path = Path(self.folder.name) / "ratchet.sqlite"
        copy(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        self.seen: dict[int, list[int]] = {0: [], 1: [], 2: []}

    def teardown(self) -> None:
        self.database.dispose()
        self.folder.cleanup()

    @rule(who=st.integers(0, 2))
    def next(self, who: int) -> None:
        with self.database.transaction() as session:
            view = next_item(self.people[who], self.queue, session=session)
        if view is not None:
            assert view.assignment.person_id == self.people[who].person_id
            assert view.assignment.state == "held"
            self.seen[who].append(view.assignment.key)

    @rule(who=st.integers(0, 2), back=st.integers(0, 2), answer=st.sampled_from(["yes", "no"]))
    def answer(self, who: int, back: int, answer: str) -> None:
        for key in self.seen[who][-1 - back :][:1]:
            # A refusal is fine where others have it, and repeats what was answered.
            with refused(f"“{answer}”"), self.database.transaction() as session:
                stored = answer_item(self.people[who], key, session=session, answer=answer)
                assert stored.answer == answer

    @rule(who=st.integers(0, 2), back=st.integers(0, 2))
    def skip(self, who: int, back: int) -> None:
        for key in self.seen[who][-1 - back :][:1]:
            with refused("answered"), self.database.transaction() as session:
                skip_item(self.people[who], key, session=session)

    @rule(who=st.integers(0, 2))
    def undo(self, who: int) -> None:
        with self.database.transaction() as session:
            view = undo(self.people[who], self.queue, session=session)
        if view is not None:
            assert view.previous is None or view.previous.withdrawn_at is not None
            self.seen[who].append(view.assignment.key)

    @rule(swept=st.booleans())
    def lapse(self, swept: bool) -> None:
        """Half an hour goes by."""
        with self.database.transaction() as session:
            over = {"held_until": now() - timedelta(minutes=1)}
            session.execute(update(LabelAssignment).where(col(LabelAssignment.state) == "held").values(over))
            if swept:
                sweep_holds(session=session)

    @invariant()
    def holds(self) -> None:
        check(self.database)


@pytest.mark.skipif(ON_POSTGRES, reason="a database for each history would take minutes")
def test_random_histories(database: Database, home: Path, lucia: Actor, maeve: Actor, jonas: Actor) -> None:
    fill(database, 4)
    Labelling.queue = queue(database, lucia, double_share=0.5).key
    Labelling.people = (lucia, maeve, jonas)
    database.dispose()  # the last close folds the write-ahead log into the file
    Labelling.template = home / "ratchet.sqlite"
    run_state_machine_as_test(
        Labelling,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],  # a history is short enough to be read as it is
            suppress_health_check=list(HealthCheck),
        ),
    )
