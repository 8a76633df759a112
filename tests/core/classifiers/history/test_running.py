"""A backtest from its start to its end, and everything that may come between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlmodel import select

from core.audit import AuditEntry
from core.classifiers import (
    Services,
    backtest_progress,
    estimate_backtest,
    get_backtest,
    keep_features,
    list_backtests,
    resume_backtest,
    run_backtest,
    start_backtest,
    stop_backtest,
)
from core.classifiers.history import judging, running, storing
from core.classifiers.history.scope import Scope, next_subjects
from core.classifiers.tables import Backtest, ClassifierAnswer
from core.conversations import Conversation
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import Actor
from tests.core.classifiers.live.making import FakeModel, answers_of, arrive, make_classifier


def _run(backtest: Backtest, database: Database, services: Services) -> Backtest:
    run_backtest(backtest.key, workflow_id=backtest.workflow_id, database=database, services=services)
    return _now(backtest, database)


def _now(backtest: Backtest, database: Database) -> Backtest:
    with database.reading() as session:
        return session.get_one(Backtest, backtest.key)


def test_a_backtest_judges_all_of_history_once(database: Database, services: Services, lucia: Actor) -> None:
    first, second, third = arrive(database, "a refund please", "perhaps a refund", "hello")
    classifier, version = make_classifier(database)
    started = start_backtest(lucia, version, database=database, services=services)
    assert (started.state, started.total, started.done) == ("planned", 3, 0)
    assert start_backtest(lucia, version, database=database, services=services).key == started.key
    FakeModel.asked.clear()  # of the estimate
    done = _run(started, database, services)
    assert (done.state, done.done, done.failed, done.reached_id) == ("finished", 3, 0, third)
    assert answers_of(database, version) == {first: "request", second: "(request)", third: "other"}
    assert sorted(FakeModel.asked) == [first, second, third]
    _run(done, database, services)  # by mistake
    assert len(FakeModel.asked) == 3
    with database.reading() as session:
        assert [each.key for each in list_backtests(lucia, classifier, session=session)] == [done.key]
        stored = session.get_one(ClassifierAnswer, (version, first))
        assert stored.source == "backtest"
        actions = session.exec(select(AuditEntry.action).where(AuditEntry.subject_type == "backtest")).all()
        assert actions == ["backtest.started"]


def test_answers_a_version_gave_are_reused_and_failures_tried_again(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, failed, _ = arrive(database, "a refund", "it is broken", "hello")
    _, version = make_classifier(database)
    with database.transaction() as session:
        common = {"version_id": version, "conversation_id": 1, "source": "live", "occurred_at": now()}
        session.add(ClassifierAnswer(subject_id=given, answer="problem", **common))
        session.add(ClassifierAnswer(subject_id=failed, error="It was down.", abstained=True, **common))
    started = start_backtest(lucia, version, database=database, services=services)
    FakeModel.asked.clear()
    monkeypatch.setattr(FakeModel, "poison", "hello")
    done = _run(started, database, services)
    assert given not in FakeModel.asked
    assert (done.done, done.failed) == (3, 1)
    assert [stored for _, stored in sorted(answers_of(database, version).items())] == [
        "problem",
        "problem",
        "This text cannot be judged.",
    ]


def test_scope_narrows_history(database: Database, services: Services, lucia: Actor) -> None:
    arrive(database, "a refund", "another refund", name="c1")
    other = arrive(database, "a third refund", name="c2")
    with database.transaction() as session:
        for conversation in session.exec(select(Conversation)):
            if conversation.external_id == "c2":
                conversation.channel, conversation.locale = "voice", "de"
    _, version = make_classifier(database)
    for scope in ({"channel": "voice"}, {"locale": "de"}):
        estimate = estimate_backtest(lucia, version, database=database, services=services, **scope)
        assert estimate.total == 1
    started = start_backtest(lucia, version, database=database, services=services, channel="voice")
    _run(started, database, services)
    assert list(answers_of(database, version)) == other
    with pytest.raises(InvalidInput, match="Nothing was said"):
        start_backtest(
            lucia, version, database=database, services=services, until=datetime(2001, 1, 1, tzinfo=UTC)
        )


def test_stop_and_resume_lose_and_repeat_nothing(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = arrive(database, *(f"a refund {at}" for at in range(7)))
    monkeypatch.setattr(running, "_FIRST", 3)
    monkeypatch.setattr(running, "_LARGEST", 3)
    _, version = make_classifier(database)
    started = start_backtest(lucia, version, database=database, services=services)
    FakeModel.asked.clear()
    rounds = 0

    def stop_after_one() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            with database.transaction() as session:
                stop_backtest(lucia, started.key, session=session)
                stop_backtest(lucia, started.key, session=session)

    run_backtest(
        started.key,
        workflow_id=started.workflow_id,
        database=database,
        services=services,
        between=stop_after_one,
    )
    stopped = _now(started, database)
    assert stopped.state == "stopped"
    assert stopped.done == len(answers_of(database, version)) == 6  # the chunk in hand is kept
    with database.transaction() as session:
        resumed = resume_backtest(lucia, started.key, session=session)
        assert resume_backtest(lucia, started.key, session=session).workflow_id == resumed.workflow_id
    assert resumed.workflow_id != started.workflow_id
    assert _run(started, database, services).state == "planned", "the old run has no say any more"
    done = _run(resumed, database, services)
    assert (done.state, done.done) == ("finished", 7)
    assert FakeModel.asked == ids
    with database.transaction() as session, pytest.raises(Conflict, match="finished"):
        resume_backtest(lucia, started.key, session=session)


def test_stopping_before_the_start_ends_at_once(database: Database, services: Services, lucia: Actor) -> None:
    arrive(database, "a refund")
    _, version = make_classifier(database)
    started = start_backtest(lucia, version, database=database, services=services)
    with database.transaction() as session:
        assert stop_backtest(lucia, started.key, session=session).state == "stopped"
    assert _run(started, database, services).state == "stopped"
    assert answers_of(database, version) == {}


def test_a_provider_that_is_down_pauses_the_backtest(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(database, *(f"a refund {at}" for at in range(6)))
    _, version = make_classifier(database)
    started = start_backtest(lucia, version, database=database, services=services)
    monkeypatch.setattr(FakeModel, "down", "The model service does not answer.")
    failed = _run(started, database, services)
    assert failed.state == "failed"
    assert failed.error.startswith("The model service does not answer. What was judged")
    assert backtest_progress(failed).resumable
    monkeypatch.setattr(FakeModel, "down", "")
    monkeypatch.setattr(FakeModel, "poison", "refund")  # each row fails by itself: as bad
    with database.transaction() as session:
        resumed = resume_backtest(lucia, started.key, session=session)
    failed = _run(resumed, database, services)
    assert (failed.state, failed.done) == ("failed", 0)
    monkeypatch.setattr(FakeModel, "poison", "")
    with database.transaction() as session:
        resumed = resume_backtest(lucia, started.key, session=session)
    done = _run(resumed, database, services)
    assert (done.state, done.done, done.error) == ("finished", 6, "")


def test_a_defect_is_told_apart_from_its_details(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(database, "a refund")
    _, version = make_classifier(database)
    started = start_backtest(lucia, version, database=database, services=services)

    def broken(*_: object) -> None:
        raise KeyError("secret text")

    monkeypatch.setattr(FakeModel, "score", broken)
    failed = _run(started, database, services)
    assert failed.state == "failed"
    assert "secret text" not in failed.error


def test_each_chunk_is_written_by_one_of_two_runs(
    database: Database, services: Services, lucia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = arrive(database, *(f"a refund {at}" for at in range(6)))
    monkeypatch.setattr(running, "_FIRST", 2)
    monkeypatch.setattr(running, "_LARGEST", 2)
    _, version = make_classifier(database)
    started = start_backtest(lucia, version, database=database, services=services)
    real, entered = running.judge_batch, []

    def judge_while_another_does(*arguments: object, **others: object) -> object:
        judged = real(*arguments, **others)
        if not entered:
            entered.append(True)
            _run(started, database, services)  # all of it, before this chunk is written
        return judged

    monkeypatch.setattr(running, "judge_batch", judge_while_another_does)
    done = _run(started, database, services)
    assert (done.state, done.done, done.reached_id) == ("finished", 6, ids[-1])
    assert sorted(answers_of(database, version)) == ids


def test_who_may_and_what_may_not(database: Database, services: Services, lucia: Actor, maeve: Actor) -> None:
    arrive(database, "a refund")
    _, version = make_classifier(database)
    _, drafts = make_classifier(database, "drafts", subject_type="draft")
    with pytest.raises(PermissionDenied):
        start_backtest(maeve, version, database=database, services=services)
    started = start_backtest(lucia, version, database=database, services=services)
    with database.transaction() as session:
        for forbidden in (stop_backtest, resume_backtest):
            with pytest.raises(PermissionDenied):
                forbidden(maeve, started.key, session=session)
        assert get_backtest(maeve, started.key, session=session).key == started.key
        with pytest.raises(NotFound):
            get_backtest(maeve, 999, session=session)
    with pytest.raises(InvalidInput, match="shadow"):
        start_backtest(lucia, drafts, database=database, services=services)


def test_progress_counts_since_the_last_resume() -> None:
    moment = now()
    backtest = Backtest(
        version_id=1,
        state="running",
        total=1000,
        done=400,
        estimate={"done_before": 200},
        started_at=moment - timedelta(seconds=10),
    )
    found = backtest_progress(backtest)
    assert found.share == 0.4
    assert found.rate == pytest.approx(20, rel=0.05)
    assert found.seconds_left == pytest.approx(30, rel=0.05)
    assert found.active


def test_kept_numbers_of_a_conversation_count_while_nothing_was_said_since(database: Database) -> None:
    arrive(database, "a refund", name="c1")
    arrive(database, "another", name="c2")
    with database.transaction() as session:
        old, new = session.exec(select(Conversation).order_by(Conversation.id)).all()
        old.updated_at = now() - timedelta(hours=1)
        new.updated_at = now() + timedelta(hours=1)
        keep_features(
            "conversation",
            [old.key, new.key],
            ["", ""],
            np.eye(2, dtype=np.float32),
            session=session,
            featurizer=_Named(),  # type: ignore[arg-type]
        )
    opened = _Opened()
    with database.reading() as session:
        said = next_subjects("conversation", Scope(), after_id=0, limit=10, session=session)
    known, rows = judging._kept_rows(opened, said, database=database)  # type: ignore[arg-type]
    assert known.tolist() == [True, False]
    assert rows.tolist() == [[1, 0], [0, 0]]


def test_an_overtaken_chunk_writes_nothing(database: Database, services: Services, lucia: Actor) -> None:
    arrive(database, "a refund")
    _, version = make_classifier(database)
    started = start_backtest(lucia, version, database=database, services=services)
    with database.reading() as session:
        said = next_subjects("message", Scope(), after_id=0, limit=10, session=session)
    with pytest.raises(storing.Overtaken):  # it is planned, not running
        storing.store_chunk(
            started, said, said, judging.Judged(["problem"], [0.9], [False]), database=database
        )
    assert answers_of(database, version) == {}


class _Named:
    name, dimensions = "numbers", 2


class _Opened:
    class model:  # noqa: N801
        features = "numbers"

    class version:  # noqa: N801
        subject_type = "conversation"
