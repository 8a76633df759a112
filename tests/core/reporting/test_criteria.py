"""Estimates from label queues: weights, what is refused, and a classifier's help."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from core.conversations import Conversation
from core.criteria import Adjudication
from core.database import Database
from core.errors import PermissionDenied
from core.identity import SYSTEM, Actor, Role, add_person
from core.reporting import Combined, CriterionEstimate, criterion_estimates
from core.statistics import clustered_rate, prediction_powered_rate, stratified_rate
from tests.core.reporting.making import MANAGER, add_conversation, add_criterion, add_queue, judge


def conversations(session: Session, count: int) -> list[Conversation]:
    return [add_conversation(session) for _ in range(count)]


def estimates(session: Session) -> list[CriterionEstimate]:
    return criterion_estimates(MANAGER, session=session)


def test_a_random_queue_is_an_estimate_for_its_frame(database: Database) -> None:
    with database.transaction() as session:
        criterion, subjects = add_criterion(session), conversations(session, 40)
        add_queue(session, criterion, subjects, frame_size=1_000)
        for place, subject in enumerate(subjects):
            judge(session, criterion, subject.key, "yes" if place < 30 else "no")
        (found,) = estimates(session)
    assert found.queue == "Weekly"
    assert found.people.rate == stratified_rate([(1_000, 30, 40)])
    assert (found.people.probability, found.people.n, found.people.clusters) == (True, 40, 40)
    assert "40 of 40 items judged; from 1,000 conversations" in found.people.sample
    assert found.combined == ()


def test_strata_weigh_what_they_hold_in_the_frame(database: Database) -> None:
    with database.transaction() as session:
        criterion, subjects = add_criterion(session), conversations(session, 40)
        names = ["email"] * 20 + ["chat"] * 20
        add_queue(
            session,
            criterion,
            subjects,
            frame_size=1_000,
            strata=[("email", 100), ("chat", 900)],
            names=names,
        )
        for subject, name in zip(subjects, names, strict=True):
            judge(session, criterion, subject.key, "yes" if name == "chat" else "no")
        (found,) = estimates(session)
    assert found.people.rate is not None
    assert found.people.rate.estimate == pytest.approx(0.9)  # 0.5 without weights


def test_a_stratum_nobody_judged_yet_widens_the_interval_and_is_told(database: Database) -> None:
    with database.transaction() as session:
        criterion, subjects = add_criterion(session), conversations(session, 30)
        strata = [("email", 500), ("chat", 500)]
        add_queue(session, criterion, subjects, frame_size=1_000, strata=strata, names=["email"] * 30)
        for subject in subjects:
            judge(session, criterion, subject.key, "yes")
        (found,) = estimates(session)
    assert found.people.rate is not None
    assert found.people.rate.low < 0.5
    assert "Nothing was judged in 1 of 2 strata" in found.people.warning


def test_doubles_that_disagree_count_half_until_somebody_decides(database: Database) -> None:
    with database.transaction() as session:
        person = add_person(
            SYSTEM,
            session=session,
            username="lu",
            name="Lu",
            password="a calm long password",
            role=Role.SPECIALIST,
        )
        criterion, subjects = add_criterion(session), conversations(session, 4)
        add_queue(session, criterion, subjects, frame_size=100)
        for subject in subjects:
            judge(session, criterion, subject.key, "yes", "person:1")
        other = judge(session, criterion, subjects[0].key, "no", "person:2")
        (before,) = estimates(session)
        assert before.people.rate == clustered_rate([0.5, 1, 1, 1], range(4), weights=[25] * 4)
        session.add(
            Adjudication(
                criterion_id=criterion.key,
                subject_type="conversation",
                subject_id=subjects[0].key,
                judgement_id=other.key,
                decided_by_id=person.key,
            )
        )
        session.flush()
        (after,) = estimates(session)
    assert after.people.rate == stratified_rate([(100, 3, 4)])
    assert "too few" in after.people.warning


def test_items_that_were_judged_elsewhere_only_are_no_part_of_the_sample(database: Database) -> None:
    with database.transaction() as session:
        criterion, subjects = add_criterion(session), conversations(session, 5)
        add_queue(session, criterion, subjects, frame_size=50, done=3)
        for subject in subjects[:3]:
            judge(session, criterion, subject.key, "yes")
        judge(session, criterion, subjects[4].key, "no", origin="flag")
        drawn, flagged = estimates(session)
    assert (drawn.people.n, flagged.people.n) == (3, 1)
    assert (flagged.queue, flagged.people.rate, flagged.people.found) == ("", None, "0 of 1")


def test_what_was_not_drawn_by_chance_is_never_a_rate(database: Database) -> None:
    with database.transaction() as session:
        criterion, subjects = add_criterion(session), conversations(session, 60)
        add_queue(session, criterion, subjects[:40], frame_size=60, probability=False)
        for place, subject in enumerate(subjects):
            judge(
                session,
                criterion,
                subject.key,
                "yes" if place < 45 else "no",
                origin="label" if place < 40 else "questionnaire",
            )
            judge(session, criterion, subject.key, "yes", "classifier:c-1")
        (found,) = estimates(session)
    assert (found.queue, found.people.rate, found.people.probability) == ("", None, False)
    assert (found.people.found, found.people.n) == ("45 of 60", 60)
    assert "imported questionnaires 20, label queues 40" in found.people.sample
    assert "not how often it happens" in found.people.warning
    assert found.combined == ()


def _powered(session: Session, *, labelled: int, everything: int, right: int = 9) -> list[Conversation]:
    """A queue of the first ``labelled``; a classifier that agrees with people on ``right`` of ten."""
    criterion, subjects = add_criterion(session), conversations(session, everything)
    add_queue(session, criterion, subjects[:labelled], frame_size=everything)
    for place, subject in enumerate(subjects):
        truth = place % 4 != 0
        says = truth if place % 10 < right else not truth
        if place < labelled:
            judge(session, criterion, subject.key, "yes" if truth else "no")
        judge(session, criterion, subject.key, "yes" if says else "no", "classifier:c-1")
    return subjects


def test_a_classifier_of_the_whole_frame_narrows_the_interval(database: Database) -> None:
    with database.transaction() as session:
        _powered(session, labelled=60, everything=300, right=10)
        (found,) = estimates(session)
    (combined,) = found.combined
    assert combined.estimate is not None
    truth = [float(place % 4 != 0) for place in range(300)]
    expected = prediction_powered_rate(truth[:60], truth[:60], truth[60:])
    together, alone = combined.estimate.rate, found.people.rate
    assert together is not None
    assert alone is not None
    assert (together.estimate, together.low, together.high) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )
    assert together.high - together.low < alone.high - alone.low
    assert "with 300 answers of c-1" in combined.estimate.sample


def test_what_must_not_be_combined_says_why(database: Database) -> None:
    with database.transaction() as session:
        criterion = add_criterion(session)
        subjects = conversations(session, 30)
        add_queue(session, criterion, subjects[:10], frame_size=30)
        names = ["a"] * 5 + ["b"] * 5
        add_queue(
            session,
            criterion,
            subjects[10:20],
            frame_size=30,
            strata=[("a", 15), ("b", 15)],
            names=names,
            name="Groups",
        )
        for subject in subjects[:20]:
            judge(session, criterion, subject.key, "yes")
        for subject in subjects:
            judge(session, criterion, subject.key, "yes", "classifier:all")
        for subject in subjects[:20]:
            judge(session, criterion, subject.key, "yes", "classifier:few")
        for subject in subjects[1:]:
            judge(session, criterion, subject.key, "yes", "classifier:not-the-first")
        found = {each.queue: each.combined for each in estimates(session)}
    assert [_refused(each) for each in found["Groups"]] == [("all", "without groups")] + [
        (name, "without groups") for name in ("not-the-first", "few")
    ]
    assert [each.classifier for each in found["Weekly"]] == ["all", "not-the-first", "few"]
    whole, missing, few = found["Weekly"]
    assert whole.estimate is not None
    assert "did not judge everything people labelled" in missing.refused
    assert "few judged 20 of them, but the queue was drawn from 30" in few.refused


def _refused(combined: Combined) -> tuple[str, str]:
    assert combined.estimate is None
    return combined.classifier, "without groups" if "without groups" in combined.refused else combined.refused


def test_the_classifier_is_counted_in_the_queues_own_frame(database: Database) -> None:
    """Its answers about conversations the queue could not have drawn do not enter."""
    with database.transaction() as session:
        criterion = add_criterion(session)
        mails = [add_conversation(session, channel="email") for _ in range(40)]
        chats = conversations(session, 40)
        add_queue(session, criterion, mails[:10], frame_size=40, parameters={"channel": "email"})
        for place, subject in enumerate([*mails, *chats]):
            judge(session, criterion, subject.key, "yes" if place < 40 else "no", "classifier:c-1")
        for subject in mails[:10]:
            judge(session, criterion, subject.key, "yes")
        (found,) = estimates(session)
    (combined,) = found.combined
    assert combined.estimate is not None
    assert "with 40 answers of c-1" in combined.estimate.sample


def test_only_the_newest_version_is_shown_and_each_answer_where_none_is_good(database: Database) -> None:
    with database.transaction() as session:
        old = add_criterion(session, "intent", kind="one_of", answers=["a", "b"], good=[])
        new = add_criterion(session, "intent", kind="one_of", answers=["a", "c"], good=[], version=2)
        (subject,) = conversations(session, 1)
        judge(session, old, subject.key, "b")
        judge(session, new, subject.key, "c")
        found = estimates(session)
    assert [(each.people.what, each.people.found) for each in found] == [("a", "0 of 1"), ("c", "1 of 1")]


def test_an_admin_sees_nothing(database: Database) -> None:
    with database.reading() as session, pytest.raises(PermissionDenied):
        criterion_estimates(Actor(2, "x", "X", Role.ADMIN), session=session)
