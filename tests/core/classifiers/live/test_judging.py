"""What arrives is judged by every version in use: once, whoever does it and whatever happens meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.classifiers import Services, judge_new, opening, ship, standing
from core.classifiers.live import finding, judging, posts, storing
from core.classifiers.tables import ClassifierAnswer, ClassifierCursor
from core.conversations import Message
from core.database import Database, now
from core.identity import Actor
from tests.core.classifiers.live.making import (
    FakeModel,
    add_version,
    answers_of,
    arrive,
    judgements_of,
    make_classifier,
)


def _ship(database: Database, actor: Actor, key: int, version: int, stage: str = "live") -> None:
    with database.transaction() as session:
        ship(actor, key, version, session=session, stage=stage)


def test_live_answers_become_judgements_and_shadow_answers_do_not(
    database: Database, services: Services, lucia: Actor
) -> None:
    key, live = make_classifier(database)
    shadow = add_version(database, key, words={"refund": "complaint"})
    arrive(database, "refund, before anything was live", name="old")
    _ship(database, lucia, key, live)
    _ship(database, lucia, key, shadow, "shadow")
    new = arrive(database, "A refund please", "it is broken", "perhaps a refund", "nothing but a photo")
    with database.transaction() as session:
        session.get_one(Message, new[3]).text = "  "
    assert judge_new(database=database, services=services) == 8
    assert answers_of(database, live) == dict(
        zip(new, ["request", "problem", "(request)", "()"], strict=True)
    ), "and nothing of what came before it was live"
    assert answers_of(database, shadow) == dict(
        zip(new, ["complaint", "other", "(complaint)", "()"], strict=True)
    )
    made = judgements_of(database)
    assert [(each.subject_id, each.answer, each.origin) for each in made] == [
        (new[0], "request", "live"),
        (new[1], "problem", "live"),
    ]
    assert made[0].confidence == pytest.approx(0.9)
    assert judge_new(database=database, services=services) == 0, "nothing is judged twice"


def test_a_conversation_is_judged_anew_when_its_customer_says_more(
    database: Database, services: Services, lucia: Actor
) -> None:
    key, version = make_classifier(database, subject_type="conversation")
    _ship(database, lucia, key, version)
    arrive(database, "Hello, a refund")
    judge_new(database=database, services=services)
    arrive(database, "Hello, a refund", "perhaps")
    assert judge_new(database=database, services=services) == 1
    assert list(answers_of(database, version).values()) == ["(request)"]
    first = judgements_of(database)
    assert [each.withdrawn_at is not None for each in first] == [True], "it does not stand by what it said"
    FakeModel.asked.clear()
    assert judge_new(database=database, services=services) == 0
    assert FakeModel.asked == []


def test_a_backtest_in_the_way_becomes_live(database: Database, services: Services, lucia: Actor) -> None:
    key, version = make_classifier(database)
    _ship(database, lucia, key, version)
    (message,) = arrive(database, "A refund please")
    with database.transaction() as session:
        session.add(
            ClassifierAnswer(
                version_id=version,
                subject_id=message,
                conversation_id=1,
                answer="request",
                confidence=0.9,
                source="backtest",
                occurred_at=now(),
            )
        )
    assert judge_new(database=database, services=services) == 1
    with database.reading() as session:
        assert session.get_one(ClassifierAnswer, (version, message)).source == "live"
    assert len(judgements_of(database)) == 1


def test_two_that_judge_the_same_at_once_store_it_once(
    database: Database, services: Services, lucia: Actor
) -> None:
    key, version = make_classifier(database)
    _ship(database, lucia, key, version)
    arrive(database, *["A refund please"] * 30)
    with database.reading() as session:
        (post,) = posts.list_posts(session=session)
        new = finding.find_new(version, "message", after=0, up_to=10**9, limit=99, session=session)
    # both have scored before either stores: what the claim only makes unlikely
    twice = [judging.judge_batch(post, new, database=database, services=services) for _ in range(2)]

    def keep(judged: list[storing.Judged]) -> int:
        with database.transaction() as session:
            return storing.store_answers(post, judged, session=session)

    with ThreadPoolExecutor(2) as pool:
        stored = list(pool.map(keep, twice))
    assert sorted(stored) == [0, 30]
    assert len(judgements_of(database)) == 30


def test_many_processes_one_answer_each(database: Database, services: Services, lucia: Actor) -> None:
    key, version = make_classifier(database)
    _ship(database, lucia, key, version)
    ids = arrive(database, *["A refund please"] * 60)
    with ThreadPoolExecutor(3) as pool:

        def work(_: int) -> int:
            return sum(judge_new(database=database, services=services, at_most=7) for _ in range(12))

        done = sum(pool.map(work, range(3)))
    done += judge_new(database=database, services=services)
    assert done == 60
    assert sorted(answers_of(database, version)) == ids
    assert sorted(each.subject_id for each in judgements_of(database)) == ids


def test_one_that_fails_does_not_block_the_others(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, version = make_classifier(database)
    _ship(database, lucia, key, version)
    arrive(database, "A refund please", "it is broken")
    monkeypatch.setattr(FakeModel, "down", "The model could not be reached.")
    other, working = make_classifier(database, "area", criterion="product_area", words={"refund": "billing"})
    _ship(database, lucia, other, working)
    arrive(database, "Another refund", name="c2")

    class Working(FakeModel):
        def score(self, subjects, features=None):  # type: ignore[no-untyped-def]
            with monkeypatch.context() as up:
                up.setattr(FakeModel, "down", "")
                return super().score(subjects, features)

    model = Working(
        ("account", "billing", "product", "security", "service", "other"), {"refund": "billing"}, True
    )
    opened = opening.open_version(working, database=database, services=services)
    monkeypatch.setattr(type(opened), "model", model, raising=False) if False else None
    object.__setattr__(opened, "model", model)
    assert judge_new(database=database, services=services) == 1
    with database.reading() as session:
        failing = standing(version, session=session)
        assert (failing.error, failing.failures) == ("The model could not be reached.", 1)
        assert failing.retry_at is not None
        assert standing(working, session=session).error == ""
    asked = len(FakeModel.asked)
    monkeypatch.setattr(FakeModel, "down", "")
    assert judge_new(database=database, services=services) == 0, "it pauses"
    assert len(FakeModel.asked) == asked
    _pause_is_over(database, version)
    assert judge_new(database=database, services=services) == 1, "it begins again with one subject"
    assert judge_new(database=database, services=services) == 2
    with database.reading() as session:
        assert standing(version, session=session).error == ""


def test_a_subject_that_cannot_be_judged_stops_nothing_and_is_tried_again(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, version = make_classifier(database)
    _ship(database, lucia, key, version)
    monkeypatch.setattr(FakeModel, "poison", "poison")
    ids = arrive(database, "poison", "A refund please")
    # judged a day ago at most are tried again, and what is imported here was said in March
    monkeypatch.setattr(judging, "RETRIED", timedelta(days=36_500))
    assert judge_new(database=database, services=services) == 2
    assert answers_of(database, version) == {ids[0]: "This text cannot be judged.", ids[1]: "request"}
    monkeypatch.setattr(FakeModel, "poison", "")
    assert judge_new(database=database, services=services) == 0
    _sweep_is_due(database, version)
    assert judge_new(database=database, services=services) == 1
    assert answers_of(database, version)[ids[0]] == "other"


def test_what_becomes_visible_late_is_found_by_a_sweep(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, version = make_classifier(database)
    _ship(database, lucia, key, version)
    ids = arrive(database, *["A refund please"] * 8)
    judge_new(database=database, services=services)
    monkeypatch.setattr(judging, "OVERLAP", 2)
    with database.transaction() as session:  # as if this one had been committed after the others
        session.delete(session.get_one(ClassifierAnswer, (version, ids[1])))
    assert judge_new(database=database, services=services) == 0
    _sweep_is_due(database, version)
    assert judge_new(database=database, services=services) == 1
    assert sorted(answers_of(database, version)) == ids


def test_within_the_overlap_late_ones_are_judged_at_once(
    database: Database, services: Services, lucia: Actor
) -> None:
    key, version = make_classifier(database)
    _ship(database, lucia, key, version)
    ids = arrive(database, *["A refund please"] * 3)
    judge_new(database=database, services=services)
    with database.transaction() as session:
        session.delete(session.get_one(ClassifierAnswer, (version, ids[0])))
    assert judge_new(database=database, services=services) == 1


def test_the_newest_judgement_stands(database: Database, services: Services, lucia: Actor) -> None:
    key, version = make_classifier(database, subject_type="conversation")
    _ship(database, lucia, key, version)
    arrive(database, "A refund")
    judge_new(database=database, services=services)
    arrive(database, "A refund", "or no, it is broken after all")
    judge_new(database=database, services=services)
    old, new = judgements_of(database)
    assert (old.superseded_by_id, new.superseded_by_id) == (new.key, None)


def _pause_is_over(database: Database, version: int) -> None:
    with database.transaction() as session:
        cursor = session.get_one(ClassifierCursor, version)
        cursor.retry_at = now() - timedelta(seconds=1)
        session.add(cursor)


def _sweep_is_due(database: Database, version: int) -> None:
    with database.transaction() as session:
        cursor = session.exec(
            select(ClassifierCursor).where(col(ClassifierCursor.version_id) == version)
        ).one()
        cursor.swept_at = now() - judging.SWEEP
        session.add(cursor)
