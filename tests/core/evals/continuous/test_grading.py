"""A sample is graded once, soon, whoever does it and whatever fails."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from core.assist.tables import Draft
from core.audit import AuditEntry
from core.classifiers import Services
from core.classifiers.tables import Classifier, ClassifierAnswer
from core.conversations import Conversation
from core.criteria import Judgement
from core.database import Database, now
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.evals.continuous import (
    grade_sample,
    in_sample,
    list_live_graders,
    pause_live_grader,
    resume_live_grader,
    set_live_grader,
    storing,
)
from core.evals.continuous.grading import SWEEP
from core.evals.tables import LiveGrade, LiveGrader
from core.identity import Actor
from tests.core.classifiers.live.making import FakeModel, add_version, make_classifier
from tests.core.evals.scores.making import add_conversation, add_draft, add_reply

WORDS = {"good": "yes", "bad": "no"}


def make_grader(
    database: Database, lucia: Actor, *, subject_type: str = "reply", share: float = 1.0, name: str = "right"
) -> int:
    """A classifier that grades; returns its id."""
    classifier, _ = make_classifier(
        database, name, criterion="correct", subject_type=subject_type, words=WORDS
    )
    with database.transaction() as session:
        set_live_grader(lucia, classifier, session=session, subject_type=subject_type, share=share)
    return classifier


def send(database: Database, count: int = 1, text: str = "This is good.", **values: Any) -> list[int]:
    with database.transaction() as session:
        conversation = add_conversation(session, len(session.exec(select(Conversation.id)).all()))
        return [add_reply(session, conversation, 0, text=text, **values) for _ in range(count)]


def grade(database: Database, services: Services, **options: Any) -> int:
    return grade_sample(database=database, services=services, **options)


def judgements(database: Database) -> list[Judgement]:
    with database.reading() as session:
        return list(session.exec(select(Judgement).order_by(col(Judgement.id))))


def test_the_sample_is_the_same_everywhere_and_as_large_as_wanted() -> None:
    chosen = {key for key in range(20_000) if in_sample("live:reply", key, 0.1)}
    assert chosen == {key for key in range(20_000) if in_sample("live:reply", key, 0.1)}
    assert 1_850 < len(chosen) < 2_150
    assert chosen < {key for key in range(20_000) if in_sample("live:reply", key, 0.3)}
    assert all(in_sample("x", key, 1.0) for key in range(1_000))
    assert [key for key in range(40) if in_sample("live:reply", key, 0.2)] == [
        key for key in range(40) if in_sample("live:reply", key, 0.2)
    ]


def test_what_is_sent_is_graded_once_with_its_build(
    database: Database, services: Services, lucia: Actor
) -> None:
    send(database)  # before the grader began
    make_grader(database, lucia)
    (good,) = send(database, build="b1")
    (bad,) = send(database, text="This is bad.")

    assert grade(database, services) == 2
    assert grade(database, services) == 0

    found = judgements(database)
    assert [(each.subject_id, each.answer) for each in found] == [(good, "yes"), (bad, "no")]
    first = found[0]
    assert (first.judge_type, first.judge, first.origin, first.build_id) == (
        "classifier",
        "right",
        "sample",
        "b1",
    )
    with database.reading() as session:
        view = list_live_graders(lucia, session=session)[0]
    assert (view.graded, view.failed, view.error, view.covered) == (2, 0, "", False)
    assert view.graded_at is not None


def test_only_the_share_is_graded(database: Database, services: Services, lucia: Actor) -> None:
    make_grader(database, lucia, share=0.3)
    sent = send(database, 60)

    grade(database, services)

    graded = {each.subject_id for each in judgements(database)}
    assert graded == {key for key in sent if in_sample("live:reply", key, 0.3)}
    assert 0 < len(graded) < 60


def test_a_draft_is_graded_when_it_is_finished(database: Database, services: Services, lucia: Actor) -> None:
    make_grader(database, lucia, subject_type="draft")
    with database.transaction() as session:
        conversation = add_conversation(session, 1)
        waiting = add_draft(session, conversation, 0, text="This is good.", state="waiting", build_id="b2")
        failed = add_draft(session, conversation, 0, text="This is good.", state="waiting")
        ready = add_draft(session, conversation, 0, text="This is bad.")
        add_draft(session, conversation, 0, text="", decision="abstain")
    assert grade(database, services) >= 1
    assert {each.subject_id for each in judgements(database)} == {ready}

    with database.transaction() as session:
        session.get_one(Draft, waiting).state = "ready"
        session.get_one(Draft, failed).state = "cancelled"
    grade(database, services)

    found = {each.subject_id: each for each in judgements(database)}
    assert set(found) == {ready, waiting}
    assert found[waiting].build_id == "b2"
    with database.reading() as session:
        assert not session.exec(select(LiveGrade).where(LiveGrade.state == "unfinished")).all()


def test_a_classifier_that_is_live_for_replies_samples_none(
    database: Database, services: Services, lucia: Actor
) -> None:
    classifier = make_grader(database, lucia)
    with database.transaction() as session:
        found = session.get_one(Classifier, classifier)
        found.live_version_id = 1
    send(database)

    assert grade(database, services) == 0
    assert FakeModel.asked == []
    with database.reading() as session:
        assert list_live_graders(lucia, session=session)[0].covered


def test_what_a_version_said_in_shadow_is_not_asked_again(
    database: Database, services: Services, lucia: Actor
) -> None:
    make_grader(database, lucia)
    (reply,) = send(database)
    with database.transaction() as session:
        session.add(
            ClassifierAnswer(
                version_id=1,
                subject_id=reply,
                conversation_id=1,
                answer="no",
                confidence=0.8,
                source="shadow",
                occurred_at=now(),
            )
        )

    assert grade(database, services) == 1
    assert FakeModel.asked == []
    assert [each.answer for each in judgements(database)] == ["no"]


def test_another_version_goes_on_where_the_last_one_ended(
    database: Database, services: Services, lucia: Actor
) -> None:
    classifier = make_grader(database, lucia)
    send(database, 2)
    grade(database, services)
    add_version(database, classifier, words=WORDS)
    grade(database, services)
    (later,) = send(database)

    grade(database, services)

    assert FakeModel.asked.count(later) == 1
    assert len(FakeModel.asked) == 3


def test_a_provider_that_is_down_pauses_the_grader_and_is_tried_again(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_grader(database, lucia)
    send(database, 3)
    monkeypatch.setattr(FakeModel, "down", "The model does not answer.")
    assert grade(database, services) == 0
    with database.reading() as session:
        view = list_live_graders(lucia, session=session)[0]
    assert view.error == "The model does not answer."
    assert view.retry_at is not None

    monkeypatch.setattr(FakeModel, "down", "")
    assert grade(database, services) == 0  # it pauses
    done = 0
    for _ in range(4):
        _let_pass(database)
        done += grade(database, services)
    assert done == 3
    assert len(judgements(database)) == 3
    with database.reading() as session:
        assert list_live_graders(lucia, session=session)[0].error == ""


def test_a_text_that_fails_by_itself_holds_up_nothing_and_is_tried_again(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_grader(database, lucia)
    monkeypatch.setattr(FakeModel, "poison", "poison")
    (poisoned,) = send(database, text="This good poison.")
    send(database, 2)
    assert grade(database, services) == 2
    with database.reading() as session:
        assert list_live_graders(lucia, session=session)[0].failed == 1

    monkeypatch.setattr(FakeModel, "poison", "")
    _let_pass(database)
    grade(database, services)

    assert poisoned in {each.subject_id for each in judgements(database)}


def test_two_processes_at_once_grade_each_subject_once(
    database: Database, services: Services, lucia: Actor
) -> None:
    make_grader(database, lucia)
    send(database, 40)
    threads = [
        threading.Thread(target=grade, args=(database, services), kwargs={"at_most": 7}) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while grade(database, services):
        pass

    subjects = [each.subject_id for each in judgements(database)]
    assert len(subjects) == len(set(subjects)) == 40


def test_who_died_before_storing_is_taken_over(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_grader(database, lucia)
    send(database, 3)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(storing, "store_judgements", die)
        grade(database, services)
    assert not judgements(database)
    assert grade(database, services) == 0  # its turn has not run out
    with database.transaction() as session:
        session.execute(update(LiveGrader).values(busy_until=now() - timedelta(seconds=1)))

    assert grade(database, services) == 3


def test_pausing_and_resuming(database: Database, services: Services, lucia: Actor) -> None:
    make_grader(database, lucia)
    with database.transaction() as session:
        grader = session.exec(select(LiveGrader)).one().key
        for _ in range(2):
            pause_live_grader(lucia, grader, session=session)
    send(database)
    assert grade(database, services) == 0
    with database.transaction() as session:
        resume_live_grader(lucia, grader, session=session)
    assert grade(database, services) == 0  # what was sent meanwhile is not graded
    send(database)
    assert grade(database, services) == 1
    with database.reading() as session:
        deeds = [
            each.action for each in session.exec(select(AuditEntry)) if each.action.startswith("live_grader.")
        ]
    assert deeds == ["live_grader.set", "live_grader.paused", "live_grader.resumed"]


def test_what_cannot_be_set_is_refused(database: Database, lucia: Actor, maeve: Actor) -> None:
    classifier, _ = make_classifier(database, "right", criterion="correct", subject_type="reply")
    other, _ = make_classifier(database, "intents", criterion="customer_intent")
    with database.transaction() as session:
        with pytest.raises(PermissionDenied):
            set_live_grader(maeve, classifier, session=session, subject_type="reply", share=0.1)
        with pytest.raises(PermissionDenied):
            list_live_graders(maeve, session=session)
        for share in (0, 1.5):
            with pytest.raises(InvalidInput, match="share"):
                set_live_grader(lucia, classifier, session=session, subject_type="reply", share=share)
        with pytest.raises(InvalidInput, match="not a 'message'"):
            set_live_grader(lucia, classifier, session=session, subject_type="message", share=0.1)
        with pytest.raises(InvalidInput, match="not asked about a reply"):
            set_live_grader(lucia, other, session=session, subject_type="reply", share=0.1)
        session.get_one(Classifier, classifier).archived_at = now()
        session.flush()
        with pytest.raises(Conflict, match="archived"):
            set_live_grader(lucia, classifier, session=session, subject_type="reply", share=0.1)


def _let_pass(database: Database) -> None:
    """Let pauses and the time to the next sweep be over."""
    earlier = now() - SWEEP - timedelta(seconds=1)
    with database.transaction() as session:
        session.execute(update(LiveGrader).values(retry_at=None, swept_at=earlier))
        session.execute(update(LiveGrade).values(tried_at=earlier))
